import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.finetunebridge.sink.kafka.Broker;

/** A real broker in a process of its own: the one of the tests. Every run has topics of its own. */
final class Kafka implements AutoCloseable {

    private final Broker broker;
    private int run;
    private long last;

    Kafka(Path directory) {
        broker = Broker.start(directory);
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
    }

    String address() {
        return broker.address();
    }

    /** A new topic for events. */
    String topic() {
        String topic = "events-" + ++run;
        broker.create(topic, 3, Map.of());
        return topic;
    }

    /** The keys of a bridge that writes to a new topic. */
    Map<String, String> configuration() {
        return Map.of("bridge.sink", "kafka", "bridge.kafka.brokers", address(), "bridge.kafka.topic", topic(),
                "bridge.kafka.dead-letter-topic", "dead-" + run, "bridge.kafka.state-topic", "state-" + run,
                "bridge.kafka.transactional-id", "bench-" + run);
    }

    /** What is committed in the last topic; then it is removed. */
    Digest read() throws IOException {
        var digest = new Digest();
        last = 0;
        broker.read("events-" + run).forEach(record -> {
            digest.add(new String(record.value()));
            last = Math.max(last, record.timestamp());
        });
        try (var admin = broker.admin()) {
            admin.deleteTopics(List.of("events-" + run)).all().toCompletionStage().toCompletableFuture().join();
        }
        return digest;
    }

    /** Seconds of processor time of the broker so far. */
    double cpu() {
        return broker.processorTime().toNanos() / 1e9;
    }

    /** How many transactions wrote to the last state topic: each leaves a marker, which takes a place but is no record. */
    long transactions() {
        String topic = "state-" + run;
        var partition = new TopicPartition(topic, 0);
        try (var admin = broker.admin()) {
            long end = admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition).get().offset();
            return end - broker.read(topic).size();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** When the last record that was read was sent, epoch milliseconds. */
    long last() {
        return last;
    }

    /** How many records are in the last topic, be they committed or not, and a few more. */
    long written() {
        return broker.written("events-" + run);
    }

    /** A reader of what is committed in the last topic from now on. */
    KafkaConsumer<byte[], byte[]> reader() {
        var reader = new KafkaConsumer<>(Map.<String, Object>of("bootstrap.servers", address(), "isolation.level",
                "read_committed", "enable.auto.commit", "false"), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        var partitions = reader.partitionsFor("events-" + run).stream()
                .map(one -> new TopicPartition(one.topic(), one.partition())).toList();
        reader.assign(partitions);
        reader.seekToEnd(partitions);
        return reader;
    }

    @Override
    public void close() {
        broker.close();
    }
}
