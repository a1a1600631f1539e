package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.Rig.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.simulator.LoggedRequest;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every row of {@code unhappy-world.txt}: two bridges, one that catches up and one that watches, have every row as a
 * source of its own. On their clocks waits pass faster; which requests they make stays the same. They wait side by side.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class UnhappyWorldIT {

    /** Its patience of two minutes is still long enough for a machine that has much to do. */
    private static final int ONCE_FASTER = 5;
    private static final int RUN_FASTER = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(150);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchema LETTER = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(UnhappyWorldIT.class.getResourceAsStream("/schemas/dead-letter.v1.schema.json"));

    private final Map<UnhappyRow, CycleResult> tallies = new HashMap<>();
    private final Map<String, String> health = new HashMap<>();
    private Rig once;
    private Rig run;
    private Map<String, List<String>> publishedOnce;
    private Map<String, List<String>> publishedInRun;

    static List<UnhappyRow> rows() {
        return UnhappyRow.all();
    }

    @BeforeAll
    void play(@TempDir Path folder) throws Exception {
        run = rig(Files.createDirectory(folder.resolve("run")), Rig.hastening(RUN_FASTER));
        once = rig(Files.createDirectory(folder.resolve("once")), Rig.hastening(ONCE_FASTER));
        var caughtUp = new FutureTask<>(once::once);
        new Thread(caughtUp).start();
        poller();
        List<CycleResult> all = caughtUp.get();
        rows().forEach(row -> tallies.put(row, all.get(rows().indexOf(row))));
        publishedOnce = byJob(once.events());
        publishedInRun = byJob(run.events());
    }

    @AfterAll
    void close() {
        once.close();
        run.close();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void catchesUp(UnhappyRow row) {
        assertThat(row.asked(lines(once, row))).as("asked").isEqualTo(row.once());
        assertThat(published(publishedOnce, row, UnhappyRow.BAD)).as("published").isEqualTo(expected(publishedOnce, row));
        assertThat(published(publishedOnce, row, UnhappyRow.GOOD)).isEqualTo(row.state().equals("source") ? List.of()
                : wellOf(publishedOnce, row));
        assertThat(letters(once, row)).as("dead letters").containsExactlyElementsOf(expectedLetters(row));
        assertThat(List.of(tallies.get(row).read(), tallies.get(row).failed())).as("read and not read")
                .isEqualTo(switch (row.state()) {
                    case "up" -> List.of(row.once().endsWith("0 1") ? 1 : 2, 0);
                    case "job" -> List.of(1, 1);
                    default -> List.of(0, 1);
                });
    }

    @ParameterizedTest
    @MethodSource("rows")
    void pollers(UnhappyRow row) {
        String asked = row.asked(lines(run, row));
        assertThat(row.run().startsWith("+") ? "+" + asked.substring(asked.indexOf(' ')) : asked).as("asked")
                .isEqualTo(row.run());
        assertThat(published(publishedInRun, row, UnhappyRow.BAD)).as("published").isEqualTo(expected(publishedInRun, row));
        assertThat(published(publishedInRun, row, UnhappyRow.GOOD)).isEqualTo(row.state().equals("source") ? List.of()
                : wellOf(publishedInRun, row));
        assertThat(letters(run, row)).as("dead letters").containsExactlyElementsOf(expectedLetters(row));
        assertThat(health.get("source-" + row.source())).as("health").isEqualTo(
                row.state().equals("source") ? "DOWN" : "UP");
    }

    /** Whoever of the account asks: the key is shared. */
    @ParameterizedTest
    @MethodSource("rows")
    void asksNothingBeforeTheTimeItWasTold(UnhappyRow row) {
        if (!row.ban().isZero()) {
            assertThat(silence(once, row).multipliedBy(ONCE_FASTER)).isGreaterThanOrEqualTo(row.ban().minusSeconds(1));
            assertThat(silence(run, row).multipliedBy(RUN_FASTER)).isGreaterThanOrEqualTo(row.ban().minusSeconds(1));
        }
    }

    @Test
    void namesTestsThatExistForWhatIsPlayedElsewhere() throws IOException {
        List<String> named = Files.readAllLines(Path.of("src/test/resources/unhappy-world.txt")).stream()
                .filter(line -> line.matches("#   .*: \\w+(, \\w+)*")).flatMap(line -> Stream.of(line.replaceFirst(".*: ", "").split(", ")))
                .toList();
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".java", "")).toList()).containsAll(named);
        }
        assertThat(named).hasSizeGreaterThan(8);
    }

    private void poller() throws Exception {
        var window = new Window(run);
        try (Bridge bridge = window.open()) {
            awaitAll();
            JSON.readTree(window.get("/observe/health").body()).path("checks").forEach(check ->
                    health.put(check.path("name").asText(), check.path("status").asText()));
        }
    }

    /** Until every row is played, and then some poll cycles more, which must not ask for more. */
    private void awaitAll() {
        try {
            // Each look counts every request of every row.
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(250)).until(() ->
                    rows().stream().allMatch(this::isPlayed));
        } catch (ConditionTimeoutException e) {
            // Each row says itself what became of it.
        }
        int cycles = lines(run, rows().get(0)).size();
        await().atMost(PATIENCE).until(() -> lines(run, rows().get(0)).size() >= cycles + 3);
    }

    private boolean isPlayed(UnhappyRow row) {
        String asked = row.asked(lines(run, row));
        String jobs = row.run().substring(row.run().indexOf(' '));
        return asked.endsWith(jobs) && !asked.startsWith("0");
    }

    private static Rig rig(Path folder, InstantSource clock) throws IOException {
        var rig = new Rig(folder, Simulation.empty()).clock(clock).with("bridge.max-response-size", "100KB");
        for (UnhappyRow row : rows()) {
            row.prepare(rig.world, rig.sandbox.faults(), clock);
            rig.source(row.source(), row.provider()).with(row.source() + ".api-key", row.key())
                    .with(row.source() + ".concurrency", "1").with(row.source() + ".period", "400ms")
                    .with(row.source() + ".logs", Boolean.toString(row.lines() > 0));
            if (row.answer().equals("late")) {
                rig.with(row.source() + ".request-timeout", "6s");
            }
        }
        return rig;
    }

    private List<String> expected(Map<String, List<String>> events, UnhappyRow row) {
        List<String> well = wellOf(events, row);
        return switch (row.published()) {
            case "all" -> well;
            case "rest" -> well.stream().filter(published -> !List.of("c-2 READY", "0", "PENDING").contains(published)).toList();
            case "but checkpoints" -> well.stream().filter(published -> !published.startsWith("c-")).toList();
            case "but log" -> well.stream().filter(published -> !published.matches("\\d+")).toList();
            case "list" -> row.provider().equals("dashscope") ? List.of("SUCCEEDED") : List.of();
            default -> List.of();
        };
    }

    /** What is published of a job that nothing is wrong with. */
    private static List<String> wellOf(Map<String, List<String>> events, UnhappyRow row) {
        if (row.lines() > 0) {
            List<String> own = published(events, row, UnhappyRow.GOOD);
            assertThat(own).hasSizeGreaterThan(row.lines()).doesNotHaveDuplicates().contains("SUCCEEDED", "0", row.lines() + "");
            return own;
        }
        return published(events, rows().get(row.provider().equals("dashscope") ? 0 : 1), UnhappyRow.GOOD);
    }

    private static List<String> published(Map<String, List<String>> events, UnhappyRow row, String job) {
        return events.getOrDefault(row.source() + ' ' + job, List.of());
    }

    /** In brief, by source and job. */
    private static Map<String, List<String>> byJob(List<JsonNode> events) {
        Map<String, List<String>> all = new HashMap<>();
        for (JsonNode event : events) {
            String source = event.at("/data/account").asText();
            all.computeIfAbsent(source + ' ' + event.path("subject").asText(), job -> new ArrayList<>())
                    .add(Rig.brief(event).substring(source.length() + 1).replaceFirst("^(\\d+) .*", "$1"));
        }
        all.values().forEach(Collections::sort);
        return all;
    }

    private static List<String> expectedLetters(UnhappyRow row) {
        return row.letter().equals("-") ? List.of() : List.of(row.letter());
    }

    private static List<String> letters(Rig rig, UnhappyRow row) {
        return rig.deadLetters().stream().filter(letter -> letter.at("/data/account").asText().equals(row.source()))
                .peek(letter -> assertThat(LETTER.validate(letter.path("data"))).as("%s", letter).isEmpty())
                .map(UnhappyWorldIT::brief).toList();
    }

    private static String brief(JsonNode letter) {
        JsonNode data = letter.path("data");
        JsonNode error = data.path("error");
        return (data.has("jobId") ? data.path("jobId").asText().replace(UnhappyRow.BAD, "bad ") : "") + data.path("stage").asText() + ": "
                + error.path("class").asText() + (error.has("httpStatus") ? " " + error.path("httpStatus") : "")
                + (error.has("code") ? " " + error.path("code").asText() : "") + " x" + data.path("attempts")
                + (data.path("payload").isNull() ? " bare" : "");
    }

    private static List<String> lines(Rig rig, UnhappyRow row) {
        return rig.sandbox.requests().of(row.key()).stream().map(LoggedRequest::line).toList();
    }

    private static Duration silence(Rig rig, UnhappyRow row) {
        List<LoggedRequest> asked = rig.sandbox.requests().of(row.key());
        int banned = row.where().equals("list") ? 0 : 1;
        return Duration.between(asked.get(banned).at(), asked.get(banned + 1).at());
    }
}
