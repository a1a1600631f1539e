package org.finetunebridge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.finetunebridge.Ndjson;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.LoggedRequest;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Following one job and waiting for its end, in this process. */
@Timeout(90)
class FollowCommandIT extends CommandLineFixture {

    private static final Duration LONG = Duration.ofSeconds(60);

    private SimulatedJob job;

    @BeforeEach
    void create() {
        job = world.account("dashscope").create("ft-1").become("RUNNING");
        world.account("dashscope").create("ft-2").become("RUNNING");
    }

    @Test
    void printsEachChangeInOrderAndTheEndLastAndTouchesNothingElse() {
        CompletableFuture<Integer> exit = start(terminal, "follow", "dashscope", "ft-1");
        await().atMost(LONG).until(() -> out.toString().contains("RUNNING"));
        job.checkpoint("checkpoint-10", 10, "READY").become("FAILED");

        assertThat(exit.join()).as("%s", err).isEqualTo(3);
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSize(3).allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ  .*"));
        assertThat(lines.get(0)).endsWith("  RUNNING");
        assertThat(lines.get(1)).contains("checkpoint checkpoint-10  READY");
        assertThat(lines.get(2)).contains("  FAILED (was RUNNING)");
        assertThat(err.toString()).contains("dashscope job ft-1: FAILED").doesNotContain("\r");
        assertThat(folder).isEmptyDirectory();
        assertThat(sandbox.requests().all()).extracting(LoggedRequest::path).containsOnly("/api/v1/fine-tunes/ft-1",
                "/api/v1/fine-tunes/ft-1/checkpoints");
    }

    /** Whatever the bridge beside it is told to leave out, and when. */
    @Test
    void printsTheEventsAsTheBridgeWouldPublishThem() throws Exception {
        job.checkpoint("checkpoint-10", 10, "READY").become("SUCCEEDED");
        assertThat(terminal.type(with("once"))).as("%s", err).isZero();
        List<JsonNode> published = Terminal.events(folder).stream().map(Ndjson::json)
                .filter(event -> event.path("subject").asText().equals("ft-1")).toList();
        assertThat(published).hasSize(2);
        out.getBuffer().setLength(0);

        assertThat(terminal.type(with("follow", "dashscope", "ft-1", "--json", "-Dbridge.sink=kafka",
                "-Dbridge.kafka.content-mode=binary", "-Dbridge.kafka.brokers=127.0.0.1:1", "-Ddashscope.events=log",
                "-Ddashscope.models=none", "-Ddashscope.since=1s", "-Ddashscope.cron=0 0 0 1 1 ?",
                "-Ddashscope.jobs=ft-2"))).as("%s", err).isZero();
        List<JsonNode> followed = out.toString().lines().map(Ndjson::json).toList();
        assertThat(followed).extracting(FollowCommandIT::lasting)
                .containsExactlyElementsOf(published.stream().map(FollowCommandIT::lasting).toList());
    }

