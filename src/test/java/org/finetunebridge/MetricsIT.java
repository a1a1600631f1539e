package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.SimulatedJob;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a training measures, from each provider's answers to the events: once over restarts, in order, before the end. */
@Timeout(60)
class MetricsIT {

    /** How many events of metrics a job has: lines that show a running job, again in its file of results, and checkpoints. */
    private static final Map<String, Integer> EXPECTED = new TreeMap<>(Map.of("openai", 2 * 37 + 2, "azure-openai", 2 * 37 + 2,
            "dashscope", 37, "together", 37, "mistral", 2));

    @TempDir
    private Path folder;
    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig(folder, Instant.parse("2026-03-01T04:05:06Z"));
        for (String provider : EXPECTED.keySet()) {
            rig.source(provider, provider).with(provider + ".base-url", rig.sandbox.url(provider))
                    .with(provider + ".logs", provider.equals("dashscope") ? "true" : null);
            rig.world.account(provider).finished(5, 2, 40);
        }
        rig.source("curves", "openai").with("curves.base-url", rig.sandbox.url("openai")).with("curves.events", "metrics");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @TestFactory
    Stream<DynamicTest> areOneEventAStepAndOrigin() throws Exception {
        rig.once();
        rig.once();

        assertThat(rig.deadLetters()).isEmpty();
        return EXPECTED.keySet().stream().flatMap(provider -> rig.world.account(provider).jobs().stream().map(job ->
                dynamicTest(provider + ' ' + job.id(), () -> {
                    List<JsonNode> all = events(provider, job);
                    List<JsonNode> metrics = metrics(provider, job);
                    assertThat(metrics).hasSize(EXPECTED.get(provider));
                    assertThat(metrics).extracting(event -> event.at("/data/origin").asText() + ' ' + event.at("/data/step"))
                            .doesNotHaveDuplicates().noneMatch(name -> name.endsWith(" "));
                    assertThat(all).extracting(event -> event.path("id").asText()).doesNotHaveDuplicates();
                    JsonNode end = all.get(all.size() - 1).path("data");
                    assertThat(end.path("status").asText()).isEqualTo("SUCCEEDED");
                    assertThat(end.at("/summary/trainLoss/last").isNumber()).isTrue();
                    assertThat(end.at("/summary/bestCheckpoint/checkpoint").isTextual()).isEqualTo(Set.of("openai", "azure-openai", "mistral").contains(provider));
                    assertThat(metrics).allMatch(event -> event.at("/data/values").size() + event.at("/data/notFinite").size() > 0);
                })));
    }

    /** From the fourth job on every fifth diverges. */
    @TestFactory
    Stream<DynamicTest> nameALossThatDiverges() throws Exception {
        rig.once();
        return Stream.of("openai", "azure-openai", "dashscope").map(provider -> dynamicTest(provider, () -> {
            List<JsonNode> diverging = events(provider).stream().filter(event ->
                    event.at("/data/notFinite/0").asText().equals("trainLoss")).toList();
            assertThat(diverging).isNotEmpty().extracting(event -> event.path("subject").asText()).containsOnly(
                    diverging.get(0).path("subject").asText());
            assertThat(diverging).allMatch(event -> event.at("/data/values/trainLoss").isMissingNode());
        }));
    }

    @TestFactory
    Stream<DynamicTest> areAKindThatCanBeChosenAlone() throws Exception {
        rig.once();
        List<String> chosen = ids(events("curves"));
        List<String> among = ids(events("openai").stream().filter(MetricsIT::isMetrics).toList());
        return Stream.of(dynamicTest("the same as among all", () -> assertThat(chosen).isNotEmpty().hasSameElementsAs(among)));
    }

    @TestFactory
    Stream<DynamicTest> comeWhileAJobRunsWhateverItSays() throws Exception {
        rig.source("minimax", "minimax");
        SimulatedJob job = rig.world.account("minimax").create().become("RUNNING");
        for (int step = 1; step <= 3; step++) {
            rig.pass(Duration.ofSeconds(1));
            job.publish("INFO", "{\"job_id\":\"" + job.id() + "\",\"status\":\"running\",\"step\":" + step + ",\"train_loss\":"
                    + (step == 3 ? "\"nan\"" : "0." + step) + '}');
            rig.once();
        }
        return Stream.of(dynamicTest("minimax", () -> assertThat(events("minimax").stream().filter(MetricsIT::isMetrics))
                .extracting(event -> event.at("/data/values/trainLoss").toString() + event.at("/data/notFinite").toString())
                .containsExactly("0.1", "0.2", "[\"trainLoss\"]")));
    }

    /** The file of results is read once, and costs nothing else if it cannot be read. */
    @TestFactory
    Stream<DynamicTest> areReadOnceFromAFileAfterTheEnd() throws Exception {
        SimulatedJob spoiled = rig.world.account("openai").jobs().get(0);
        rig.sandbox.faults().always("/openai/v1/files/file-results-" + spoiled.id(), Fault.status(403));
        var results = rig.once();
        rig.sandbox.faults().end();
        rig.once();
        List<JsonNode> letters = rig.deadLetters().stream().filter(letter -> letter.at("/data/account").asText().equals("openai")).toList();
        String asked = "/files/file-results-";

        return Stream.of(
                dynamicTest("once for each job and account", () -> assertThat(rig.sandbox.requests().matching(asked))
                        .hasSize(15)),
                dynamicTest("every job counts as read", () -> assertThat(results).containsOnly(new CycleResult(5, 0, null))),
                dynamicTest("the refusal is named, and concerns nothing else", () -> {
                    assertThat(letters).hasSize(1);
                    assertThat(letters.get(0).at("/data/request/resource").asText()).isEqualTo("results");
                    assertThat(letters.get(0).path("subject").asText()).isEqualTo(spoiled.id());
                    assertThat(metrics("openai", spoiled)).hasSize(37 + 2);
                    assertThat(events("openai", spoiled)).last().satisfies(event ->
                            assertThat(event.at("/data/status").asText()).isEqualTo("SUCCEEDED"));
                }));
    }

    private List<JsonNode> metrics(String account, SimulatedJob job) {
        return events(account, job).stream().filter(MetricsIT::isMetrics).toList();
    }

    private static boolean isMetrics(JsonNode event) {
        return event.path("type").asText().equals("org.finetunebridge.metrics.recorded.v1");
    }

    private static List<String> ids(List<JsonNode> events) {
        return events.stream().map(event -> event.path("id").asText()).toList();
    }

    private List<JsonNode> events(String account) {
        return rig.events().stream().filter(event -> event.at("/data/account").asText().equals(account)).toList();
    }

    private List<JsonNode> events(String account, SimulatedJob job) {
        return events(account).stream().filter(event -> event.path("subject").asText().equals(job.id())).toList();
    }
}
