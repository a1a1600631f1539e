import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What all scenarios share.
 *
 * @param jar       the packed bridge
 * @param directory for everything that is written
 * @param options   more options for the JVM of either side
 */
record Setup(Path jar, Path directory, int runs, double scale, List<String> options) {

    static final String HEAP = "256 MB";
    private static final String XMX = "-Xmx256m";
    private static final String KEY = "sk-0123456789abcdef";

    int scaled(int number) {
        return Math.max(1, (int) Math.round(number * scale));
    }

    /** The bridge, reading from the stand-in. */
    Child bridge(Path where, Api api, Map<String, String> configuration, String verb) throws IOException {
        return bridge(where, api, configuration, verb, options);
    }

    Child bridge(Path where, Api api, Map<String, String> configuration, String verb, List<String> more)
            throws IOException {
        configure(where, api, configuration);
        List<String> command = new ArrayList<>(List.of(Child.java(), XMX));
        command.addAll(more);
        command.addAll(List.of("-jar", jar.toString(), verb));
        return new Child(where, "bridge", command);
    }

    /** The bridge by its launcher, with these variables of the environment besides. */
    Child launched(Path launcher, Path where, Api api, String verb, String... environment) throws IOException {
        configure(where, api, Map.of());
        List<String> command = new ArrayList<>(List.of("env", "JAVA_HOME=" + System.getProperty("java.home"), "JAVA_OPTS="
                + Stream.concat(Stream.of(XMX), options.stream()).collect(Collectors.joining(" "))));
        command.addAll(List.of(environment));
        command.addAll(List.of(launcher.toString(), verb));
        return new Child(where, "bridge", command);
    }

    private void configure(Path where, Api api, Map<String, String> configuration) throws IOException {
        Files.createDirectories(where);
        Files.writeString(where.resolve("application.properties"), Stream.of(accounts(api), Map.of("bridge.http.port", "0"),
                configuration).flatMap(some -> some.entrySet().stream()).map(Object::toString).collect(Collectors.joining("\n")));
    }

    /** The keys of the two accounts that the stand-in shows. */
    Map<String, String> accounts(Api api) {
        return Map.of("dashscope.base-url", api.address() + "/dashscope", "minimax.base-url", api.address() + "/minimax",
                "dashscope.api-key", KEY, "minimax.api-key", KEY);
    }

    /** Options of the JVM of a worker of Kafka Connect: those of the bridge. */
    List<String> workerOptions() {
        return Stream.concat(Stream.of(XMX), options.stream()).toList();
    }

    /** The hand-written loop. */
    Child loop(Path where, Api api, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Child.java(), XMX));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "Loop", api.address()));
        command.addAll(List.of(arguments));
        return new Child(where, "loop", command);
    }
}
