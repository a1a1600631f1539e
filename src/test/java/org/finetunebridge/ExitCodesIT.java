package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** How the packed jar ends, as a process: each exit code, and what needs a process. The rest is in the tests of the commands. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExitCodesIT {

    private static final Path JAR = Path.of("target/finetune-bridge.jar").toAbsolutePath();
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final int AT_ONCE = 3;
    private static final String BROKEN_ROUTE = """
            - route:
                id: mine
                from:
                  uri: timer:x
                  steps:
                    - to:
                        uri: nonsuch:x
            """;

    private static final String BROKEN_TEMPLATE = "- routeTemplate: {id: watch, nonsense: 3}";

    private final Simulation good = Simulation.empty();
    private final FaultySandbox sandbox = FaultySandbox.start(good);
    private final List<Process> processes = new ArrayList<>();
    private final ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
    private ServerSocket taken;
    @TempDir
    private static Path temporary;

    /** What is asked of a process in a folder of its own, and how it should end. */
    private final class Case {
        private final Path folder;
        private final List<String> arguments = new ArrayList<>();
        private final Map<String, String> environment = new LinkedHashMap<>();

        Case(String name, String... words) {
            folder = temporary.resolve(name.replace(' ', '-'));
            arguments.addAll(List.of(words));
            Stream.of("dashscope.base-url=" + sandbox.url(), "dashscope.api-key=" + Simulation.KEY,
                    "dashscope.period=1s", "bridge.http.port=0").forEach(this::with);
            try {
                Files.createDirectory(folder);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        Case with(String key) {
            arguments.add("-D" + key);
            return this;
        }

        Case in(String name, String value) {
            environment.put(name, value);
            return this;
        }

        Case file(String name, byte[] content) throws IOException {
            Files.createDirectories(folder.resolve(name).getParent());
            Files.write(folder.resolve(name), content);
            return this;
        }

        Process start(String... flags) throws IOException {
            return start(List.of(), flags);
        }

        /** @param before what starts the JVM */
        Process start(List<String> before, String... flags) throws IOException {
            List<String> command = new ArrayList<>(before);
            command.addAll(List.of(JAVA, "-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
            command.addAll(ClassArchive.ofBridge());
            command.addAll(List.of(flags));
            command.addAll(List.of("-jar", JAR.toString()));
            command.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectOutput(folder.resolve("out").toFile());
            builder.environment().keySet().removeIf(name -> name.matches(".*_API_KEY|(BRIDGE|JAVA|JDK)_.*"));
            builder.environment().putAll(environment);
            Process process = builder.start();
            synchronized (processes) {
                processes.add(process);
            }
            return process;
        }

        String said() throws IOException {
            return Files.readString(folder.resolve("out"), StandardCharsets.UTF_8);
        }

        void ends(int exit, String... words) throws Exception {
            ends(start(), exit, words);
        }

        void ends(Process process, int exit, String... words) throws Exception {
            assertThat(process.waitFor(90, TimeUnit.SECONDS)).as("ended; said %s", said()).isTrue();
            assertThat(process.exitValue()).as(said()).isEqualTo(exit);
            assertThat(said()).contains(words).doesNotContain("Exception", Simulation.KEY);
        }
    }

    private record Named(String name, Future<?> result) {}

    private final List<Named> all = new ArrayList<>();

    private void add(String name, Callable<?> work) {
        all.add(new Named(name, pool.submit(work)));
    }

    private void ends(Case one, int exit, String... words) {
        add(one.folder.getFileName().toString(), () -> {
            one.ends(exit, words);
            return null;
        });
    }

    @BeforeAll
    void begin() throws IOException {
        good.account("dashscope").create("ft-1").become("RUNNING");
        good.account("dashscope").create("ft-bad").become("FAILED");
        good.account("dashscope").create("ft-good").become("SUCCEEDED");
        taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        byte[] route = BROKEN_ROUTE.getBytes(StandardCharsets.UTF_8);

        add("once with a broken template", this::saysWhichTemplateIsBroken);
        ends(new Case("demo with a broken route", "demo").file("routes/mine.camel.yaml", route), 2, "nonsuch");
        ends(new Case("run at a port that is taken", "run").with("bridge.http.port=" + taken.getLocalPort()), 2,
                "bridge.http.port", "set a free port");
        ends(new Case("once with hints of the environment", "once").with("dashscope.api-key=").in("OPENAI_API_KEY", "sk-x")
                .in("MINIMAX_APIKEY", "sk-x"), 2, "OPENAI_API_KEY is set", "BRIDGE_SOURCES=openai", "did you mean MINIMAX_API_KEY?");
        ends(new Case("once with a Latin-1 file", "once").file("application.properties",
                "bridge.file.directory=für\n".getBytes(StandardCharsets.ISO_8859_1)), 2, "application.properties",
                "not UTF-8", "Latin-1");
        ends(new Case("check with no folder", "check").with("bridge.state.directory=/dev/null/state"), 1,
                "bridge.state.directory = /dev/null/state: cannot be written", "The sink cannot be written");
        ends(new Case("once and all is well", "once"), 0, "dashscope: 3 jobs read, 3 events published, 0 dead-lettered",
                "No state of an earlier run in " + temporary.toRealPath());
        ends(new Case("once where the state was lost", "once").file("data/events/events-2026-01-01.ndjson", new byte[] {'{', '}', '\n'}), 0,
                "WARN", "but events of one in " + temporary.toRealPath(), "there twice");
        ends(new Case("follow a failure", "follow", "dashscope", "ft-bad"), 3, "Z  FAILED");
        ends(new Case("wait for a success", "wait", "dashscope", "ft-good", "--json"), 0, "\"status\":\"SUCCEEDED\"");
        ends(new Case("wait with a wrong key", "wait", "dashscope", "ft-1").with("dashscope.api-key=sk-wrong"), 1,
                "dashscope job ft-1 cannot be read", "InvalidApiKey");
        ends(new Case("wait too long", "wait", "dashscope", "ft-1", "--timeout=1s"), 4, "ft-1", "the --timeout of 1s passed");
        add("SIGTERM while it follows", this::interrupted);
        add("once waits for the sink", this::onceSaysThatItWaits);
        add("routes that others may write", this::namesRoutesThatOthersMayWrite);
        add("a working directory that the locale cannot write", this::refusesAnUnreadableFolder);
        add("SIGTERM before there is a bridge", () -> stopped("early", "cli.ConfigurationOptions"));
        add("SIGTERM during the start", () -> stopped("start", "camel.BridgeBeans"));
    }

    @TestFactory
    Stream<DynamicTest> endsAsTheContractSays() {
        return all.stream().map(one -> dynamicTest(one.name(), () -> one.result().get(3, TimeUnit.MINUTES)));
    }

    private Void saysWhichTemplateIsBroken() throws Exception {
        Case one = new Case("broken template", "once").with("dashscope.base-url=" + sandbox.url() + "/unasked")
                .file("routes/watch.camel.yaml", BROKEN_TEMPLATE.getBytes(StandardCharsets.UTF_8));
        one.ends(2, "watch.camel.yaml", "nonsense");
        assertThat(one.said()).doesNotContain("\tat ");
        assertThat(sandbox.requests().matching("/unasked")).isEmpty();
        return null;
    }

    private Void onceSaysThatItWaits() throws Exception {
        Case one = new Case("once without a broker", "once").with("bridge.sink=kafka")
                .with("bridge.kafka.brokers=127.0.0.1:1");
        Process process = one.start();
        await().atMost(Duration.ofSeconds(30)).until(() -> one.said().contains("Waiting for the sink (kafka)"));
        Duration running = Duration.between(process.info().startInstant().orElseThrow(), Instant.now());
        System.out.printf("once says that it waits for the sink after %d ms%n", running.toMillis());
        await().atMost(Duration.ofSeconds(30)).until(() -> one.said().contains("two minutes at most: "));
        assertThat(one.said()).contains("127.0.0.1:1");
        process.destroyForcibly();
        return null;
    }

    private Void namesRoutesThatOthersMayWrite() throws Exception {
        Case one = new Case("routes of others", "once").file("routes/mine.txt", new byte[0])
                .file("application.properties", new byte[0]);
        if (Files.getFileStore(one.folder).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(one.folder.resolve("routes"), PosixFilePermissions.fromString("rwxrwxrwx"));
            Files.setPosixFilePermissions(one.folder.resolve("application.properties"),
                    PosixFilePermissions.fromString("rw-rw-r--"));
            one.ends(0, "routes can be written by others", "application.properties can be written by others");
        }
        return null;
    }

    /** The shell makes the folder: this JVM's own locale may not be able to. */
    private Void refusesAnUnreadableFolder() throws Exception {
        Case one = new Case("folder", "once");
        List<String> command = new ArrayList<>(List.of("sh", "-c", "name=$(printf 'J\\303\\266rg') && mkdir \"$name\" && cd \"$name\""
                + " && LC_ALL=C exec \"$@\"", "sh"));
        one.ends(one.start(command), 2, "the working directory is not found by its name", "Set LC_ALL=C.UTF-8");
        try (Stream<Path> left = Files.list(one.folder)) {
            assertThat(left).as("the folder, and what was said").hasSize(2);
        }
        return null;
    }

    /** @param loaded the class whose loading says how far the start is */
    private Void stopped(String name, String loaded) throws Exception {
        Case one = new Case("stopped " + name, "run");
        Path classes = one.folder.resolve("classes");
        Process process = one.start("-Xlog:class+load:file=" + classes);
        await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5)).until(() -> Files.exists(classes)
                && Files.readString(classes).contains("org.finetunebridge." + loaded));
        Instant asked = Instant.now();
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(one.said()).isZero();
        assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(8));
        return null;
    }

    /** A script must not take it for a success. */
    private Void interrupted() throws Exception {
        Case one = new Case("follow until SIGTERM", "follow", "dashscope", "ft-1");
        Process process = one.start();
        await().atMost(Duration.ofSeconds(60)).until(() -> one.said().contains("Z  RUNNING"));
        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(one.said()).isEqualTo(143);
        try (Stream<Path> left = Files.list(one.folder)) {
            assertThat(left).containsExactly(one.folder.resolve("out"));
        }
        return null;
    }

    @AfterAll
    void end() throws IOException {
        pool.shutdownNow();
        processes.forEach(Process::destroyForcibly);
        sandbox.close();
        taken.close();
    }
}
