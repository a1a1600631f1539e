package org.finetunebridge.sink.kafka;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.finetunebridge.ClassArchive;
import org.finetunebridge.Loopback;

/** A real Kafka broker as a child process: it can be killed like one, and comes back on the same files and port. */
public final class Broker implements AutoCloseable {

    private static final String HOST = "127.0.0.1";
    private static final Duration STARTING = Duration.ofSeconds(90);

    /** Of the tests' classpath; its folders hold nothing that a broker needs. */
    private static final String JARS = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.endsWith(".jar")).collect(Collectors.joining(File.pathSeparator));

    private final Path directory;
    private final int port = Loopback.freePort();
    private final int advertised;
    private final List<String> listeners;
    private final List<String> more;
    private Process process;
    private Admin watcher;
    private Content content;

    /** What a topic held when so much was written. */
    private record Content(String topic, long written, List<ConsumerRecord<byte[], byte[]>> records) {

        boolean isOf(String other, long end) {
            return topic.equals(other) && written == end;
        }
    }

    private Broker(Path directory, int advertised) {
        this(directory, advertised, List.of(), List.of());
    }

    private Broker(Path directory, int advertised, List<String> listeners, List<String> more) {
        this.listeners = listeners;
        this.more = more;
        this.directory = directory;
        this.advertised = advertised == 0 ? port : advertised;
    }

    /** A broker that is ready. */
    public static Broker start(Path directory) {
        Broker broker = prepared(directory);
        broker.start();
        return broker;
    }

    /** A broker that runs, but that clients find behind another port. */
    static Broker behind(Path directory, int port) {
        Broker broker = new Broker(directory, port);
        broker.format();
        broker.run();
        return broker;
    }

    /** A broker that is ready, and has further listeners and lines of configuration, which win over those it has by itself. */
    static Broker secured(Path directory, List<String> listeners, List<String> lines) {
        Broker broker = new Broker(directory, 0, listeners, lines);
        broker.format();
        broker.start();
        return broker;
    }

    /** A broker that has its port, but does not run yet. */
    public static Broker prepared(Path directory) {
        Broker broker = new Broker(directory, 0);
        broker.format();
        return broker;
    }

    /** Starts, again if need be, and waits until it answers. */
    public void start() {
        run();
        try (Admin admin = admin()) {
            Awaitility.await("the broker").atMost(STARTING).ignoreExceptions()
                    .until(() -> !admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).isEmpty());
        }
    }

    private void run() {
        try {
            process = launch(ClassArchive.options("broker", JARS, new ClassArchive.Warmup() {

                private Broker first;

                @Override
                public Process start(List<String> options, Path folder) throws IOException {
                    first = prepared(folder);
                    first.process = first.launch(options);
                    return first.process;
                }

                @Override
                public boolean isWarm(Path folder) {
                    return first.answers();
                }
            }));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await("the broker on port " + port).atMost(STARTING).until(this::answers);
    }

    private Process launch(List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-cp", JARS, "kafka.Kafka", configuration().toString()));
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("broker.log").toFile())).start();
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (watcher != null) {
            watcher.close(Duration.ZERO);
        }
        if (process != null) {
            kill();
        }
    }

    /** Processor time of the process that runs now. */
    public Duration processorTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Where clients find it, host and port. */
    public String address() {
        return HOST + ":" + advertised;
    }

    /** Where it listens. */
    int port() {
        return port;
    }

    public Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", address()));
    }

    /** Creates a topic. */
    public void create(String topic, int partitions, Map<String, String> configuration) {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configuration))).all()
                    .get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A producer of somebody else. */
    public KafkaProducer<byte[], byte[]> producer(Map<String, Object> properties) {
        Map<String, Object> all = new TreeMap<>(properties);
        all.put("bootstrap.servers", address());
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * Every committed record of a topic, in the order of each partition. Whoever waits asks again and again: what was read
     * last holds until more is written, for the end of a transaction is written too.
     */
    public synchronized List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        long written = written(topic);
        if (written == 0 || content == null || !content.isOf(topic, written)) {
            try (CommittedReader reader = reader(topic)) {
                content = new Content(topic, written, reader.all());
            }
        }
        return content.records();
    }

    /** An independent reader of a topic. */
    public CommittedReader reader(String topic) {
        return new CommittedReader(address(), topic);
    }

    /** The ends of a topic's partitions in sum: what was written, be it committed or not; 0 if nobody answers. */
    public synchronized long written(String topic) {
        try {
            watcher = watcher == null ? admin() : watcher;
            var partitions = watcher.describeTopics(List.of(topic)).allTopicNames().get(10, TimeUnit.SECONDS).get(topic)
                    .partitions();
            Map<TopicPartition, OffsetSpec> ends = partitions.stream().collect(Collectors.toMap(
                    partition -> new TopicPartition(topic, partition.partition()), partition -> OffsetSpec.latest()));
            return watcher.listOffsets(ends).all().get(10, TimeUnit.SECONDS).values().stream()
                    .mapToLong(end -> end.offset()).sum();
        } catch (Exception e) {
            return 0;
        }
    }

    private boolean answers() {
        if (!process.isAlive()) {
            throw new IllegalStateException("the broker ended with " + process.exitValue() + ", see " + directory);
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(HOST, port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Path configuration() {
        return directory.resolve("server.properties");
    }

    private void format() {
        try {
            Files.createDirectories(directory);
            configure();
            if (Files.notExists(directory.resolve("data/meta.properties"))) {
                StorageTool.execute(new String[] {"format", "-t", Uuid.randomUuid().toString(), "-c",
                    configuration().toString()}, new PrintStream(OutputStream.nullOutputStream()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void configure() throws IOException {
        int controller = Loopback.freePort();
        int internal = Loopback.freePort();
        String further = listeners.stream().map(listener -> ',' + listener).collect(Collectors.joining());
        Files.writeString(configuration(), String.join("\n", "process.roles=broker,controller", "node.id=1",
                "controller.quorum.voters=1@" + HOST + ":" + controller,
                "listeners=PLAINTEXT://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controller
                        + ",INTERNAL://" + HOST + ":" + internal + further,
                "advertised.listeners=PLAINTEXT://" + address() + ",INTERNAL://" + HOST + ":" + internal + further,
                "controller.listener.names=CONTROLLER", "inter.broker.listener.name=INTERNAL",
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT",
                "log.dirs=" + directory.resolve("data"), "num.partitions=3",
                "offsets.topic.replication.factor=1", "offsets.topic.num.partitions=1",
                "transaction.state.log.replication.factor=1", "transaction.state.log.min.isr=1",
                "transaction.state.log.num.partitions=1", "group.initial.rebalance.delay.ms=0",
                // members that were killed are missed soon
                "group.min.session.timeout.ms=1000",
                // back in 3 s after a kill, instead of 14
                "broker.session.timeout.ms=1500", "broker.heartbeat.interval.ms=300",
                // an idle controller writes a record each 500 ms otherwise
                "metadata.max.idle.interval.ms=60000",
                // a transaction that is out of time is aborted now, not up to 10 s later
                "transaction.abort.timed.out.transaction.cleanup.interval.ms=200", "auto.create.topics.enable=false",
                String.join("\n", more), ""));
    }
}
