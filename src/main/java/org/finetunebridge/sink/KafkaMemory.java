package org.finetunebridge.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.memory.MemoryJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the state topic: what is remembered of every job, and who claims to write it. */
final class KafkaMemory {

    /** No source may have this name, so no memory has such a key. */
    private static final String OWNER = "owner/";
    private static final Logger LOG = LoggerFactory.getLogger(KafkaMemory.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final String topic;
    private final KafkaClients clients;

    KafkaMemory(String topic, KafkaClients clients) {
        this.topic = topic;
        this.clients = clients;
    }

    /** The key of the record in which an instance says that it is the one with this transactional id. */
    static String ownerKey(String transactionalId) {
        return OWNER + transactionalId;
    }

    /** What is remembered of every job. */
    Collection<JobMemory> memories() throws ExecutionException, InterruptedException {
        Map<String, byte[]> all = latest();
        all.keySet().removeIf(key -> key.startsWith(OWNER));
        return all.entrySet().stream().map(record -> memory(record.getKey(), record.getValue())).toList();
    }

    /** Which instance was the last to say so; null if none did. */
    String owner(String transactionalId) throws ExecutionException, InterruptedException {
        byte[] owner = latest().get(ownerKey(transactionalId));
        return owner == null ? null : new String(owner, UTF_8);
    }

    /**
     * The last committed record of each key. Read to the high watermark: up to the end that a consumer of committed
     * records sees, anybody's open transaction would hide our own last commit.
     */
    private Map<String, byte[]> latest() throws ExecutionException, InterruptedException {
        Map<TopicPartition, Long> ends = ends();
        Map<String, byte[]> records = new HashMap<>();
        Consumer<byte[], byte[]> reader = clients.reader();
        try {
            reader.assign(ends.keySet());
            reader.seekToBeginning(ends.keySet());
            long progress = System.nanoTime();
            for (long left = left(reader, ends), before = left; left > 0; left = left(reader, ends)) {
                if (left < before) {
                    progress = System.nanoTime();
                    before = left;
                } else if (System.nanoTime() - progress > KafkaClients.PATIENCE.toNanos()) {
                    throw new Lost("the topic " + topic + " could not be read to its end: " + left + " records of it"
                            + " are held back, perhaps by an open transaction of another program", null);
                }
                reader.poll(POLL).forEach(record -> keep(record, records));
            }
            return records;
        } finally {
            reader.close(Duration.ZERO);
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
            Map<TopicPartition, ListOffsetsResultInfo> ends = admin.listOffsets(partitions.stream()
                    .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()))).all().get();
            return ends.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset()));
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private List<TopicPartition> partitions(Admin admin) throws ExecutionException, InterruptedException {
        long began = System.nanoTime();
        while (true) {
            try {
                return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().stream()
                        .map(partition -> new TopicPartition(topic, partition.partition())).toList();
            } catch (ExecutionException e) {
                // a topic that was just created is not known everywhere at once
                boolean young = e.getCause() instanceof UnknownTopicOrPartitionException
                        && System.nanoTime() - began < KafkaClients.PATIENCE.toNanos();
                if (!young) {
                    throw e;
                }
                Thread.sleep(POLL.toMillis());
            }
        }
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

    private JobMemory memory(String key, byte[] value) {
        try {
            return MemoryJson.read(new String(value, UTF_8));
        } catch (IOException | RuntimeException e) {
            throw new Lost("the topic " + topic + " holds a record that is no memory of ours, under the key " + key
                    + "; is bridge.kafka.state-topic right?", e);
        }
    }
}
