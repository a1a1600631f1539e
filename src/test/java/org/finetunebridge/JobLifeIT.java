package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.Rig.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.SimulatedAccount;
import org.finetunebridge.simulator.SimulatedJob;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One job from its creation to the last look at it; every look is a bridge of its own, as after a restart. */
@Timeout(120)
class JobLifeIT {

    @TempDir
    private Path folder;
    @AutoClose
    private Rig rig;
    private SimulatedAccount dashscope;
    private SimulatedAccount minimax;

    @BeforeEach
    void start() {
        rig = new Rig(folder, Instant.parse("2026-03-01T04:05:06Z")).source("dashscope", "dashscope")
                .source("minimax", "minimax");
        dashscope = rig.world.account("dashscope");
        minimax = rig.world.account("minimax");
    }

    @Test
    void publishesTheEndOfAJobThatNeverRanInThePollCycleThatSeesIt() throws Exception {
        var jobs = IntStream.range(0, 6).mapToObj(index -> dashscope.create("ft-" + index)).toList();
        var bridge = rig.clock(rig::now).with("dashscope.period", "200ms").watching();
        await().until(() -> rig.events().size() == 6);
        jobs.forEach(job -> job.become("CANCELED"));
        long cycles = rig.sandbox.requests().matching("page_no").size();

        await().until(() -> rig.sandbox.requests().matching("page_no").size() >= cycles + 2);
        bridge.close();

        assertThat(rig.events()).hasSize(12);
    }

    @Test
    void publishesAJobFromItsCreationToItsEnd() throws Exception {
        SimulatedJob job = dashscope.create("ft-1");
        rig.clock(rig::now).once();
        pass().become("QUEUED");
        rig.once();
        pass().become("RUNNING");
        rig.once();
        pass().checkpoint("checkpoint-100", 100, "AVAILABLE_NOT_EXPORTED");
        rig.once();
        pass().checkpoint("checkpoint-100", 100, "EXPORTING").checkpoint("checkpoint-200", 200, "AVAILABLE_NOT_EXPORTED");
        rig.once();
        pass().checkpoint("checkpoint-100", 100, "READY");
        rig.pass(Duration.ofMinutes(1));
        job.become("SUCCEEDED");
        rig.once();
        rig.once();

        assertThat(rig.published("ft-1")).containsExactly("dashscope PENDING", "dashscope QUEUED", "dashscope RUNNING",
                "dashscope checkpoint-100 AVAILABLE_NOT_EXPORTED", "dashscope checkpoint-200 AVAILABLE_NOT_EXPORTED",
                "dashscope checkpoint-100 EXPORTING", "dashscope checkpoint-100 READY", "dashscope SUCCEEDED");
        assertThat(texts("/data/previousStatus")).containsExactly("", "PENDING", "QUEUED", "", "", "", "", "RUNNING");
        assertThat(texts("/time")).containsExactly("2026-03-01T04:05:06Z", "2026-03-01T04:06:06Z",
                "2026-03-01T04:07:06Z", "2026-03-01T04:08:06Z", "2026-03-01T04:09:06Z", "2026-03-01T04:09:06Z",
                "2026-03-01T04:11:06Z", "2026-03-01T04:11:06Z");
        assertThat(texts("/data/occurredAt")).containsExactly("2026-03-01T04:05:06Z", "null", "null",
                "2026-03-01T04:08:06Z", "2026-03-01T04:09:06Z", "null", "null", "2026-03-01T04:11:06Z");
    }

    @Test
    void publishesTheEndAfterTheCheckpointsWithTheAnswerThatShowedIt() throws Exception {
        dashscope.create("ft-1").checkpoint("c-1", 1, "READY").checkpoint("c-2", 2, "READY").become("SUCCEEDED");

        rig.once();

        assertThat(rig.published("ft-1")).containsExactly("dashscope c-1 READY", "dashscope c-2 READY",
                "dashscope SUCCEEDED");
        assertThat(texts("/data/requestId")).doesNotContain("").satisfies(ids -> {
            assertThat(ids.get(0)).isEqualTo(ids.get(1));
            assertThat(ids.get(2)).isNotEqualTo(ids.get(1));
        });
    }

    @Test
    void publishesTheEndAfterTheCheckpointsEvenIfTheyAreReadAtTheThirdAttempt() throws Exception {
        dashscope.create("ft-1").checkpoint("c-1", 1, "READY").become("FAILED");
        rig.clock(Rig.hastening(20)).sandbox.faults().times(2, "/checkpoints", Fault.status(500));

        assertThat(rig.once().get(0)).isEqualTo(new CycleResult(1, 0, null));

        assertThat(rig.published("ft-1")).containsExactly("dashscope c-1 READY", "dashscope FAILED");
    }

    @Test
    void publishesTheEndWithoutTheCheckpointsIfTheyCannotBeRead() throws Exception {
        dashscope.create("ft-1").checkpoint("c-1", 1, "READY").become("SUCCEEDED");
        rig.sandbox.faults().always("/checkpoints", Fault.status(404));

        assertThat(rig.once().get(0).failed()).isEqualTo(1);
        assertThat(rig.published("ft-1")).containsExactly("dashscope SUCCEEDED");
        assertThat(rig.deadLetters()).hasSize(1);

        rig.sandbox.faults().end();
        assertThat(rig.once().get(0).failed()).isZero();
        assertThat(rig.published("ft-1")).containsExactly("dashscope SUCCEEDED", "dashscope c-1 READY");
    }

