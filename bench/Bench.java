import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;

/** Measures the bridge against what one would write without it. Started by {@code bench/run}; see docs/benchmarks.md. */
public final class Bench {

    private static final String USAGE = """
            Usage: bench/run [SCENARIO...] [--runs N] [--scale X] [--warm] [--java-options "..."]
              SCENARIO        of: %s; without one, all
              --runs N        of each side, in turn; 5
              --scale X       of the numbers of jobs, for a quick look; 1
              --warm          five times as many jobs, so that not the JVM's compiler is measured
              --java-options  more options for the JVM of either side""";

    private static final int WARM = 5;

    interface Scenario {
        void measure(Setup setup) throws Exception;
    }

    private static Map<String, Scenario> scenarios() {
        Map<String, Scenario> all = new LinkedHashMap<>();
        all.put("file", setup -> new Throughput(setup).file());
        all.put("kafka", setup -> new Throughput(setup).kafka());
        all.put("connect", Connect::measure);
        all.put("scale", Scale::measure);
        all.put("start", Start::measure);
        all.put("steady", Steady::measure);
        all.put("history", History::measure);
        all.put("staleness", Staleness::measure);
        return all;
    }

    private Bench() {}

    /** See {@code --help}. */
    public static void main(String[] arguments) throws Exception {
        Map<String, Scenario> all = scenarios();
        List<String> names = new ArrayList<>();
        int runs = 5;
        double scale = 1;
        List<String> options = List.of();
        for (int at = 0; at < arguments.length; at++) {
            switch (arguments[at]) {
                case "--runs" -> runs = Integer.parseInt(arguments[++at]);
                case "--scale" -> scale = Double.parseDouble(arguments[++at]);
                case "--warm" -> scale *= WARM;
                case "--java-options" -> options = Arrays.asList(arguments[++at].split(" "));
                default -> names.add(arguments[at]);
            }
        }
        if (!all.keySet().containsAll(names)) {
            System.err.printf(USAGE + "%n", String.join(", ", all.keySet()));
            System.exit(names.contains("--help") ? 0 : 2);
        }
        var setup = new Setup(Path.of(System.getProperty("bench.jar", "target/finetune-bridge.jar")).toAbsolutePath(),
                Files.createTempDirectory(Files.createDirectories(Path.of(System.getProperty("bench.directory",
                        "target/bench"))).toAbsolutePath(), "run-"), runs, scale, options);
        machine(setup);
        try {
            for (String name : names.isEmpty() ? all.keySet() : names) {
                all.get(name).measure(setup);
            }
        } finally {
            delete(setup.directory());
        }
        System.exit(0);
    }

    private static void machine(Setup setup) {
        Runtime machine = Runtime.getRuntime();
        System.out.printf("%d cores, Java %s, heap of each side %s, %d runs of each, scale %s%n",
                machine.availableProcessors(), System.getProperty("java.vm.version"), Setup.HEAP, setup.runs(),
                Double.toString(setup.scale()) + (setup.options().isEmpty() ? "" : ", " + String.join(" ", setup.options())));
    }

    /** The one in the middle, or the mean of the two there. */
    static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** A line of a table: what, the median, and between which values all lay. */
    static void line(String what, List<Double> values, DoubleFunction<String> shown) {
        System.out.printf("  %-34s %12s   (%s to %s)%n", what, shown.apply(median(values)),
                shown.apply(values.stream().min(Double::compare).orElseThrow()),
                shown.apply(values.stream().max(Double::compare).orElseThrow()));
    }

    static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
