import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** From the start of the process to its first request, against a JVM that has the same class path and does nothing. */
final class Start {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Start() {}

    /** What does nothing. */
    public static final class Empty {
        private Empty() {}

        /** Nothing. */
        public static void main(String[] arguments) {}
    }

    static void measure(Setup setup) throws IOException {
        System.out.printf("%nStart of the process to its first request; nothing remembered, file sink%n");
        Path where = setup.directory().resolve("start");
        List<Double> empty = new ArrayList<>();
        List<Double> plain = new ArrayList<>();
        List<Double> shared = new ArrayList<>();
        try (var api = new Api(setup.directory().resolve("api"), 1, 10, 1, 1, true)) {
            Path archive = setup.directory().resolve("classes.jsa");
            first(setup, api, where, List.of("-XX:ArchiveClassesAtExit=" + archive));
            for (int run = 0; run < setup.runs(); run++) {
                empty.add(empty(setup, where));
                plain.add(first(setup, api, where, setup.options()));
                shared.add(first(setup, api, where, List.of("-XX:SharedArchiveFile=" + archive,
                        "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")));
            }
        }
        Bench.line("JVM with Camel's classes, ms", empty, milliseconds -> "%,.0f".formatted(milliseconds));
        Bench.line("FineTune Bridge, ms", plain, milliseconds -> "%,.0f".formatted(milliseconds));
        Bench.line("  with shared classes, small JVM", shared, milliseconds -> "%,.0f".formatted(milliseconds));
        System.out.printf("  more than the empty JVM: %,.0f ms; with shared classes and a small JVM %,.0f ms%n",
                Bench.median(plain) - Bench.median(empty), Bench.median(shared) - Bench.median(empty));
    }

    private static double empty(Setup setup, Path where) {
        String classes = setup.jar() + java.io.File.pathSeparator + setup.jar().resolveSibling("lib") + "/*"
                + java.io.File.pathSeparator + System.getProperty("java.class.path");
        try (var child = new Child(where, "empty", List.of(Child.java(), "-cp", classes, "Start$Empty"))) {
            return child.end(PATIENCE) - child.began();
        }
    }

    private static double first(Setup setup, Api api, Path where, List<String> options) throws IOException {
        api.reset();
        try (Child child = setup.bridge(Files.createDirectories(where), api, Map.of(), "once", options)) {
            child.end(PATIENCE);
            return api.counts().first() - child.began();
        } finally {
            Bench.delete(where);
        }
    }
}