    @Test
    void publishesTheEndOfAJobThatIsDeletedBeforeItWasRead() throws Exception {
        List<SimulatedJob> jobs = Stream.of("ft-1", "ft-2").map(id -> dashscope.create(id).become("SUCCEEDED")).toList();
        rig.sandbox.faults().always("/checkpoints", Fault.status(429).header("Retry-After", "3600"));
        rig.clock(rig::now).with("dashscope.concurrency", "1").once();
        assertThat(rig.events()).as("one is published without its checkpoints, one was not asked for them").hasSize(1);

        jobs.forEach(dashscope::forget);
        rig.pass(Duration.ofHours(2));
        rig.once();
        rig.once();

        assertThat(rig.published("ft-1")).containsExactly("dashscope SUCCEEDED");
        assertThat(rig.published("ft-2")).containsExactly("dashscope SUCCEEDED");
        assertThat(texts("/time")).containsOnly("2026-03-01T04:05:06Z");
        assertThat(texts("/data/observedAt")).containsOnly("2026-03-01T04:05:06Z");
        assertThat(texts("/data/requestId")).doesNotContain("");
    }

    @Test
    void readsAJobThreeTimesMoreAfterTheLastThingItShowedAndNeverAgain() throws Exception {
        dashscope.create("ft-1").become("SUCCEEDED");
        minimax.create("17").become("SUCCEEDED");
        dashscope.create("ft-2").become("RUNNING");
        rig.once();
        dashscope.job("ft-1").checkpoint("late", 1, "READY");
        minimax.job("17").publish("INFO", "late");
        for (int read = 0; read < 4; read++) {
            rig.once();
        }
        dashscope.job("ft-1").checkpoint("too-late", 1, "READY");
        rig.once();

        assertThat(rig.sandbox.requests().matching("ft-1/checkpoints")).hasSize(5);
        assertThat(rig.sandbox.requests().matching("list_finetune_event.*17")).hasSize(5);
        assertThat(rig.sandbox.requests().matching("ft-2/checkpoints")).hasSize(6);
        assertThat(rig.published("ft-1")).containsExactly("dashscope SUCCEEDED", "dashscope late READY");
        assertThat(rig.published("17")).hasSize(5).last().isEqualTo("minimax 2 late");
    }

    @Test
    void inventsNothingForAJobThatVanishesAndGoesOnIfItComesBack() throws Exception {
        dashscope.create("ft-1").become("RUNNING");
        minimax.create("17").become("RUNNING");
        rig.once();
        dashscope.forget(dashscope.job("ft-1"));
        minimax.forget(minimax.job("17"));
        rig.once();
        rig.once();
        assertThat(rig.published("ft-1")).containsExactly("dashscope RUNNING");
        assertThat(rig.published("17")).hasSize(4).last().isEqualTo("minimax RUNNING");
        assertThat(rig.sandbox.requests().matching("ft-1")).hasSize(1);
        assertThat(rig.sandbox.requests().matching("event.*17")).hasSize(1);

        dashscope.create("ft-1").become("RUNNING").checkpoint("c-1", 1, "READY");
        rig.once();
        dashscope.job("ft-1").become("CANCELLED");
        rig.once();

        assertThat(rig.published("ft-1")).containsExactly("dashscope RUNNING", "dashscope c-1 READY", "dashscope CANCELLED");
        assertThat(rig.deadLetters()).isEmpty();
    }

    @Test
    void watchesAJobThatIsAskedForByNameToItsEndThoughItOnceVanished() throws Exception {
        dashscope.create("ft-1").become("RUNNING");
        rig.once();
        dashscope.forget(dashscope.job("ft-1"));
        rig.once();
        SimulatedJob job = dashscope.create("ft-1").become("RUNNING");
        rig.with("dashscope.jobs", "ft-1").once();
        job.become("SUCCEEDED");
        for (int read = 0; read < 4; read++) {
            rig.once();
        }

        rig.once();

        assertThat(rig.published("ft-1")).containsExactly("dashscope RUNNING", "dashscope SUCCEEDED");
        assertThat(rig.sandbox.requests().matching("ft-1")).hasSize(11);
        assertThat(rig.sandbox.requests().matching("fine-tunes")).hasSize(13);
    }

    @Test
    void derivesAStatusFromEachEventThatCarriesANewOne() throws Exception {
        SimulatedJob job = minimax.create("17").become("QUEUED").become("RUNNING").publish("WARN", "not {json").publish("INFO",
                "{\"status\":\"running\",\"loss\":0.1}");
        rig.once();
        job.publish("INFO", "{\"status\":\"sleeping\"}");
        pass();
        job.publish("INFO", "{\"status\":\"sleeping\"}").become("FAILED");
        rig.once();

        assertThat(rig.events().stream().filter(event -> event.path("data").has("status")).map(Rig::brief))
                .containsExactly("minimax PENDING", "minimax QUEUED", "minimax RUNNING", "minimax UNKNOWN",
                        "minimax FAILED");
        assertThat(rig.events().stream().filter(event -> event.path("data").has("sequence"))
                .map(event -> event.at("/data/sequence").asInt())).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(rig.events()).filteredOn(event -> event.at("/data/sequence").asInt() == 4).first()
                .extracting(event -> event.at("/data/parsed").toString())
                .isEqualTo("{\"status\":\"running\",\"loss\":0.1}");
        assertThat(rig.deadLetters()).isEmpty();
    }

    /** A minute later. */
    private SimulatedJob pass() {
        rig.pass(Duration.ofMinutes(1));
        return dashscope.job("ft-1");
    }

    private List<String> texts(String pointer) {
        return rig.events().stream().map(event -> event.at(pointer)).map(JsonNode::asText).toList();
    }
}
