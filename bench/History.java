import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One new event in a job of many old ones, and in a job of few: what a poll costs. */
final class History {

    private static final int JOBS = 10;
    private static final int FEW = 100;
    private static final int MANY = 100_000;
    /** The shortest that a source may have. */
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final int WARM = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private History() {}

    /** A poll's costs, processor time in ms. */
    private record Cost(double cpu, double requests, double bytes) {}

    static void measure(Setup setup) throws IOException {
        int many = setup.scaled(MANY);
        int cycles = setup.scale() < 1 ? 20 : 60;
        System.out.printf("%nOne new event a poll in jobs of %,d and of %,d old ones: %d jobs, %d poll cycles, file sink%n", FEW,
                many, JOBS, cycles);
        List<Double> few = new ArrayList<>();
        List<Double> lots = new ArrayList<>();
        for (int run = 0; run < Math.max(1, setup.runs() / 2); run++) {
            few.add(print(FEW, cost(setup, FEW, cycles)));
            lots.add(print(many, cost(setup, many, cycles)));
        }
        System.out.printf("  processor time of a poll, many to few: %.2f%n", Bench.median(lots) / Bench.median(few));
    }

    private static double print(int events, Cost cost) {
        System.out.printf("  %,7d old events, a poll: %.2f ms of processor time, %.2f requests, %,.0f bytes of answers%n",
                events, cost.cpu(), cost.requests(), cost.bytes());
        return cost.cpu();
    }

    private static Cost cost(Setup setup, int events, int cycles) throws IOException {
        Path where = setup.directory().resolve("history");
        Map<String, String> configuration = Map.of("bridge.sources", "minimax", "minimax.period",
                PERIOD.toSeconds() + "s");
        try (var api = new Api(setup.directory().resolve("api"), JOBS, events, 0, 0, false)) {
            try (Child once = setup.bridge(where, api, configuration, "once")) {
                once.end(PATIENCE);
            }
            try (Child child = setup.bridge(where, api, configuration, "run")) {
                return cost(child, api, cycles);
            }
        } finally {
            Bench.delete(where);
        }
    }

    private static Cost cost(Child child, Api api, int cycles) {
        api.reset();
        feed(child, api, WARM);
        double cpu = child.cpu();
        Api.Counts before = api.counts();
        feed(child, api, WARM + cycles);
        Api.Counts all = api.counts().since(before);
        double polls = (double) JOBS * all.cycles();
        return new Cost((child.cpu() - cpu) * 1000 / polls, all.requests() / polls, all.bytes() / polls);
    }

    /** Adds an event to every job whenever a poll cycle begins. */
    private static void feed(Child child, Api api, int until) {
        long last = System.nanoTime() + PATIENCE.toNanos();
        for (long seen = api.counts().cycles(); seen < until;) {
            long now = api.counts().cycles();
            if (now > seen) {
                api.add();
            }
            seen = now;
            if (!child.isAlive() || System.nanoTime() > last) {
                throw new IllegalStateException("no further poll cycle");
            }
            child.pause(Duration.ofMillis(10));
        }
    }
}
