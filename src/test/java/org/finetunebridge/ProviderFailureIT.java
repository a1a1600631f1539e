package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.Rig.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.SimulatedAccount;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong at a provider: what is suspended, what goes on, and what is said of it. */
@Timeout(120)
class ProviderFailureIT {

    private static final String SECRET = "sk-very-secret-0123456789";

    @TempDir
    private Path folder;
    private Rig rig;
    private SimulatedAccount dashscope;

    @BeforeEach
    void start() {
        rig = new Rig(folder, Simulation.empty()).source("dashscope", "dashscope").with("dashscope.api-key", SECRET);
        dashscope = rig.world.account("dashscope", SECRET);
    }

    @AfterEach
    void close() throws IOException {
        rig.close();
        for (JsonNode letter : rig.deadLetters()) {
            assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(getClass().getResourceAsStream("/schemas/dead-letter.v1.schema.json"))
                    .validate(letter.path("data"))).as("%s", letter).isEmpty();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file)).as("%s", file).doesNotContain(SECRET);
            }
        }
    }

    @Test
    void rejectsABadRecordOnceAndPublishesTheRest() throws Exception {
        List.of("ft-1", "ft-2", "ft-3").forEach(id -> dashscope.create(id).checkpoint("c-1", 1, "READY"));
        rig.sandbox.faults().always("page_no", Fault.edited(text -> ruin(text, "/output/jobs/1", "status")));
        rig.sandbox.faults().always("ft-1/checkpoints", Fault.edited(text -> ruin(text, "/output/0", "checkpoint")));

        rig.once();
        rig.once();
        assertThat(rig.once()).containsExactly(new CycleResult(2, 0, null));

        assertThat(rig.published("ft-1")).containsExactly("dashscope PENDING");
        assertThat(rig.published("ft-3")).containsExactlyInAnyOrder("dashscope PENDING", "dashscope c-1 READY");
        assertThat(rig.deadLetters()).hasSize(2).extracting(letter -> letter.at("/data/jobId").asText())
                .containsExactlyInAnyOrder("ft-2", "ft-1");
        assertThat(rig.deadLetters()).extracting(letter -> letter.at("/data/payload").isObject()).containsOnly(true);
        rig.sandbox.faults().end();
        rig.once();
        assertThat(rig.published("ft-2")).containsExactlyInAnyOrder("dashscope PENDING", "dashscope c-1 READY");
        assertThat(rig.published("ft-1")).hasSize(2);
        assertThat(rig.deadLetters()).hasSize(2);
    }

    @Test
    void saysOnceThatAnAnswerMakesNoSenseHoweverOftenItIsTried() throws Exception {
        dashscope.create("ft-1");
        rig.clock(Rig.hastening(40)).sandbox.faults().always("/checkpoints", Fault.html(200));

        rig.once();
        rig.once();

        assertThat(rig.deadLetters()).hasSize(1);
    }

    /** A restart while a provider asks to wait is no reason to ask. */
    @ParameterizedTest
    @ValueSource(strings = {"once", "run"})
    void asksNothingWhileItIsAskedToWaitNotEvenAfterARestart(String mode) throws Exception {
        rig.source("minimax", "minimax").with("dashscope.period", "50ms").with("minimax.period", "50ms");
        dashscope.create("ft-1");
        rig.world.account("minimax").create("17");
        rig.sandbox.faults().times(2, ".", Fault.body(429, "{}").header("Retry-After", "3600"));
        assertThat(rig.once()).extracting(CycleResult::failed).containsExactly(1, 1);

        if (mode.equals("once")) {
            assertThat(rig.once()).extracting(CycleResult::failed).containsExactly(1, 1);
        } else {
            Bridge bridge = rig.watching();
            await().until(() -> bridge.pollers().stream().allMatch(
                    poller -> poller.began().isAfter(Instant.EPOCH) && poller.result().failed() > 0));
        }

        assertThat(rig.sandbox.requests().all()).hasSize(2);
        assertThat(rig.events()).isEmpty();
        assertThat(rig.deadLetters()).isEmpty();
    }

    @Test
    void readsNothingWhileNothingCanBeWrittenAndThenPublishesEverything() throws Exception {
        Path blocked = Files.createSymbolicLink(folder.resolve("blocked"), folder.resolve("nowhere"));
        rig.source("minimax", "minimax").with("bridge.state.directory", blocked.resolve("state").toString())
                .with("dashscope.period", "50ms").with("minimax.period", "50ms");
        dashscope.create("ft-1");
        rig.world.account("minimax").create("17");
        Bridge bridge = rig.watching();
        await().until(() -> bridge.pollers().stream().allMatch(poller -> poller.result().failed() > 0));
        assertThat(rig.sandbox.requests().all()).isEmpty();

        Files.delete(blocked);

        await().until(() -> rig.events().size() == 3);
        assertThat(rig.deadLetters()).isEmpty();
    }

    @Test
    void countsOnlyAnswersThatMakeNoSenseAsSuch() throws Exception {
        dashscope.create("ft-1").checkpoint("c-1", 1, "READY");
        rig.clock(Rig.hastening(15)).sandbox.faults().times(3, "/checkpoints", Fault.status(503))
                .times(3, "/checkpoints", Fault.html(200)).times(1, "/checkpoints", Fault.drop());

        assertThat(rig.once()).containsExactly(new CycleResult(1, 0, null));

        assertThat(rig.published("ft-1")).hasSize(2);
        assertThat(rig.deadLetters()).isEmpty();
    }

    @Test
    void parksASourceWhoseKeyIsRefusedWhileOthersGoOn() throws Exception {
        rig.source("minimax", "minimax").with("minimax.period", "50ms").with("dashscope.period", "50ms");
        rig.with("dashscope.jobs", "a,b,c,d,e,f,g,h").sandbox.faults().always("fine-tunes", Fault.status(401));
        SimulatedJob job = rig.world.account("minimax").create();
        rig.watching();

        for (int line = 1; line <= 20; line++) {
            String text = "line " + line;
            job.publish("INFO", text);
            await().until(() -> rig.published(job.id()).stream().anyMatch(published -> published.endsWith(text)));
        }
        await().until(() -> rig.deadLetters().size() > 0);
        assertThat(rig.sandbox.requests().matching("fine-tunes")).hasSizeBetween(1, 5);
        assertThat(rig.deadLetters()).hasSize(1).first().satisfies(letter -> {
            assertThat(letter.at("/data/error/httpStatus").asInt()).isEqualTo(401);
            assertThat(letter.at("/data/error/code").asText()).isEqualTo("InvalidApiKey");
            assertThat(letter.at("/data/payload").asText()).contains("Invalid API-key provided.");
            assertThat(letter.at("/data").has("jobId")).isFalse();
        });
    }

    @Test
    void saysOnceThatAKeyIsRefusedHoweverOftenItIsTried() throws Exception {
        dashscope.create("ft-1");
        rig.sandbox.faults().always(".", Fault.status(403));

        for (int run = 0; run < 3; run++) {
            assertThat(rig.once()).extracting(CycleResult::failed).containsExactly(1);
        }
        assertThat(rig.deadLetters()).hasSize(1);
        rig.sandbox.faults().end();
        assertThat(rig.once()).containsExactly(new CycleResult(1, 0, null));
    }

    @Test
    void suspendsAJobThatIsNotThereWithOneDeadLetterOverManyPollCyclesAndRestarts() throws Exception {
        rig.with("dashscope.jobs", "ft-1,ft-gone").with("dashscope.period", "50ms");
        dashscope.create("ft-1");
        rig.once();
        try (Bridge bridge = rig.watching()) {
            int sofar = rig.sandbox.requests().matching("ft-1 ").size();
            await().until(() -> rig.sandbox.requests().matching("ft-1 ").size() > sofar + 10);
        }
        rig.once();

        assertThat(rig.sandbox.requests().matching("ft-gone")).as("each of two resources, by each catch-up").hasSize(4);
        assertThat(rig.deadLetters()).hasSize(1).first().satisfies(letter -> {
            assertThat(letter.path("subject").asText()).isEqualTo("ft-gone");
            assertThat(letter.at("/data/error/httpStatus").asInt()).isEqualTo(404);
            assertThat(letter.at("/data/request/line").asText()).isEqualTo("GET /api/v1/fine-tunes/ft-gone");
        });
        assertThat(rig.published("ft-1")).containsExactly("dashscope PENDING");
    }

    /** New jobs are not found meanwhile, and everything is once the list can be read. */
    @Test
    void goesOnWithTheJobsItKnowsWhileTheirListCannotBeRead() throws Exception {
        var ahead = new AtomicReference<>(Duration.ZERO);
        rig.clock(Rig.ahead(ahead)).source("minimax", "minimax").with("minimax.period", "50ms").with("dashscope.period", "50ms");
        SimulatedJob job = rig.world.account("minimax").create("17");
        dashscope.create("ft-1").become("RUNNING");
        assertThat(rig.once()).extracting(CycleResult::failed).containsOnly(0);
        rig.sandbox.faults().always("list_finetune_job|page_no", Fault.body(404, "{}"));

        assertThat(rig.once()).extracting(CycleResult::failed).as("once").containsExactly(1, 1);
        for (String line : List.of("while it watches", "after a restart")) {
            try (Bridge bridge = rig.watching()) {
                job.publish("INFO", line);
                dashscope.job("ft-1").become(line.startsWith("after") ? "CANCELLED" : "CANCELLING");
                awaitPublished(job.id(), line);
                awaitPublished("ft-1", dashscope.job("ft-1").status());
                assertThat(bridge.pollers()).allSatisfy(poller -> assertThat(poller.suspension().reason())
                        .startsWith("the list of jobs cannot be read: ").contains("404"));
            }
        }
        rig.world.account("minimax").create("18");
        assertThat(rig.sandbox.requests().matching("list_finetune_job|page_no")).as("two that worked, and one a start")
                .hasSize(2 + 2 * 3);
        assertThat(rig.deadLetters()).hasSize(2).extracting(letter -> letter.at("/data/jobId").isMissingNode())
                .containsOnly(true);

        Bridge bridge = rig.watching();
        await().alias("both lists refused").until(() -> bridge.pollers().stream().allMatch(poller -> poller.result().failed() > 0));
        rig.sandbox.faults().end();
        ahead.set(Duration.ofHours(2));
        awaitPublished("18", "PENDING");
        await().until(() -> bridge.pollers().stream().allMatch(poller -> poller.suspension() == null));
        assertThat(rig.deadLetters()).hasSize(2);
        assertThat(rig.events()).extracting(event -> event.path("id").asText()).doesNotHaveDuplicates();
    }

    private void awaitPublished(String job, String end) {
        await().until(() -> rig.published(job).stream().anyMatch(published -> published.endsWith(end)));
    }

    private static String ruin(String answer, String pointer, String field) {
        try {
            JsonNode json = new ObjectMapper().readTree(answer);
            ((ObjectNode) json.at(pointer)).put(field, 5);
            return json.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
