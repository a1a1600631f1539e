package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobStateSerde;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the state topic: what is remembered of every job, and who claims to write it. */
final class KafkaStateStore {

    /** No source may have this name, so no job's state has such a key. */
    private static final String OWNER = "owner/";
    private static final Logger LOG = LoggerFactory.getLogger(KafkaStateStore.class);
    /** How far dead letters were replayed. */
    static final String REPLAYED = OWNER + "/replayed";
    /** The only one that is written and read: the order of a key's records is certain within one partition alone. */
    static final int PARTITION = 0;
    private static final JsonFactory JSON = new JsonFactory();

    private final String topic;
    private final CompactedTopicReader reader;
    private final CompactedTopicReader others;
    private Set<String> writers = Set.of();

    KafkaStateStore(String topic, KafkaClientFactory clients) {
        this.topic = topic;
        this.reader = new CompactedTopicReader(topic, partition -> partition == PARTITION, clients);
        this.others = new CompactedTopicReader(topic, partition -> partition != PARTITION, clients);
    }

    /** The key of the record in which an instance says that it is the one with this transactional id. */
    static String ownerKey(String transactionalId) {
        return OWNER + transactionalId;
    }

    /** A job's state, as bytes of JSON that keep every character, also half of a pair. */
    static byte[] bytes(JobState state) {
        var bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            JobStateSerde.write(state, json);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    /**
     * A key, or a header's value, in UTF-8. Half of a pair, which UTF-8 does not know, becomes three bytes by the same
     * rule, so that two texts never become the same bytes.
     */
    static byte[] bytes(String key) {
        if (UTF_8.newEncoder().canEncode(key)) {
            return key.getBytes(UTF_8);
        }
        var bytes = new ByteArrayOutputStream(key.length() + 8);
        key.codePoints().forEach(character -> {
            if (Character.MIN_SURROGATE <= character && character <= Character.MAX_SURROGATE) {
                bytes.write(0xE0 | character >> 12);
                bytes.write(0x80 | character >> 6 & 0x3F);
                bytes.write(0x80 | character & 0x3F);
            } else {
                bytes.writeBytes(Character.toString(character).getBytes(UTF_8));
            }
        });
        return bytes.toByteArray();
    }

    /**
     * Refuses a topic whose other partitions hold records: of two records of one key nobody could say which is newer.
     *
     * @throws SinkUnavailableException if there are any
     */
    void requireAllInFirstPartition() throws ExecutionException, InterruptedException {
        Map<String, byte[]> elsewhere = new HashMap<>();
        others.read(Map.of(), record -> keep(record, elsewhere));
        if (!elsewhere.isEmpty()) {
            String problem = "bridge.kafka.state-topic = " + topic + ": " + elsewhere.size()
                    + " records of it are not in partition 0, the only one that is used, because its number of"
                    + " partitions was raised under an earlier version, or because another program writes to it; name another"
                    + " topic, into whose partition 0 the newest record of each key was copied, or a new one, which publishes"
                    + " everything again under the same ids";
            throw new SinkUnavailableException(problem, new InvalidConfigurationException(List.of(problem)));
        }
    }

    /** What is remembered of every job. */
    Collection<JobState> states() throws ExecutionException, InterruptedException {
        Map<String, byte[]> all = latest();
        writers = all.keySet().stream().filter(key -> key.startsWith(OWNER) && !key.equals(REPLAYED))
                .map(key -> new String(key.substring(OWNER.length()).getBytes(ISO_8859_1), UTF_8)).collect(Collectors.toSet());
        all.keySet().removeIf(key -> key.startsWith(OWNER));
        return all.entrySet().stream().map(record -> state(record.getKey(), record.getValue())).toList();
    }

    /** The transactional ids of all that ever wrote what {@link #states} read last. */
    Set<String> writers() {
        return writers;
    }

    /** How far dead letters were replayed, as {@link KafkaDeadLetterStore} wrote it; null if none ever were. */
    String replayed() throws ExecutionException, InterruptedException {
        return reader.latest(REPLAYED).again();
    }

    /** Which instance was the last to say that it is the one with this transactional id; null if none did. */
    CompactedTopicReader.Latest lookAtOwner(String transactionalId) {
        return reader.latest(ownerKey(transactionalId));
    }

    /** The last committed record of each key; a key's bytes as characters, because not every key is UTF-8. */
    private Map<String, byte[]> latest() throws ExecutionException, InterruptedException {
        Map<String, byte[]> records = new HashMap<>();
        reader.read(Map.of(), record -> keep(record, records));
        return records;
    }

    private static void keep(ConsumerRecord<byte[], byte[]> record, Map<String, byte[]> records) {
        if (record.key() == null) {
            LOG.debug("{}-{}@{} has no key", record.topic(), record.partition(), record.offset());
        } else if (record.value() == null) {
            records.remove(new String(record.key(), ISO_8859_1));
        } else {
            records.put(new String(record.key(), ISO_8859_1), record.value());
        }
    }

    private JobState state(String key, byte[] value) {
        try {
            return JobStateSerde.read(new String(value, UTF_8));
        } catch (IOException | RuntimeException e) {
            throw new SinkUnavailableException("the topic " + topic
                    + " holds a record that is no state of ours, under the key " + key
                    + "; is bridge.kafka.state-topic right?", e);
        }
    }
}
