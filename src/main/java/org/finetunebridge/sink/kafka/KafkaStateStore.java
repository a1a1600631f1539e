package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobStateSerde;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the state topic: what is remembered of every job, and who claims to write it. */
final class KafkaStateStore {

    /** No source may have this name, so no memory has such a key. */
    private static final String OWNER = "owner/";
    private static final Logger LOG = LoggerFactory.getLogger(KafkaStateStore.class);
    /** How far dead letters were replayed. */
    static final String REPLAYED = OWNER + "/replayed";

    private final String topic;
    private final CompactedTopicReader reader;

    KafkaStateStore(String topic, KafkaClientFactory clients) {
        this.topic = topic;
        this.reader = new CompactedTopicReader(topic, clients);
    }

    /** The key of the record in which an instance says that it is the one with this transactional id. */
    static String ownerKey(String transactionalId) {
        return OWNER + transactionalId;
    }

    /** What is remembered of every job. */
    Collection<JobState> states() throws ExecutionException, InterruptedException {
        Map<String, byte[]> all = latest();
        all.keySet().removeIf(key -> key.startsWith(OWNER));
        return all.entrySet().stream().map(record -> state(record.getKey(), record.getValue())).toList();
    }

    /** How far dead letters were replayed, as {@link KafkaDeadLetterStore} wrote it; null if none ever were. */
    String replayed() throws ExecutionException, InterruptedException {
        return new LatestRecordReader(reader, REPLAYED).again();
    }

    /** Which instance was the last to say that it is the one with this transactional id; null if none did. */
    LatestRecordReader lookAtOwner(String transactionalId) {
        return new LatestRecordReader(reader, ownerKey(transactionalId));
    }

    /** The last committed record of each key. */
    private Map<String, byte[]> latest() throws ExecutionException, InterruptedException {
        Map<String, byte[]> records = new HashMap<>();
        reader.read(Map.of(), record -> keep(record, records));
        return records;
    }

    private static void keep(ConsumerRecord<byte[], byte[]> record, Map<String, byte[]> records) {
        if (record.key() == null) {
            LOG.debug("{}-{}@{} has no key", record.topic(), record.partition(), record.offset());
        } else if (record.value() == null) {
            records.remove(new String(record.key(), UTF_8));
        } else {
            records.put(new String(record.key(), UTF_8), record.value());
        }
    }

    private JobState state(String key, byte[] value) {
        try {
            return JobStateSerde.read(new String(value, UTF_8));
        } catch (IOException | RuntimeException e) {
            throw new SinkUnavailableException("the topic " + topic + " holds a record that is no memory of ours, under the key " + key
                    + "; is bridge.kafka.state-topic right?", e);
        }
    }
}
