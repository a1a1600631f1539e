package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.finetunebridge.polling.PollAction.Read;
import org.finetunebridge.state.DeferredEvent;
import org.finetunebridge.state.JobState.Retired;
import org.junit.jupiter.api.Test;

/** When a cycle begins and ends, and what is read in it. */
class ScheduledCycleTest extends ScheduleFixture {

    @Test
    void beginsTheFirstCycleAtOnceAndTheNextALittleLater() {
        watch(given("job-1"));
        tick();
        assertThat(schedule.dueAt()).isZero();
        assertThat(schedule.isBeginning(moment())).isTrue();
        begin();
        readAll();
        later(30);
        tick();

        assertThat(schedule.dueAt()).isEqualTo(now + SEED);
        assertThat(schedule.isBeginning(moment())).isFalse();
        later(2);
        assertThat(schedule.isBeginning(moment())).isTrue();
    }

    @Test
    void isIdleBeforeATickAndAfterACycle() {
        watch(given("job-1"));
        assertThat(schedule.isIdle()).isTrue();
        assertThat(schedule.dueAt()).isEqualTo(PollSchedule.NEVER);
        tick();
        assertThat(schedule.isIdle()).isFalse();
        begin();
        assertThat(schedule.isIdle()).isFalse();
        readAll();

        assertThat(schedule.isIdle()).isTrue();
        assertThat(schedule.ended()).isOne();
    }

    @Test
    void beginsOneMoreCycleAtOnceForAllTicksOfTheCycleUnderWay() {
        watch(given("job-1"));
        tick();
        begin();
        tick();
        tick();
        later(5);
        readAll();

        assertThat(schedule.isBeginning(moment())).isTrue();
        assertThat(schedule.dueAt()).isEqualTo(now);
        begin();
        readAll();
        assertThat(schedule.isIdle()).isTrue();
        assertThat(schedule.ended()).isEqualTo(2);
    }

    @Test
    void beginsOneMoreCycleForATickBeforeTheCycleBegan() {
        watch(given("job-1"));
        tick();
        tick();
        begin();
        readAll();

        assertThat(schedule.isBeginning(moment())).isTrue();
    }

    @Test
    void endsACycleAtOnceThatHasNothingToRead() {
        watch(given("job-1"));
        remember(state("job-1", "SUCCEEDED").retired(Retired.FINISHED));
        tick();
        begin();

        assertThat(schedule.isIdle()).isTrue();
        assertThat(schedule.result()).isEqualTo(CycleResult.NONE);
    }

    @Test
    void forgetsTheResultOfTheCycleBefore() {
        watch(given("job-1"));
        tick();
        schedule = schedule.unopened("full", moment());
        tick();
        later(2);
        begin();

        assertThat(schedule.result()).isEqualTo(CycleResult.NONE);
    }

    @Test
    void readsAJobTwiceInACycleWhoseEndIsNotPublishedYet() {
        watchWhoseListIsBusy();
        take(9);
        readJob("job-1");
        remember(state("job-1", "RUNNING").deferring(new DeferredEvent("SUCCEEDED", START, null,
                "{\"kind\":\"job.status-changed\",\"job\":\"job-1\",\"key\":[\"SUCCEEDED\"],"
                + "\"data\":{\"status\":\"SUCCEEDED\",\"statusRaw\":\"SUCCEEDED\"}}")));
        later(1);
        take(9);
        readList("job-1");

        assertThat(take(9)).extracting(Read::job).containsExactly("job-1");
        readJob("job-1");
        assertThat(schedule.result().read()).as("it is one job").isOne();
    }

    @Test
    void countsTheJobsThatTheListShowsAsReadIfNothingIsFollowed() {
        watch(DryRun.settings(List.of(), List.of(), 4, 0, PERIOD, HOUR, HOUR));
        remember(state("job-3", "RUNNING"));
        tick();
        begin();
        take(1);
        readList("job-1", "job-2");

        assertThat(schedule.isIdle()).isTrue();
        assertThat(schedule.result()).isEqualTo(new CycleResult(2, 0, null));
    }

    @Test
    void countsAJobOnceThatIsReadWhole() {
        watch(given("job-1"));
        tick();
        begin();
        take(1);
        schedule = page("job-1", "job", true, false);
        assertThat(schedule.left("job-1")).containsExactly("checkpoints");
        assertThat(schedule.result().read()).isZero();
        schedule = page("job-1", "checkpoints", false, false);
        assertThat(schedule.result().read()).isZero();
        schedule = page("job-1", "checkpoints", true, true);

        assertThat(schedule.left("job-1")).isEmpty();
        assertThat(schedule.result()).isEqualTo(new CycleResult(1, 0, null));
    }

    @Test
    void readsAJobThatWaitsInTheThirdCycleAfter() {
        watch(listed());
        remember(state("job-1", "QUEUED"));
        tick();
        begin();
        take(1);
        readList("job-1");
        take(1);
        readJob("job-1");
        List<Integer> reads = IntStream.rangeClosed(1, 6).filter(cycle -> {
            later(30);
            tick();
            later(2);
            begin();
            take(1);
            readList("job-1");
            boolean read = !take(1).isEmpty();
            if (read) {
                readJob("job-1");
            }
            now -= 2 * SECOND;
            return read;
        }).boxed().toList();

        assertThat(reads).hasSize(2);
        assertThat(reads.get(1) - reads.get(0)).isEqualTo(3);
    }

    /** What is known of a job that is not listed any more is forgotten: shown again, it is as new. */
    @Test
    void forgetsHowItWentWithAJobThatTheListDoesNotShow() {
        watch(listed());
        remember(state("job-1", "RUNNING"));
        tick();
        begin();
        take(1);
        readList("job-1");
        take(1);
        schedule = schedule.failed("job-1", "checkpoints", notThere(), this, moment()).schedule();
        complete("job-1");
        next();
        readList("job-1");
        assertThat(take(1)).as("it is suspended").isEmpty();
        next();
        readList();
        next();
        readList("job-1");

        assertThat(take(1)).extracting(Read::job).containsExactly("job-1");
    }
}
