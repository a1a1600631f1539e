package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packed jar as it is shipped, from an empty folder whose name holds a space. */
class JarIT {

    private static final Path JAR = Path.of("target/finetune-bridge.jar").toAbsolutePath();
    private static final Path HERE = Path.of(System.getProperty("java.home"));
    private static final List<String> SMALL = List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    private static final int MANY_JOBS = 120;

    private final Simulation world = Simulation.empty();
    private final List<Process> processes = new ArrayList<>();
    @TempDir
    private Path temporary;
    private Path folder;
    private FaultySandbox sandbox;

    @BeforeEach
    void start() throws IOException {
        folder = Files.createDirectory(temporary.resolve("a folder"));
        sandbox = FaultySandbox.start(world);
    }

    @AfterEach
    void close() {
        processes.forEach(Process::destroyForcibly);
        sandbox.close();
    }

    @Test
    void catchesUpAndThenHasNothingToPublishInLittleTimeAndMemory() throws Exception {
        world.account("dashscope").finished(MANY_JOBS, 2, 0);
        assertThat(run(HERE, SMALL, sources(), "once").exit()).isZero();
        assertThat(lines("events")).hasSize(MANY_JOBS * 3);
        assertThat(lines("dead-letters")).isEmpty();
        Map<String, String> environment = new TreeMap<>(sources());
        environment.put("BRIDGE_HTTP_PORT", "0");
        Process graceReads = start(HERE, small("-Ddashscope.period=1s"), environment);
        await().atMost(Duration.ofSeconds(60)).until(() -> sandbox.requests().matching("/checkpoints").size() == MANY_JOBS * 4);
        assertThat(stop(graceReads)).isZero();

        Run again = run(HERE, SMALL, sources(), "once");

        assertThat(again.exit()).isZero();
        assertThat(again.out()).contains("dashscope: 0 jobs read");
        assertThat(lines("events")).hasSize(MANY_JOBS * 3);
        System.out.printf("once with nothing new: %d ms, %d MB%n", again.took().toMillis(), again.megabytes());
        assertThat(again.took()).isLessThan(Duration.ofSeconds(60));
        assertThat(again.megabytes()).isLessThan(250);
    }

    /** An offline build makes none. */
    @Test
    void isListedInABillOfMaterialsWithEveryLibraryItNeeds() throws Exception {
        Path bill = JAR.resolveSibling("finetune-bridge-sbom.json");
        assumeThat(bill).as("a build that was not offline").exists();
        JsonNode components = Ndjson.json(Files.readString(bill)).path("components");
        try (Stream<Path> libraries = Files.list(JAR.resolveSibling("lib"))) {
            assertThat(libraries.map(library -> library.getFileName().toString())).isNotEmpty().allMatch(name ->
                    StreamSupport.stream(components.spliterator(), false).anyMatch(one -> one.path("purl").asText().startsWith("pkg:maven/")
                            && name.equals(one.path("name").asText() + '-' + one.path("version").asText() + ".jar")));
        }
    }

    @Test
    void runsOnJava25() throws Exception {
        Path java25 = java("25");
        assumeThat(java25).as("a JDK 25 beside " + HERE).isNotNull();
        world.account("dashscope").create("ft-1").checkpoint("c-1", 1, "READY").become("SUCCEEDED");
        world.account("minimax").create("17");

        Run once = run(java25, List.of("-XX:TieredStopAtLevel=1"), sources(), "once");

        assertThat(once.exit()).as(once.err()).isZero();
        assertThat(lines("events")).hasSize(4);
        assertThat(once.err()).doesNotContain("WARN", "ERROR", "Exception");
    }

    @Test
    void helpsAndPrintsItsVersion() throws Exception {
        assertThat(run(HERE, SMALL, Map.of(), "--help").out()).contains("once", "demo", "--config");
        assertThat(run(HERE, SMALL, Map.of(), "--version").out()).matches("finetune-bridge \\d+\\.\\d+\\.\\d+.*\\s*");
        assertThat(folder).isEmptyDirectory();
    }

