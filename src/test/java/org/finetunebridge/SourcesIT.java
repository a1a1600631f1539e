package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.Rig.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.SimulatedAccount;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which jobs of which account are read, and when. */
@Timeout(120)
class SourcesIT {

    @TempDir
    private Path folder;
    @AutoClose
    private Rig rig;
    private SimulatedAccount dashscope;
    private SimulatedAccount minimax;

    @BeforeEach
    void start() {
        rig = new Rig(folder, Instant.now());
        dashscope = rig.world.account("dashscope");
        minimax = rig.world.account("minimax");
    }

    @Test
    void keepsTwoAccountsOfOneProviderApart() throws Exception {
        rig.source("team-a", "dashscope").with("team-a.api-key", "sk-a");
        rig.source("team-b", "dashscope").with("team-b.api-key", "sk-b");
        rig.world.account("dashscope", "sk-a").create("ft-same").become("RUNNING");
        rig.world.account("dashscope", "sk-b").create("ft-same").become("FAILED");

        rig.once();
        rig.once();

        assertThat(rig.published("ft-same")).containsExactlyInAnyOrder("team-a RUNNING", "team-b FAILED");
        assertThat(rig.events()).extracting(event -> event.path("source").asText())
                .containsExactlyInAnyOrder("urn:finetune:dashscope:team-a", "urn:finetune:dashscope:team-b");
    }

    @Test
    void readsGivenJobsWithoutListingTheAccount() throws Exception {
        rig.source("dashscope", "dashscope").with("dashscope.jobs", "ft-one, ft-two");
        rig.source("minimax", "minimax").with("minimax.jobs", "17");
        List.of("ft-one", "ft-two", "ft-three").forEach(id -> dashscope.create(id).checkpoint("c-1", 1, "READY"));
        List.of("17", "18").forEach(minimax::create);

        assertThat(rig.once()).containsExactly(new CycleResult(2, 0, null), new CycleResult(1, 0, null));

        assertThat(rig.published("ft-one")).containsExactlyInAnyOrder("dashscope PENDING", "dashscope c-1 READY");
        assertThat(rig.published("ft-two")).hasSize(2);
        assertThat(rig.published("17")).hasSize(2);
        assertThat(rig.events()).hasSize(6);
        assertThat(rig.sandbox.requests().matching("page_no|list_finetune_job")).isEmpty();
    }

    @Test
    void findsTheJobsOfAnAccountThatOnlyListsThem() throws Exception {
        rig.source("minimax", "minimax");
        minimax.finished(150, 0, 3);

        assertThat(rig.once()).containsExactly(new CycleResult(150, 0, null));

        assertThat(rig.sandbox.requests().matching("list_finetune_job")).hasSize(2);
        for (SimulatedJob job : minimax.jobs()) {
            assertThat(rig.published(job.id())).hasSize(6);
        }
    }

    @Test
    void readsOnlyJobsOfTheModelsWanted() throws Exception {
        rig.source("dashscope", "dashscope").with("dashscope.models", "qwen3-14b, no-such-model");
        rig.source("minimax", "minimax").with("minimax.models", "abab5.5-chat-240131");
        dashscope.finished(6, 1, 0);
        minimax.finished(6, 0, 3);

        assertThat(rig.once()).containsExactly(new CycleResult(2, 0, null), new CycleResult(3, 0, null));

        assertThat(rig.events()).filteredOn(event -> event.at("/data/baseModel").isTextual())
                .extracting(event -> event.at("/data/baseModel").asText()).containsOnly("qwen3-14b").hasSize(2);
        assertThat(rig.sandbox.requests().matching("/checkpoints")).hasSize(2);
    }

    @Test
    void readsOnlyJobsOfTheModelsWantedAmongThoseGiven() throws Exception {
        dashscope.finished(3, 1, 0);
        rig.source("dashscope", "dashscope").with("dashscope.models", "qwen3-14b").with("dashscope.jobs",
                String.join(",", dashscope.jobs().stream().map(SimulatedJob::id).toList()));

        rig.once();

        assertThat(rig.events()).extracting(event -> event.path("subject").asText()).containsOnly(
                dashscope.jobs().get(2).id()).hasSize(2);
        assertThat(rig.deadLetters()).isEmpty();
    }

