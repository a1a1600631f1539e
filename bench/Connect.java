import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.finetunebridge.connect.ConnectWorker;

/**
 * A first catch-up by one task of Kafka Connect, exactly once, beside one by the process with Kafka: both watch from then on, as
 * services do. Both from the first request to the time stamp of the last record, each in a new JVM. Processor time is that of the
 * whole process, and that of the worker from the moment when the connector is created.
 */
final class Connect {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    /** So often nothing more was written: ends of transactions count as records. */
    private static final int STILL = 4;
    private static final String STRINGS = "org.apache.kafka.connect.storage.StringConverter";

    private final Setup setup;
    private final Kafka kafka;
    private final Api api;
    private final ConnectWorker worker;
    private final List<Double> processCpu = new ArrayList<>();
    private final List<Double> taskCpu = new ArrayList<>();
    private Digest expected;
    private int run;

    private Connect(Setup setup, Kafka kafka, Api api, ConnectWorker worker) {
        this.setup = setup;
        this.kafka = kafka;
        this.api = api;
        this.worker = worker;
    }

    static void measure(Setup setup) throws Exception {
        int minimax = setup.scaled(500);
        int dashscope = setup.scaled(2000);
        System.out.printf("%nFirst catch-up, Kafka Connect %s, one task: %d MiniMax jobs x 1000 events, %d DashScope jobs x 10 checkpoints%n",
                ConnectWorker.VERSION, minimax, dashscope);
        try (var kafka = new Kafka(setup.directory().resolve("broker"));
                var api = new Api(setup.directory().resolve("api"), minimax, 1000, dashscope, 10, true);
                var worker = new ConnectWorker(kafka.address(), setup.directory().resolve("connect"), "bench", Map.of(),
                        setup.workerOptions())) {
            Runtime.getRuntime().addShutdownHook(new Thread(worker::close));
            new Connect(setup, kafka, api, worker).measure();
        }
    }

    private void measure() throws Exception {
        List<Double> process = new ArrayList<>();
        List<Double> task = new ArrayList<>();
        expected = catchUp();
        process();
        task();
        processCpu.clear();
        taskCpu.clear();
        for (int pair = 0; pair < setup.runs(); pair++) {
            process.add(process());
            task.add(task());
        }
        System.out.printf("  every run published the same %,d events, their data byte for byte but for observedAt%n", expected.count());
        Bench.line("process with Kafka, events/s", process, rate -> "%,.0f".formatted(rate));
        Bench.line("task of Kafka Connect, events/s", task, rate -> "%,.0f".formatted(rate));
        Bench.line("process with Kafka, processor time", processCpu, "%.1f s"::formatted);
        Bench.line("worker with the task, processor time", taskCpu, "%.1f s"::formatted);
        System.out.printf("  ratio, task to process: %.2f%n", Bench.median(task) / Bench.median(process));
    }

    /** What is to be told, by a process that ends when it has. */
    private Digest catchUp() throws Exception {
        Path where = Files.createDirectories(setup.directory().resolve("once"));
        api.reset();
        try (Child child = setup.bridge(where, api, kafka.configuration(), "once")) {
            child.end(PATIENCE);
            return kafka.read();
        } finally {
            Bench.delete(where);
        }
    }

    private double process() throws Exception {
        Path where = Files.createDirectories(setup.directory().resolve("process-" + ++run));
        api.reset();
        try (Child child = setup.bridge(where, api, kafka.configuration(), "run")) {
            awaitStill(kafka, expected.count(), () -> "the process in " + where);
            processCpu.add(child.cpu());
            return shown("process", processCpu);
        } finally {
            Bench.delete(where);
        }
    }

    private double task() throws Exception {
        String name = "bench-" + ++run;
        worker.start();
        try {
            api.reset();
            Map<String, String> properties = properties(kafka.topic(), name, 1);
            properties.putAll(setup.accounts(api));
            Duration before = worker.processorTime();
            if (worker.configure(name, properties).status() >= 400) {
                throw new IllegalStateException("the worker takes no connector, see " + setup.directory());
            }
            awaitStill(kafka, expected.count(), () -> worker.standing(name));
            taskCpu.add(worker.processorTime().minus(before).toMillis() / 1000.0);
            worker.send("DELETE", "/connectors/" + name, null);
            return shown("task", taskCpu);
        } finally {
            worker.close();
        }
    }

    /** The keys of a connector, but for its accounts. */
    static Map<String, String> properties(String topic, String name, int tasks) {
        Map<String, String> properties = new TreeMap<>(Map.of("connector.class", "org.finetunebridge.connect.FineTuneSourceConnector",
                "tasks.max", Integer.toString(tasks), "exactly.once.support", "required", "transaction.boundary", "connector",
                "key.converter", STRINGS, "value.converter", STRINGS, "header.converter", STRINGS,
                "topic.creation.default.partitions", "3", "topic.creation.default.replication.factor", "1"));
        properties.putAll(Map.of("bridge.kafka.topic", topic, "bridge.kafka.dead-letter-topic", "dead-" + name,
                "bridge.kafka.content-mode", "structured", "bridge.connect.heartbeat-topic", "heartbeats"));
        // As the process sets them; Connect's own producer sends 16 KB at a time, and one request after the other.
        properties.putAll(Map.of("producer.override.batch.size", "131072", "producer.override.linger.ms", "5",
                "producer.override.max.in.flight.requests.per.connection", "5"));
        return properties;
    }

    /** Waits until so much is written at least, and then nothing more. */
    static void awaitStill(Kafka kafka, long least, Supplier<String> standing) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        long written = 0;
        for (int still = 0; still < STILL;) {
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
            long now = kafka.written();
            still = now >= least && now == written ? still + 1 : 0;
            written = now;
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not done after " + PATIENCE + ": " + standing.get());
            }
        }
    }

    /** Each run by itself, for those who have no time for all. */
    private double shown(String side, List<Double> cpu) throws Exception {
        double rate = rate();
        System.out.printf("    %-8s %,8.0f events/s, %.1f s of processor time%n", side, rate, cpu.get(cpu.size() - 1));
        return rate;
    }

    private double rate() throws Exception {
        Digest digest = kafka.read();
        if (!digest.isSame(expected)) {
            throw new IllegalStateException("not the same events: " + digest.count() + " instead of " + expected.count() + ", or others");
        }
        return digest.count() * 1000.0 / (kafka.last() - api.counts().first());
    }
}
