import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Many jobs that run and of which there is nothing new: what watching costs, and whether memory stays as it is. */
final class Steady {

    private static final int CYCLES = 30;
    private static final int CYCLES_OF_THE_LOOP = 10;
    private static final int WARM = 3;
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final Setup setup;
    private final int half;
    private final int cycles;

    private Steady(Setup setup) {
        this.setup = setup;
        this.half = setup.scaled(5000);
        this.cycles = setup.scale() < 0.1 ? 3 : CYCLES;
    }

    /** What one poll cycle costs. */
    private record Cost(double cpu, double requests, List<Double> memory) {}

    static void measure(Setup setup) throws IOException {
        new Steady(setup).measure();
    }

    private void measure() throws IOException {
        System.out.printf("%n%,d running jobs of each provider and nothing new, a poll cycle every %d s, file sink%n", half,
                period().toSeconds());
        try (var api = new Api(setup.directory().resolve("api"), half, 3, half, 2, false)) {
            Cost loop;
            Cost bridge;
            try (Child child = setup.loop(setup.directory().resolve("steady-loop"), api, "file", "events.ndjson",
                    Long.toString(period().toMillis()))) {
                loop = watch(child, api, Math.min(cycles, CYCLES_OF_THE_LOOP));
            }
            try (Child child = setup.bridge(setup.directory().resolve("steady-bridge"), api, configuration(), "run")) {
                bridge = watch(child, api, cycles);
            }
            print("hand-written loop", loop);
            print("FineTune Bridge", bridge);
            System.out.printf("  processor time of a poll cycle, bridge to loop: %.2f%n", bridge.cpu() / loop.cpu());
            int third = Math.max(1, bridge.memory().size() / 3);
            System.out.printf("  memory of the bridge over %d poll cycles: %.0f MB in the first third, %.0f MB in the last%n",
                    cycles, Bench.median(bridge.memory().subList(0, third)),
                    Bench.median(bridge.memory().subList(bridge.memory().size() - third, bridge.memory().size())));
        }
    }

    private Duration period() {
        return setup.scale() < 0.1 ? Duration.ofSeconds(1) : PERIOD;
    }

    private Map<String, String> configuration() {
        return Map.of("dashscope.period", period().toSeconds() + "s", "minimax.period", period().toSeconds() + "s");
    }

    /** From the third poll cycle on, both of its sources count. */
    private Cost watch(Child child, Api api, int of) {
        api.reset();
        await(child, api, 2L * WARM);
        double cpu = child.cpu();
        Api.Counts before = api.counts();
        List<Double> memory = new ArrayList<>();
        for (int cycle = 1; cycle <= of; cycle++) {
            await(child, api, before.cycles() + 2L * cycle);
            memory.add(child.memory());
        }
        Api.Counts all = api.counts().since(before);
        return new Cost((child.cpu() - cpu) * 2 / all.cycles(), all.requests() * 2.0 / all.cycles(), memory);
    }

    /** A source's poll cycle is known by the first page of its list. */
    private void await(Child child, Api api, long cyclesBegun) {
        long last = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (api.counts().cycles() < cyclesBegun) {
            if (!child.isAlive() || System.nanoTime() > last) {
                throw new IllegalStateException("no further poll cycle");
            }
            child.pause(Duration.ofMillis(50));
        }
    }

    private void print(String who, Cost cost) {
        System.out.printf("  %-34s %12s   requests a poll cycle, %.2f s of processor time, %.0f MB resident%n", who,
                "%,.0f".formatted(cost.requests()), cost.cpu(), Bench.median(cost.memory()));
    }
}