    /** As it is unpacked, from another folder; also where the configuration says how the real accounts are reached. */
    @Test
    void showsTheDemosFirstEventSoonAndThenACurve() throws Exception {
        int port = Loopback.freePort();
        Process demo = start(List.of(launcher().toString()), Map.of("JAVA_HOME", HERE.toString(), "JAVA_OPTS",
                "-Ddashscope.proxy=http://127.0.0.1:1 -Ddashscope.oauth2.client-id=me -Dminimax.trust-store=nowhere"
                + " -Dminimax.recheck=0s -Dbridge.http.port=" + port), "demo");
        Path events = folder.resolve("data/demo/events");

        await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50))
                .until(() -> Files.isDirectory(events) && !lines("demo/events").isEmpty());

        Duration took = Duration.between(demo.info().startInstant().orElseThrow(), Instant.now());
        Duration work = demo.info().totalCpuDuration().orElse(Duration.ZERO);
        System.out.printf("the demo's first event: %d ms, %d ms of work%n", took.toMillis(), work.toMillis());
        assertThat(work).as("what an idle machine needs ten seconds for at most").isLessThan(Duration.ofSeconds(20));
        Instant published = Instant.now();
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> showsACurve("http://127.0.0.1:" + port));
        Duration later = Duration.between(published, Instant.now());
        System.out.printf("the demo's first curve: %d ms later%n", later.toMillis());
        assertThat(later).as("with the start, 30 s at most").isLessThan(Duration.ofSeconds(20));
        assertThat(stop(demo)).isZero();
        assertThat(text("out")).contains("made up");
        assertThat(text("err")).doesNotContain("Exception");
    }

    /** Whether a job of the list has a loss, and its page a chart. */
    private static boolean showsACurve(String page) throws IOException {
        Matcher job = Pattern.compile("<a href=\"(/job[^\"]*)\">(?:(?!</tr>).)*class=\"timeline spark\"", Pattern.DOTALL).matcher(get(page + "/"));
        return job.find() && get(page + job.group(1).replace("&amp;", "&")).contains("class=\"chart\"");
    }

    private static String get(String url) throws IOException {
        try (InputStream in = URI.create(url).toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void watchesUntilItIsAskedToStop() throws Exception {
        SimulatedJob job = world.account("dashscope").create("ft-1");
        Map<String, String> environment = new TreeMap<>(sources());
        environment.put("BRIDGE_HTTP_PORT", "0");
        Process run = start(HERE, small("-Ddashscope.period=1s"), environment);
        for (String status : List.of("RUNNING", "SUCCEEDED")) {
            job.become(status);
            await().atMost(Duration.ofSeconds(60)).until(() -> lines("events").stream()
                    .anyMatch(event -> event.contains("\"status\":\"" + status)));
        }

        Instant asked = Instant.now();
        assertThat(stop(run)).isZero();
        assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(30));
        assertThat(text("err")).doesNotContain("Exception").doesNotContain(Simulation.KEY);
        assertThat(text("out")).doesNotContain("Exception").doesNotContain(Simulation.KEY);
    }

    @Test
    void prefersTheFilesOfTheWorkingDirectory() throws Exception {
        world.account("dashscope").create("ft-1");
        Files.createDirectory(folder.resolve("routes"));
        Files.writeString(folder.resolve("routes/dashscope.camel.yaml"),
                Files.readString(Path.of("routes/dashscope.camel.yaml")).replace("page_size=100", "page_size=7"));
        Files.writeString(folder.resolve("application.properties"), "dashscope.base-url = " + sandbox.url()
                + "\ndashscope.api-key = {{env:THE_KEY}}\nbridge.file.directory = published here\n");

        Run once = run(HERE, SMALL, Map.of("THE_KEY", Simulation.KEY), "once");

        assertThat(once.exit()).as(once.err()).isZero();
        assertThat(sandbox.requests().matching("page_size=7 ")).hasSize(1);
        assertThat(sandbox.requests().matching("page_size=100")).isEmpty();
        assertThat(folder.resolve("published here")).isNotEmptyDirectory();
    }

    @Test
    void prefersTheCommandLineToJavasPropertiesToTheEnvironment() throws Exception {
        List.of("ft-1", "ft-2", "ft-3").forEach(world.account("dashscope")::create);
        Map<String, String> environment = new TreeMap<>(sources());
        environment.putAll(Map.of("DASHSCOPE_JOBS", "ft-1", "BRIDGE_FILE_DIRECTORY", "of the environment"));
        List<String> java = Stream.concat(SMALL.stream(), Stream.of("-Ddashscope.jobs=ft-2", "-Dbridge.file.directory=of Java")).toList();

        assertThat(run(HERE, java, environment, "-D", "dashscope.jobs=ft-3", "once").exit()).isZero();

        assertThat(sandbox.requests().matching("fine-tunes/ft-\\d ")).extracting(request -> request.path().replaceFirst(".*/", ""))
                .containsExactly("ft-3");
        assertThat(folder.resolve("of Java")).isNotEmptyDirectory();
        assertThat(folder.resolve("of the environment")).doesNotExist();
    }

    @Test
    void beginsANewProviderFromThePackedSkeleton() throws Exception {
        Path own = folder.resolve("own");
        assertThat(run(HERE, SMALL, Map.of(), "new-provider", "duck-ai", "--into", own.toString()).exit()).isZero();
        Run check = run(HERE, SMALL, Map.of(), "check", "--provider", own.toString());
        assertThat(check.exit()).isEqualTo(2);
        assertThat(check.err()).contains("duck-ai-jobs.jslt:2: TODO ");
    }

    @Test
    void refusesABadConfigurationWithoutAStack() throws Exception {
        Run once = run(HERE, small("-Ddashscope.perod=1s"), Map.of("DASHSCOPE_API_KEY", "sk-secret secret",
                "BRIDGE_HTTP_PORT", "http"), "once");

        assertThat(once.exit()).isEqualTo(2);
        assertThat(once.err()).contains("dashscope.perod", "did you mean dashscope.period?", "dashscope.api-key = ***",
                "bridge.http.port = http").doesNotContain("Exception", "sk-secret");
        assertThat(folder.resolve("data")).doesNotExist();
    }

    private static List<String> small(String flag) {
        return Stream.concat(SMALL.stream(), Stream.of(flag)).toList();
    }

    /** @param megabytes resident at most, in all; 0 where that cannot be told */
    private record Run(int exit, String out, String err, Duration took, long megabytes) {}

    private Run run(Path java, List<String> flags, Map<String, String> environment, String... arguments) throws Exception {
        Instant began = Instant.now();
        Process process = start(java, flags, environment, arguments);
        long most = 0;
        while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
            most = Math.max(most, resident(process));
            assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofMinutes(2));
        }
        return new Run(process.exitValue(), text("out"), text("err"), Duration.between(began, Instant.now()), most);
    }

    private Process start(Path java, List<String> flags, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(java.resolve("bin/java").toString()));
        command.addAll(flags);
        if (flags.containsAll(SMALL)) {
            command.addAll(ClassArchive.ofBridge());
        }
        command.addAll(List.of("-jar", JAR.toString()));
        return start(command, environment, arguments);
    }

    /** A symbolic link to the launcher of the archive, unpacked into a folder whose name holds a space. */
    private Path launcher() throws Exception {
        InstalledProgram.require("tar", "the demo out of the archive");
        Path into = Files.createDirectory(temporary.resolve("un packed"));
        try (Stream<Path> files = Files.list(JAR.getParent())) {
            Path archive = files.filter(file -> file.toString().endsWith(".tar.gz")).findFirst().orElseThrow();
            assertThat(new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", into.toString()).inheritIO().start().waitFor()).isZero();
        }
        try (Stream<Path> unpacked = Files.list(into)) {
            return Files.createSymbolicLink(temporary.resolve("a link"), unpacked.findFirst().orElseThrow().resolve("bin/finetune-bridge"));
        }
    }

    private Process start(List<String> program, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile())
                .redirectOutput(temporary.resolve("out").toFile()).redirectError(temporary.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.matches("(DASHSCOPE|MINIMAX|BRIDGE|JAVA|JDK)_.*"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static int stop(Process process) throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private Map<String, String> sources() {
        return Map.of("DASHSCOPE_API_KEY", Simulation.KEY, "DASHSCOPE_BASE_URL", sandbox.url(), "MINIMAX_API_KEY", Simulation.KEY,
                "MINIMAX_BASE_URL", sandbox.url(), "MINIMAX_JOBS", world.account("minimax").job("17") == null ? "" : "17");
    }

    /** Linux tells; elsewhere there is no such file. */
    private static long resident(Process process) throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        try {
            return Files.readAllLines(status).stream().filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024).findFirst().orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** A JDK of this version beside the one that runs. */
    static Path java(String version) throws IOException {
        try (Stream<Path> beside = Files.list(HERE.toRealPath().getParent())) {
            return beside.filter(home -> Files.exists(home.resolve("bin/java")))
                    .filter(home -> release(home).contains("JAVA_VERSION=\"" + version)).findFirst().orElse(null);
        }
    }

    private static String release(Path home) {
        try {
            return Files.readString(home.resolve("release"));
        } catch (IOException e) {
            return "";
        }
    }

    private String text(String stream) throws IOException {
        return Files.readString(temporary.resolve(stream));
    }

    private List<String> lines(String sort) {
        return Ndjson.lines(folder.resolve("data").resolve(sort));
    }
}
