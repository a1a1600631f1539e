package org.finetunebridge.sink.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.finetunebridge.Loopback;
import org.finetunebridge.simulator.ExpectedFacts;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.SimulatedAccount;
import org.finetunebridge.simulator.Simulation;
import org.finetunebridge.sink.kafka.BridgeProcess;
import org.finetunebridge.sink.kafka.ReceivedEvents;
import org.jboss.byteman.agent.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process dies, at random and where it hurts, while jobs go on at the providers: the files hold each fact once.
 * {@code mvn verify -Dit.test=FileKillIT -Dkills=200} is the long version.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class FileKillIT {

    private static final int KILLS = Integer.getInteger("kills", 3);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Path POINTS = Path.of("src/test/resources/kills").toAbsolutePath();
    private static final Duration LONGEST_STOP = Duration.ofSeconds(10);
    private static final int KILLED_BY_BYTEMAN = 255;
    private static final Pattern TWO_ACCOUNTS = Pattern.compile("\"source\":\"urn:finetune:(dashscope|minimax):");
    private static final Pattern NAME = Pattern.compile("\"id\":\"([^\"]+)\",\"source\":\"([^\"]+)\"");

    @TempDir
    private Path directory;
    private final LivelyWorld lively = LivelyWorld.begin();
    private final Random random = new Random(20_260_302);
    private FaultySandbox sandbox;
    private List<String> sources = List.of("dashscope", "minimax");

    @BeforeEach
    void start() {
        sandbox = FaultySandbox.start(lively.world);
    }

    @AfterEach
    void close() {
        lively.close();
        sandbox.close();
    }

    /** At every provider that measures trainings: what was measured is a fact as any other. */
    @Test
    void losesAndRepeatsNothingWhenItIsKilledAgainAndAgain() {
        sources = Stream.concat(sources.stream(), LivelyWorld.MEASURED.stream()).toList();
        for (int kill = 1; kill <= KILLS; kill++) {
            long before = written();
            try (BridgeProcess bridge = run(List.of())) {
                if (kill % 3 != 0) {
                    await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> written() != before);
                }
                assertThat(bridge.exit(Duration.ofMillis(random.nextInt(kill % 3 == 0 ? 3_000 : 600))))
                        .as(bridge.output()).isNull();
            }
        }
        assertThatEachFactIsPublishedOnce();
        assertThatMetricsArePublishedOnceAndAll();
    }

    @Test
    void losesAndRepeatsNothingWhereverItIsKilled() throws IOException {
        try (Stream<Path> points = Files.list(POINTS)) {
            for (Path point : points.sorted().toList()) {
                try (BridgeProcess bridge = run(List.of("-javaagent:" + byteman() + "=script:" + point))) {
                    assertThat(bridge.exit(LONG)).as(point.getFileName() + ": " + bridge.output())
                            .isEqualTo(KILLED_BY_BYTEMAN);
                }
            }
        }
        assertThatEachFactIsPublishedOnce();
    }

    @Test
    void publishesTheEndOfAJobThatIsDeletedWhileTheProcessIsDead() {
        lively.rest();
        SimulatedAccount account = lively.world.account("dashscope");
        String job = account.create().become("CANCELED").id();
        sandbox.faults().always(job + "/checkpoints", Fault.slow(Duration.ofSeconds(50)));
        try (BridgeProcess bridge = run(List.of())) {
            await().atMost(LONG).failFast(() -> bridge.exit(Duration.ZERO) != null)
                    .until(() -> !sandbox.requests().matching(job + "/checkpoints").isEmpty());
        }
        assertThat(lines()).noneMatch(line -> line.contains(job));

        account.forget(account.job(job));
        catchUp();
        assertThat(lines()).filteredOn(line -> line.contains(job)).singleElement().asString().contains("CANCELLED");
    }

    @Test
    void letsNobodyElseAtItsStateAndEndsInTimeWithEverythingCommittedOrForgotten() {
        Map<String, String> keys = keys();
        keys.put("bridge.http.port", Integer.toString(Loopback.freePort()));
        try (BridgeProcess first = BridgeProcess.start("run", keys, directory)) {
            awaitMore(first);
            // Though the port is taken too: the state is what two may not share.
            try (BridgeProcess second = BridgeProcess.start("run", keys, directory)) {
                assertThat(second.exit(LONG)).as(second.output()).isOne();
                assertThat(second.output()).contains("another instance, process " + first.pid())
                        .contains(directory + "/state").doesNotContain("Exception");
            }
            // The status page reads the events of earlier runs from the files, which must not cost the locks on them.
            assertThat(page(keys.get("bridge.http.port"))).contains("dashscope");
            Map<String, String> otherState = keys();
            otherState.put("bridge.state.directory", directory + "/other");
            try (BridgeProcess other = BridgeProcess.start("run", otherState, directory)) {
                assertThat(other.exit(LONG)).as(other.output()).isOne();
                assertThat(other.output()).contains("with another state, writes to " + directory + "/events/events-")
                        .contains("bridge.file.directory").doesNotContain("Exception");
            }
            awaitMore(first);
            long before = sandbox.requests().received();
            sandbox.faults().always(".", Fault.slow(Duration.ofSeconds(50)));
            await().atMost(LONG).until(() -> sandbox.requests().received() > before);
            first.stop();
            assertThat(first.exit(LONGEST_STOP)).as(first::output).isZero();
        }
        assertThat(lines()).as("whole lines").isNotEmpty();
        sandbox.faults().end();
        assertThatEachFactIsPublishedOnce();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void livesOnAFullDiskUntilThereIsSpaceAgain() throws Exception {
        List<String> limited = List.of("bash", "-c", "ulimit -S -f 256; exec \"$0\" \"$@\"");
        try (BridgeProcess bridge = BridgeProcess.start("run", keys(), directory, limited, List.of())) {
            await().atMost(LONG).untilAsserted(() -> assertThat(bridge.output()).contains("File too large"));
            assertThat(bridge.exit(Duration.ofSeconds(2))).as(bridge.output()).isNull();
            Process unlimited = new ProcessBuilder("prlimit", "--pid", Long.toString(bridge.pid()),
                    "--fsize=unlimited").inheritIO().start();
            assertThat(unlimited.waitFor()).isZero();
            awaitMore(bridge);
            bridge.stop();
            assertThat(bridge.exit(LONG)).as(bridge.output()).isZero();
        }
        assertThatEachFactIsPublishedOnce();
    }

    private static String page(String port) {
        try (InputStream page = URI.create("http://127.0.0.1:" + port + "/").toURL().openStream()) {
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertThatEachFactIsPublishedOnce() {
        Map<String, ExpectedFacts> truth = lively.rest();
        catchUp();
        var received = ReceivedEvents.of(lines().stream().filter(line -> TWO_ACCOUNTS.matcher(line).find()).toList());
        received.holdEachFactOnce();
        received.holdAllOf(truth);
        assertThat(directory.resolve("dead-letters")).isEmptyDirectory();
    }

    /** All that a bridge finds which was never killed; DashScope's newest line may be one that it did not see twice yet. */
    private void assertThatMetricsArePublishedOnceAndAll() {
        Path anew = directory.resolve("anew");
        try (BridgeProcess once = BridgeProcess.start("once", keys(anew), directory)) {
            assertThat(once.exit(Duration.ofMinutes(3))).as(once.output()).isZero();
        }
        List<String> published = metrics(directory);
        assertThat(published).doesNotHaveDuplicates().containsAll(metrics(anew));
        assertThat(published).extracting(name -> name.split(":")[2]).containsAll(sources);
        assertThat(lines()).extracting(FileKillIT::name).doesNotHaveDuplicates();
    }

    /** Source and id of each event of metrics. */
    private List<String> metrics(Path home) {
        return lines(home).stream().filter(line -> line.contains(":metrics.recorded:")).map(FileKillIT::name).toList();
    }

    private static String name(String event) {
        Matcher name = NAME.matcher(event);
        assertThat(name.find()).as(event).isTrue();
        return name.group(2) + ' ' + name.group(1);
    }

    private void catchUp() {
        try (BridgeProcess once = BridgeProcess.start("once", keys(), directory)) {
            assertThat(once.exit(Duration.ofMinutes(3))).as(once.output()).isZero();
        }
    }

    private BridgeProcess run(List<String> options) {
        return BridgeProcess.start("run", keys(), directory, List.of(), options);
    }

    private void awaitMore(BridgeProcess bridge) {
        long before = written();
        await().atMost(LONG).failFast(() -> bridge.exit(Duration.ZERO) != null).until(() -> written() > before);
    }

    private long written() {
        return files(directory).stream().mapToLong(file -> file.toFile().length()).sum();
    }

    private List<String> lines() {
        return lines(directory);
    }

    private static List<String> lines(Path home) {
        List<String> lines = new ArrayList<>();
        for (Path file : files(home)) {
            try {
                String text = Files.readString(file, StandardCharsets.UTF_8);
                assertThat(text).as("%s", file).endsWith("\n");
                lines.addAll(List.of(text.split("\n")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return lines;
    }

    private static List<Path> files(Path home) {
        try (Stream<Path> all = Files.exists(home.resolve("events")) ? Files.list(home.resolve("events"))
                : Stream.empty()) {
            return all.filter(file -> file.toString().endsWith(".ndjson")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, String> keys() {
        return keys(directory);
    }

    private Map<String, String> keys(Path home) {
        Map<String, String> keys = new TreeMap<>(Map.of("bridge.sources", String.join(",", sources), "bridge.http.port", "0",
                "bridge.file.directory", home + "/events", "bridge.state.directory", home + "/state",
                "bridge.dead-letter.directory", home + "/dead-letters"));
        for (String source : sources) {
            keys.put(source + ".base-url", LivelyWorld.MEASURED.contains(source) ? sandbox.url(source) : sandbox.url());
            keys.put(source + ".api-key", Simulation.KEY);
            keys.put(source + ".period", "1s");
        }
        keys.put("dashscope.logs", Boolean.toString(sources.size() > 2));
        return keys;
    }

    private static Path byteman() {
        return Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    }
}
