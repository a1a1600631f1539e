package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.finetunebridge.sink.SinkUnavailableException;

/** Reads the committed records of some or all partitions of a topic, once, and stops. */
final class CompactedTopicReader {

    private static final Duration POLL = Duration.ofMillis(200);

    private final String topic;
    private final IntPredicate which;
    private final KafkaClientFactory clients;

    /** What the topic says last under one key. Only the first look reads all of the topic, the others what is new. */
    final class Latest {

        private final byte[] key;
        private Map<Integer, Long> read = Map.of();
        private String last;

        private Latest(String key) {
            this.key = key.getBytes(UTF_8);
        }

        /** What was committed last; null if nothing was. */
        String again() throws ExecutionException, InterruptedException {
            read = CompactedTopicReader.this.read(read, this::see);
            return last;
        }

        private void see(ConsumerRecord<byte[], byte[]> record) {
            if (Arrays.equals(key, record.key())) {
                last = record.value() == null ? null : new String(record.value(), UTF_8);
            }
        }
    }

    /** @param which partitions are read, by their numbers */
    CompactedTopicReader(String topic, IntPredicate which, KafkaClientFactory clients) {
        this.topic = topic;
        this.which = which;
        this.clients = clients;
    }

    Latest latest(String key) {
        return new Latest(key);
    }

    /**
     * Reads to the high watermark: up to the end that a consumer of committed records sees, anybody's open transaction
     * would hide our own last commit.
     *
     * @param from where to begin, by partition; a partition that is not in it is read from its beginning
     * @return where the reading ended, by partition: from there on the next finds what is new
     */
    Map<Integer, Long> read(Map<Integer, Long> from, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, Long> ends = ends();
        Map<TopicPartition, Long> unread = new HashMap<>(ends);
        unread.entrySet().removeIf(end -> begin(end, from) == end.getValue());
        if (!unread.isEmpty()) {
            Consumer<byte[], byte[]> reader = clients.reader();
            try {
                reader.assign(unread.keySet());
                reader.seekToBeginning(unread.keySet());
                unread.entrySet().stream().filter(end -> begin(end, from) > 0)
                        .forEach(end -> reader.seek(end.getKey(), begin(end, from)));
                readToTheEnd(reader, unread, each);
            } finally {
                reader.close(Duration.ZERO);
            }
        }
        return ends.entrySet().stream()
                .collect(Collectors.toMap(end -> end.getKey().partition(), Map.Entry::getValue));
    }

    /** Whoever was to begin behind the end has another topic in mind: this one was made anew. */
    private static long begin(Map.Entry<TopicPartition, Long> end, Map<Integer, Long> from) {
        long begin = from.getOrDefault(end.getKey().partition(), 0L);
        return begin > end.getValue() ? 0 : begin;
    }

    private void readToTheEnd(Consumer<byte[], byte[]> reader, Map<TopicPartition, Long> ends,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each) {
        long progress = System.nanoTime();
        for (long left = left(reader, ends), before = left; left > 0; left = left(reader, ends)) {
            if (left < before) {
                progress = System.nanoTime();
                before = left;
            } else if (System.nanoTime() - progress > KafkaClientFactory.PATIENCE.toNanos()) {
                throw new SinkUnavailableException("the topic " + topic + " could not be read to its end: " + left
                        + " records of it are held back, perhaps by an open transaction of another program", null);
            }
            reader.poll(POLL).forEach(each);
        }
    }

    private static long left(Consumer<?, ?> reader, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .mapToLong(end -> Math.max(0, end.getValue() - reader.position(end.getKey()))).sum();
    }

    private Map<TopicPartition, Long> ends() throws ExecutionException, InterruptedException {
        Admin admin = clients.admin();
        try {
            List<TopicPartition> partitions = partitions(admin);
            if (partitions.isEmpty()) {
                return Map.of();
            }
            Map<TopicPartition, ListOffsetsResultInfo> ends = admin.listOffsets(partitions.stream()
                    .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()))).all().get();
            return ends.entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset()));
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private List<TopicPartition> partitions(Admin admin) throws ExecutionException, InterruptedException {
        long began = System.nanoTime();
        while (true) {
            try {
                return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().stream()
                        .filter(partition -> which.test(partition.partition()))
                        .map(partition -> new TopicPartition(topic, partition.partition())).toList();
            } catch (ExecutionException e) {
                // a topic that was just created is not known everywhere at once
                boolean young = e.getCause() instanceof UnknownTopicOrPartitionException
                        && System.nanoTime() - began < KafkaClientFactory.PATIENCE.toNanos();
                if (!young) {
                    throw e;
                }
                Thread.sleep(POLL.toMillis());
            }
        }
    }
}
