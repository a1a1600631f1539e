import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
            Path launcher = installed(setup);
            first(api, where, () -> setup.launched(launcher, where, api, "once", "FINETUNE_BRIDGE_ARCHIVE=create"));
            for (int run = 0; run < setup.runs(); run++) {
                empty.add(empty(setup, where));
                plain.add(first(api, where, () -> setup.bridge(where, api, Map.of(), "once")));
                shared.add(first(api, where, () -> setup.launched(launcher, where, api, "once")));
            }
        }
        Bench.line("JVM with Camel's classes, ms", empty, milliseconds -> "%,.0f".formatted(milliseconds));
        Bench.line("FineTune Bridge, ms", plain, milliseconds -> "%,.0f".formatted(milliseconds));
        Bench.line("  by its launcher", shared, milliseconds -> "%,.0f".formatted(milliseconds));
        System.out.printf("  more than the empty JVM: %,.0f ms; by its launcher %,.0f ms%n",
                Bench.median(plain) - Bench.median(empty), Bench.median(shared) - Bench.median(empty));
    }

    private static double empty(Setup setup, Path where) {
        String classes = setup.jar() + java.io.File.pathSeparator + setup.jar().resolveSibling("lib") + "/*"
                + java.io.File.pathSeparator + System.getProperty("java.class.path");
        try (var child = new Child(where, "empty", List.of(Child.java(), "-cp", classes, "Start$Empty"))) {
            return child.end(PATIENCE) - child.began();
        }
    }

    private interface Started {
        Child child() throws IOException;
    }

    private static double first(Api api, Path where, Started bridge) throws IOException {
        api.reset();
        Files.createDirectories(where);
        try (Child child = bridge.child()) {
            child.end(PATIENCE);
            return api.counts().first() - child.began();
        } finally {
            Bench.delete(where);
        }
    }

    /** The launcher with a jar of its own, so that its archive of shared classes is not left beside the one that was built. */
    private static Path installed(Setup setup) throws IOException {
        Path home = setup.directory().resolve("installed");
        Path launcher = Files.createDirectories(home.resolve("bin")).resolve("finetune-bridge");
        Files.copy(setup.jar().resolveSibling("bin").resolve("finetune-bridge"), launcher, StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(setup.jar(), home.resolve("finetune-bridge.jar"));
        Files.createSymbolicLink(home.resolve("lib"), setup.jar().resolveSibling("lib"));
        return launcher;
    }
}