    @Test
    void neverPublishesAnythingOfAJobOlderThanSince() throws Exception {
        rig.source("dashscope", "dashscope").with("dashscope.since", rig.now().toString());
        rig.source("minimax", "minimax").with("minimax.since", rig.now().toString());
        rig.pass(Duration.ofSeconds(-10));
        SimulatedJob old = dashscope.create();
        SimulatedJob oldToo = minimax.create();
        rig.pass(Duration.ofSeconds(20));
        SimulatedJob young = dashscope.create();
        SimulatedJob youngToo = minimax.create();

        rig.once();
        old.become("RUNNING").checkpoint("c-1", 1, "READY");
        oldToo.become("RUNNING");
        rig.once();
        rig.with("dashscope.since", null).with("minimax.since", null).once();

        assertThat(rig.events()).extracting(event -> event.path("subject").asText())
                .containsOnly(young.id(), youngToo.id());
        assertThat(rig.sandbox.requests().matching(old.id() + "|" + oldToo.id())).isEmpty();
    }

    @Test
    void neverPublishesAnythingOfAGivenJobOlderThanSince() throws Exception {
        dashscope.create("ft-old").checkpoint("c-1", 1, "READY");
        minimax.create("17");
        rig.pass(Duration.ofHours(1));
        rig.source("dashscope", "dashscope").with("dashscope.since", "30m").with("dashscope.jobs", "ft-old");
        rig.source("minimax", "minimax").with("minimax.since", "30m").with("minimax.jobs", "17").clock(rig::now);

        rig.once();
        dashscope.job("ft-old").become("RUNNING");
        minimax.job("17").become("RUNNING");
        rig.once();

        assertThat(rig.events()).isEmpty();
        assertThat(rig.deadLetters()).isEmpty();
    }

    @Test
    void watchesOneSourceByCronAndAnotherByPeriod() throws Exception {
        rig.source("dashscope", "dashscope").with("dashscope.cron", "0/1 * * * * ?");
        rig.source("minimax", "minimax").with("minimax.period", "200ms");
        SimulatedJob byCron = dashscope.create();
        SimulatedJob byPeriod = minimax.create();
        rig.watching();

        for (String status : List.of("RUNNING", "CANCELLED")) {
            byCron.become(status);
            byPeriod.become(status);
            await().until(() -> rig.published(byCron.id()).contains("dashscope " + status)
                    && rig.published(byPeriod.id()).contains("minimax " + status));
        }
        assertThat(rig.deadLetters()).isEmpty();
    }

    @Test
    void pollsASourceOnceAtATimeHoweverOftenItIsDue() throws Exception {
        rig.source("period", "dashscope").with("period.period", "50ms");
        rig.source("cron", "minimax").with("cron.cron", "* * * * * ?").with("cron.api-key", "sk-cron");
        rig.world.account("minimax", "sk-cron");
        rig.sandbox.faults().always("^GET", Fault.slow(Duration.ofMillis(200)))
                .always("^POST", Fault.slow(Duration.ofMillis(1100)));
        rig.watching();

        await().until(() -> rig.sandbox.requests().matching("^GET").size() > 2
                && rig.sandbox.requests().matching("^POST").size() > 1);
        assertThat(rig.sandbox.requests().mostAtOnce(Simulation.KEY)).isEqualTo(1);
        assertThat(rig.sandbox.requests().mostAtOnce("sk-cron")).isEqualTo(1);
    }

    /** Every second of this hour and the next by a clock eight hours ahead: never now, by any other clock. */
    @Test
    void readsACronExpressionInItsZone() throws Exception {
        int hour = Instant.now().atOffset(ZoneOffset.ofHours(8)).getHour();
        rig.source("dashscope", "dashscope").with("dashscope.cron", "* * " + hour + "," + (hour + 1) % 24 + " * * ?");
        rig.with("dashscope.cron-zone", "+08:00");
        SimulatedJob job = dashscope.create();
        rig.watching();

        await().until(() -> rig.published(job.id()).contains("dashscope PENDING"));
    }

    @Test
    void isNotDelayedByASourceThatAnswersSlowly() throws Exception {
        rig.source("slow", "minimax").with("slow.period", "200ms");
        rig.source("quick", "dashscope").with("quick.period", "200ms");
        var answers = new AtomicBoolean();
        rig.sandbox.faults().always("list_finetune", Fault.edited(answer -> {
            await().untilTrue(answers);
            return answer;
        }));
        minimax.create();
        SimulatedJob quick = dashscope.create();
        rig.watching();

        for (String status : List.of("QUEUED", "RUNNING", "SUCCEEDED")) {
            await().until(() -> !rig.published(quick.id()).isEmpty());
            quick.become(status);
            await().until(() -> rig.published(quick.id()).contains("quick " + status));
        }
        assertThat(rig.events()).extracting(event -> event.at("/data/account").asText()).doesNotContain("slow");
        answers.set(true);
        await().until(() -> rig.events().stream()
                .anyMatch(event -> event.at("/data/account").asText().equals("slow")));
    }
}
