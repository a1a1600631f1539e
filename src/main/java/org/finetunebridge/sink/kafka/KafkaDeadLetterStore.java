package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.finetunebridge.sink.kafka.KafkaRecordFactory.Sending;

/**
 * The dead letters of the Kafka sink. A topic gives nothing back, so the store is what comes after the point up to
 * which letters were replayed; what still fails is written again behind it, in the commit that moves the point.
 */
final class KafkaDeadLetterStore {

    private final String topic;
    private final CompactedTopicReader reader;
    private final KafkaStateStore state;
    private final KafkaRecordFactory records;

    KafkaDeadLetterStore(String topic, KafkaClientFactory clients, KafkaStateStore state, KafkaRecordFactory records) {
        this.topic = topic;
        this.reader = new CompactedTopicReader(topic, partition -> true, clients);
        this.state = state;
        this.records = records;
    }

    /** Every letter that was not replayed, as events in JSON. */
    List<String> read() throws ExecutionException, InterruptedException {
        List<String> letters = new ArrayList<>();
        read(record -> letters.add(text(record)));
        return letters;
    }

    /** What is to be committed to take letters out of the store. */
    List<Sending> without(Predicate<String> gone) throws ExecutionException, InterruptedException {
        List<Sending> all = new ArrayList<>();
        Map<Integer, Long> ends = read(record -> {
            if (!gone.test(text(record))) {
                all.add(new Sending(new ProducerRecord<>(topic, null, null, record.key(), record.value(),
                        record.headers()), null));
            }
        });
        StringBuilder point = new StringBuilder();
        ends.forEach((partition, end) -> point.append(partition).append('=').append(end).append(' '));
        all.add(records.remembered(KafkaStateStore.REPLAYED, point.toString().strip()));
        return all;
    }

    /** A record without a value is no letter: somebody else's way of taking one out. */
    private Map<Integer, Long> read(Consumer<ConsumerRecord<byte[], byte[]>> each)
            throws ExecutionException, InterruptedException {
        return reader.read(from(), record -> {
            if (record.value() != null) {
                each.accept(record);
            }
        });
    }

    private Map<Integer, Long> from() throws ExecutionException, InterruptedException {
        Map<Integer, Long> from = new TreeMap<>();
        String point = state.replayed();
        if (point != null && !point.isEmpty()) {
            for (String partition : point.split(" ")) {
                String[] parts = partition.split("=");
                from.put(Integer.valueOf(parts[0]), Long.valueOf(parts[1]));
            }
        }
        return from;
    }

    /** In binary mode the envelope travels in headers; of those a replay needs the id. */
    private static String text(ConsumerRecord<byte[], byte[]> record) {
        Header id = record.headers().lastHeader("ce_id");
        String value = new String(record.value(), UTF_8);
        return id == null ? value : "{\"id\":\"" + new String(id.value(), UTF_8) + "\",\"data\":" + value + '}';
    }
}
