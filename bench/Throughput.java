import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A first catch-up: everything that two accounts show, to a file or to Kafka. */
final class Throughput {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    /** Of the scale for the shell, which takes a process for every page: a rate needs no more. */
    private static final double SHELL = 0.04;

    private final Setup setup;
    private Digest expected;
    private Kafka kafka;
    private int run;

    Throughput(Setup setup) {
        this.setup = setup;
    }

    private interface Side {
        Child start(Path where, Api api) throws IOException;
    }

    private interface Published {
        Digest read(Path where) throws IOException;
    }

    /** Rates and costs of one side, run by run; with Kafka those of the broker too. */
    private record Rates(boolean ours, List<Double> rate, List<Double> whole, List<Double> cpu, List<Double> broker,
            List<Double> pages) {
        Rates(boolean ours) {
            this(ours, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    void file() throws IOException {
        measure("file", (where, api) -> setup.loop(where, api, "file", "events.ndjson"),
                (where, api) -> setup.bridge(where, api, Map.of("bridge.sink", "file"), "once"),
                (where, api) -> shell(where, api, "file", where.resolve("events.ndjson").toString(), ""),
                where -> Digest.of(where));
    }

    void kafka() throws IOException {
        try (var started = new Kafka(setup.directory().resolve("broker"))) {
            kafka = started;
            measure("Kafka", (where, api) -> setup.loop(where, api, "kafka", kafka.address(), kafka.topic()),
                    (where, api) -> setup.bridge(where, api, kafka.configuration(), "once"),
                    (where, api) -> shell(where, api, "kafka", kafka.address(), kafka.topic()),
                    where -> kafka.read());
        }
    }

    private void measure(String sink, Side loop, Side bridge, Side shell, Published published) throws IOException {
        int minimax = setup.scaled(500);
        int dashscope = setup.scaled(2000);
        System.out.printf("%nFirst catch-up, %s sink: %d MiniMax jobs x 1000 events, %d DashScope jobs x 10 checkpoints%n",
                sink, minimax, dashscope);
        var ofLoop = new Rates(false);
        var ofBridge = new Rates(true);
        try (var api = new Api(setup.directory().resolve("api"), minimax, 1000, dashscope, 10, true)) {
            run(loop, api, published, new Rates(false));
            new Crowd(api).measure(minimax, 10, dashscope);
            for (int pair = 0; pair < setup.runs(); pair++) {
                run(pair % 2 == 0 ? loop : bridge, api, published, pair % 2 == 0 ? ofLoop : ofBridge);
                run(pair % 2 == 0 ? bridge : loop, api, published, pair % 2 == 0 ? ofBridge : ofLoop);
            }
        }
        System.out.printf("  every run published the same %,d events, their data byte for byte but for observedAt%n",
                expected.count());
        print("hand-written loop", ofLoop);
        print("FineTune Bridge", ofBridge);
        System.out.printf("  ratio, bridge to loop: %.2f from the first request on, %.2f with the start of the process%n",
                Bench.median(ofBridge.rate()) / Bench.median(ofLoop.rate()),
                Bench.median(ofBridge.whole()) / Bench.median(ofLoop.whole()));
        shell(sink, shell, published, Bench.median(ofBridge.rate()));
    }

    private void print(String who, Rates rates) {
        Bench.line(who + ", events/s", rates.rate(), rate -> "%,.0f".formatted(rate));
        Bench.line("  with the start of the process", rates.whole(), rate -> "%,.0f".formatted(rate));
        Bench.line("  processor time, s", rates.cpu(), cpu -> "%.1f".formatted(cpu));
        Bench.line("    of each event, us", rates.cpu(), cpu -> "%.1f".formatted(cpu * 1e6 / expected.count()));
        if (kafka != null) {
            Bench.line("  processor time of the broker, s", rates.broker(), cpu -> "%.1f".formatted(cpu));
        }
        if (!rates.pages().isEmpty()) {
            Bench.line("  pages of a transaction", rates.pages(), pages -> "%.1f".formatted(pages));
        }
    }

    private void run(Side side, Api api, Published published, Rates rates) throws IOException {
        Path where = Files.createDirectories(setup.directory().resolve("run-" + ++run));
        api.reset();
        double before = kafka == null ? 0 : kafka.cpu();
        try (Child child = side.start(where, api)) {
            long end = child.end(PATIENCE);
            if (kafka != null) {
                rates.broker().add(kafka.cpu() - before);
            }
            if (kafka != null && rates.ours()) {
                rates.pages().add((double) api.counts().requests() / kafka.transactions());
            }
            Digest digest = published.read(where);
            expected = expected == null ? digest : expected;
            if (!digest.isSame(expected)) {
                throw new IllegalStateException("not the same events: " + digest.count() + " instead of "
                        + expected.count() + ", or others");
            }
            rates.rate().add(digest.count() * 1000.0 / (end - api.counts().first()));
            rates.whole().add(digest.count() * 1000.0 / (end - child.began()));
            rates.cpu().add(child.cpu());
        } finally {
            Bench.delete(where);
        }
    }

    private static Child shell(Path where, Api api, String sink, String target, String topic) {
        return new Child(where, "shell", List.of("sh",
                Path.of(System.getProperty("bench.sources", "bench")).resolve("loop.sh").toAbsolutePath().toString(),
                api.address(), sink, target, topic));
    }

    /** Its events are poorer than ours; only their number counts. */
    private void shell(String sink, Side shell, Published published, double ours) throws IOException {
        List<String> needed = sink.equals("file") ? List.of("curl", "jq") : List.of("curl", "jq", "kcat");
        for (String command : needed) {
            if (new ProcessBuilder("sh", "-c", "command -v " + command).start().onExit().join().exitValue() != 0) {
                System.out.printf("  shell: skipped, there is no %s here%n", command);
                return;
            }
        }
        int minimax = setup.scaled((int) (500 * SHELL));
        int dashscope = setup.scaled((int) (2000 * SHELL));
        Path where = Files.createDirectories(setup.directory().resolve("shell"));
        try (var api = new Api(setup.directory().resolve("api"), minimax, 1000, dashscope, 10, true);
                Child child = shell.start(where, api)) {
            long count = child.end(PATIENCE) - child.began();
            double rate = published.read(where).count() * 1000.0 / count;
            System.out.printf("  %-34s %,12.0f   (%d and %d jobs only); the bridge publishes %.0f times as many%n",
                    String.join(" + ", needed) + ", events/s", rate, minimax, dashscope, ours / rate);
        } finally {
            Bench.delete(where);
        }
    }
}