    /** Of the minimax dialect the end is derived from an event, and no request asks for the job itself. */
    @Test
    void followsAJobOfWhichOnlyEventsAreRead() {
        SimulatedJob other = world.account("minimax").create("m-1").become("RUNNING").publish("INFO", "step 1");
        CompletableFuture<Integer> exit = start(terminal, "follow", "minimax", "m-1", "-Dminimax.base-url=" + sandbox.url(),
                "-Dminimax.api-key=" + Simulation.KEY, "-Dminimax.period=1s");
        await().atMost(LONG).until(() -> out.toString().contains("step 1"));
        other.publish("WARN", "step 2").become("CANCELLED");

        assertThat(exit.join()).as("%s", err).isEqualTo(3);
        assertThat(out.toString()).containsSubsequence("log  INFO", "step 1", "log  WARN", "step 2", "  CANCELLED");
        assertThat(sandbox.requests().all()).extracting(LoggedRequest::path).containsOnly("/v1/list_finetune_event");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--json"})
    void waitsInSilence(String option) {
        CompletableFuture<Integer> exit = start(terminal, Stream.of("wait", "dashscope", "ft-1", option)
                .filter(word -> !word.isEmpty()).toArray(String[]::new));
        await().atMost(LONG).until(() -> sandbox.requests().received() > 3);
        assertThat(out.toString()).isEmpty();
        job.become("SUCCEEDED");

        assertThat(exit.join()).as("%s", err).isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSize(option.isEmpty() ? 0 : 1).allMatch(line -> Ndjson.json(line).at("/data/status").asText().equals("SUCCEEDED"));
    }

    @Test
    void saysWhyTheJobCannotBeRead() {
        assertThat(terminal.type(with("wait", "dashscope", "ft-1", "-Ddashscope.api-key=sk-wrong"))).isOne();
        assertThat(err.toString()).contains("dashscope job ft-1 cannot be read: ", "HTTP 401 InvalidApiKey");
        assertThat(terminal.type(with("wait", "dashscope", "ft-nosuch"))).isOne();
        assertThat(err.toString()).contains("dashscope job ft-nosuch cannot be read: ").doesNotContain("sk-wrong");
    }

    @Test
    void readsOnThroughAnOutageUntilTheTimeout() {
        sandbox.faults().always(".*", Fault.html(503));
        assertThat(terminal.type(with("follow", "dashscope", "ft-1", "--timeout", "3s"))).isEqualTo(4);
        assertThat(err.toString()).contains("dashscope job ft-1: not read yet when the --timeout of 3s passed");
        assertThat(sandbox.requests().received()).isGreaterThan(1);
    }

    @Test
    void refusesWhatItCannotFollow() {
        assertThat(terminal.type(with("follow", "dashscop", "ft-1"))).isEqualTo(2);
        assertThat(err.toString()).contains("no source dashscop; did you mean dashscope?", "bridge.sources has dashscope, minimax");
        assertThat(terminal.type(with("wait", "minimax", "m-1"))).isEqualTo(2);
        assertThat(err.toString()).contains("minimax is off: minimax.api-key is not set");
        assertThat(terminal.type(with("wait", "dashscope", "ft-1", "--timeout", "90"))).isEqualTo(2);
        assertThat(err.toString()).contains("--timeout = 90: allowed is a duration with its unit");
        assertThat(terminal.type(with("wait", "dashscope", ".."))).isEqualTo(2);
        assertThat(terminal.type(with("wait", "dashscope"))).isEqualTo(2);
        assertThat(err.toString()).contains("Missing required parameter: 'JOB'");
        assertThat(terminal.type(with("wait", "dashscope", "ft-1", "-Dminimax.perod=1s"))).isEqualTo(2);
        assertThat(sandbox.requests().all()).isEmpty();
    }

    /** Each has the rate that is configured, and no more: two who wait and a bridge send thrice as many requests at most. */
    @Test
    void keepsToTheRateBesideABridge() {
        String rate = "-Ddashscope.rate=2";
        Instant began = Instant.now();
        List<CompletableFuture<Integer>> waits = Stream.of(1, 2).map(one -> start(new Terminal(new StringWriter(),
                new StringWriter()), "wait", "dashscope", "ft-1", "--timeout", "6s", rate)).toList();
        assertThat(terminal.type(with("once", rate))).as("%s", err).isZero();
        assertThat(waits.stream().map(CompletableFuture::join)).containsExactly(4, 4);

        List<Instant> asked = sandbox.requests().all().stream().map(LoggedRequest::at).toList();
        double seconds = Duration.between(began, asked.get(asked.size() - 1)).toMillis() / 1000.0;
        assertThat(asked).hasSizeGreaterThan(9).hasSizeLessThanOrEqualTo((int) (3 * (1 + 2 * seconds)));
    }

    private static JsonNode lasting(JsonNode event) {
        JsonNode copy = event.deepCopy();
        ((ObjectNode) copy.path("data")).remove(List.of("observedAt", "requestId"));
        return copy;
    }

    private CompletableFuture<Integer> start(Terminal at, String... words) {
        return CompletableFuture.supplyAsync(() -> at.type(with(words)));
    }

    /** These words, and options that lead to the sandbox and keep everything in the test's folder. */
    private Stream<String> with(String... words) {
        List<String> options = List.of("-Ddashscope.base-url=" + sandbox.url(), "-Ddashscope.api-key=" + Simulation.KEY,
                "-Ddashscope.period=1s", "-Dbridge.http.port=0");
        return Stream.of(options, Terminal.within(folder), List.of(words)).flatMap(List::stream);
    }
}
