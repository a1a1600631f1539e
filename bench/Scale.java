import java.util.Locale;
import java.util.Map;
import org.finetunebridge.connect.ConnectWorker;

/**
 * One account that is spread over 1, 2 and 4 tasks on two workers of Kafka Connect, exactly once: with a provider that
 * answers at once, and with one that refuses all but so many requests a second.
 */
final class Scale {

    private static final int EVENTS = 500;
    private static final int[] TASKS = {1, 2, 4};
    /** Requests a second, well below what one task makes. */
    private static final int LIMIT = 20;

    private final Setup setup;
    private final Kafka kafka;
    private final Api api;
    private final ConnectWorker worker;
    private final int jobs;

    private Scale(Setup setup, Kafka kafka, Api api, ConnectWorker worker, int jobs) {
        this.setup = setup;
        this.kafka = kafka;
        this.api = api;
        this.worker = worker;
        this.jobs = jobs;
    }

    static void measure(Setup setup) throws Exception {
        int jobs = setup.scaled(1000);
        System.out.printf("%nOne account over several tasks, Kafka Connect %s, two workers: %d MiniMax jobs x %d events%n",
                ConnectWorker.VERSION, jobs, EVENTS);
        try (var kafka = new Kafka(setup.directory().resolve("broker"));
                var api = new Api(setup.directory().resolve("api"), jobs, EVENTS, 0, 0, true);
                var worker = new ConnectWorker(kafka.address(), setup.directory().resolve("connect"), "scale", Map.of(),
                        setup.workerOptions());
                var other = new ConnectWorker(kafka.address(), setup.directory().resolve("connect"), "scale", Map.of(),
                        setup.workerOptions())) {
            Runtime.getRuntime().addShutdownHook(new Thread(worker::close));
            Runtime.getRuntime().addShutdownHook(new Thread(other::close));
            worker.start();
            other.start();
            var scale = new Scale(setup, kafka, api, worker, jobs);
            scale.run(2, Integer.MAX_VALUE);
            for (int limit : new int[] {Integer.MAX_VALUE, LIMIT}) {
                for (int tasks : TASKS) {
                    scale.run(tasks, limit);
                }
            }
        }
    }

    private void run(int tasks, int limit) throws Exception {
        String name = "scale-" + System.nanoTime();
        api.reset();
        api.limit(limit);
        Map<String, String> properties = Connect.properties(kafka.topic(), name, tasks);
        setup.accounts(api).forEach((key, value) -> {
            if (key.startsWith("minimax.")) {
                properties.put(key, value);
            }
        });
        properties.putAll(Map.of("bridge.sources", "minimax", "minimax.jobs.shards", Integer.toString(tasks), "minimax.period", "10m"));
        if (limit < Integer.MAX_VALUE) {
            properties.put("minimax.rate", Integer.toString(limit));
        }
        worker.configure(name, properties);
        Connect.awaitStill(kafka, (long) jobs * EVENTS, () -> worker.standing(name));
        Api.Counts counts = api.counts();
        Digest digest = kafka.read();
        double seconds = (kafka.last() - counts.first()) / 1000.0;
        System.out.printf(Locale.ROOT, "  %d tasks, %s: %,d events in %.1f s, %,.0f events/s, %,d requests, %.0f/s, %d refused%n", tasks,
                limit == Integer.MAX_VALUE ? "no limit" : limit + " requests a second", digest.count(), seconds,
                digest.count() / seconds, counts.requests(), counts.requests() / seconds, api.refused());
        worker.send("DELETE", "/connectors/" + name, null);
    }
}
