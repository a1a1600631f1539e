package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.finetunebridge.polling.PollAction.Read;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.PublishedState;
import org.junit.jupiter.api.Test;

/** What fails in a cycle: what is tried again, what is given up, and what is counted. */
class ScheduledFailureTest extends ScheduleFixture {

    @Test
    void endsACycleWithoutASink() {
        watch(given("job-1"));
        tick();
        schedule = schedule.unopened("full", moment());

        assertThat(schedule.ended()).isOne();
        assertThat(schedule.isIdle()).isTrue();
        assertThat(schedule.result()).isEqualTo(new CycleResult(0, 1, "the sink cannot be written: full"));
    }

    /** The waits grow to four seconds. */
    @Test
    void triesToOpenTheSinkForTwoMinutesInACatchUp() {
        catchUp(given("job-1"));
        tick();
        for (int opened = 0; opened < 1_000 && !schedule.isIdle(); opened++) {
            assertThat(schedule.isBeginning(moment())).isTrue();
            schedule = schedule.unopened("full", moment());
            assertThat(schedule.isIdle() || schedule.dueAt() > now).isTrue();
            now = schedule.isIdle() ? now : schedule.dueAt();
        }

        assertThat(now).isBetween(116 * SECOND, 120 * SECOND);
        assertThat(schedule.result().reason()).isEqualTo("the sink cannot be written: full");
    }

    @Test
    void looksAtASuspendedAccountInTheFirstCycleOnly() {
        watch(given("job-1"));
        remember(JobState.blank("acme", "").suspended(JobState.WHOLE, parked()));
        tick();
        begin();
        assertThat(take(9)).containsExactly(new Read("job-1", List.of("job", "checkpoints"), true));
        schedule = schedule.failed("job-1", "job", refused(), this, moment()).schedule();
        complete("job-1");
        later(30);
        tick();
        later(2);
        begin();

        assertThat(schedule.isIdle()).as("it is given up").isTrue();
        assertThat(schedule.result().failed()).isOne();
        assertThat(schedule.suspension().parked()).isTrue();
    }

    @Test
    void asksASuspendedListInTheFirstCycleOnly() {
        watch(listed());
        remember(JobState.blank("acme", "").suspended(JobState.LIST, parked()));
        remember(state("job-1", "RUNNING"));
        tick();
        begin();
        assertThat(take(9)).containsExactly(new Read("", List.of("jobs"), false));
        schedule = schedule.failed("", "jobs", notThere(), this, moment()).schedule();
        complete("");
        assertThat(take(9)).extracting(Read::job).containsExactly("job-1");
        assertThat(take(9)).isEmpty();
        readJob("job-1");
        later(30);
        tick();
        later(2);
        begin();

        assertThat(take(9)).extracting(Read::job).as("what is known is read").containsExactly("job-1");
        assertThat(schedule.result()).isEqualTo(new CycleResult(0, 1, "the list of jobs cannot be read: not there"));
        assertThat(schedule.suspension().reason()).isEqualTo("the list of jobs cannot be read: not there");
    }

    /** A list that is busy is asked again in the same cycle, and the jobs are not read twice for it. */
    @Test
    void readsTheJobsThatAreKnownWhileTheListWaits() {
        watchWhoseListIsBusy();
        assertThat(take(9)).extracting(Read::job).containsExactly("job-1");
        readJob("job-1");
        assertThat(schedule.dueAt()).isBetween(now + SECOND / 4, now + SECOND / 2);
        later(1);
        assertThat(take(9)).extracting(Read::job).containsExactly("");
        readList("job-1");

        assertThat(schedule.isIdle()).isTrue();
        assertThat(schedule.result()).isEqualTo(new CycleResult(1, 0, null));
    }

    @Test
    void countsNoJobAsReadThatIsSuspendedInPart() {
        watch(given("job-1"));
        tick();
        begin();
        take(1);
        schedule = schedule.failed("job-1", "job", notThere(), this, moment()).schedule();
        assertThat(schedule.left("job-1")).containsExactly("checkpoints");
        readJob("job-1");

        assertThat(schedule.result()).isEqualTo(new CycleResult(0, 1, "acme job job-1: not there"));
    }

    @Test
    void readsNothingMoreOfAJobForWhichTheAccountWasRefused() {
        watch(given("job-1", "job-2"));
        tick();
        begin();
        take(1);
        schedule = schedule.failed("job-1", "job", refused(), this, moment()).schedule();
        assertThat(schedule.left("job-1")).isEmpty();
        complete("job-1");

        assertThat(schedule.isIdle()).as("the others are given up").isTrue();
        assertThat(schedule.result().failed()).isEqualTo(2);
    }

    /** They wait for the next cycle, as what is in flight does that has not been read yet. */
    @Test
    void givesUpTheOthersWhereTheAccountHasToWaitLongerThanTheCycle() {
        watch(given("job-1", "job-2", "job-3"));
        tick();
        begin();
        take(2);
        schedule = schedule.failed("job-1", "job", throttled(Duration.ofMinutes(10)), this, moment()).schedule();

        assertThat(schedule.left("job-1")).isEmpty();
        assertThat(schedule.left("job-2")).hasSize(2);
        assertThat(schedule.left("job-3")).isEmpty();
        assertThat(schedule.result()).isEqualTo(new CycleResult(0, 2, "throttled"));
        complete("job-1");
        assertThat(schedule.isIdle()).isFalse();
        complete("job-2");
        assertThat(schedule.isIdle()).isTrue();
        assertThat(schedule.result().failed()).isEqualTo(3);
    }

    @Test
    void doesNotGiveUpWhatMayBeReadBeforeTheCycleHasToBeOver() {
        watch(given("job-1", "job-2"));
        tick();
        begin();
        take(1);
        schedule = schedule.failed("job-1", "job", throttled(Duration.ofSeconds(20)), this, moment()).schedule();
        complete("job-1");

        assertThat(schedule.result()).isEqualTo(CycleResult.NONE);
        assertThat(schedule.dueAt()).isEqualTo(20 * SECOND);
        now = 20 * SECOND;
        assertThat(take(9)).extracting(Read::job).containsExactly("job-2", "job-1");
    }

    @Test
    void waitsForTheSinkWithEverything() {
        watch(given("job-1", "job-2"));
        tick();
        begin();
        take(1);
        schedule = schedule.unwritable("full", moment());
        assertThat(schedule.holdUntil()).isBetween(SECOND / 4, SECOND / 2);
        complete("job-1", true);

        assertThat(take(9)).isEmpty();
        assertThat(schedule.dueAt()).isEqualTo(schedule.holdUntil());
        now = schedule.dueAt();
        assertThat(take(9)).hasSize(2);
    }

    @Test
    void endsTheCycleIfTheSinkFailsLongerThanThat() {
        watch(given("job-1", "job-2"));
        tick();
        begin();
        take(1);
        later(29);
        while (schedule.holdUntil() <= 30 * SECOND) {
            schedule = schedule.unwritable("full", moment());
        }
        assertThat(schedule.left("job-2")).as("it is not in flight").isEmpty();
        complete("job-1");

        assertThat(schedule.isIdle()).isTrue();
        assertThat(schedule.result()).isEqualTo(new CycleResult(0, 2, "nothing can be written: full"));
    }

    /** As a rest does that is longer than a catch-up waits. */
    @Test
    void givesUpInACatchUpWhatTheAccountHasToRestFor() {
        catchUp(given("job-1", "job-2"));
        tick();
        begin();
        take(1);
        schedule = schedule.answered(Duration.ofMinutes(3), moment());

        assertThat(schedule.left("job-2")).isEmpty();
        assertThat(schedule.result()).isEqualTo(new CycleResult(0, 1, "not read in time"));
    }

    /** What is read once after an end counts for nothing: without it the job is read whole all the same. */
    @Test
    void countsAJobAsReadThoughAFileOfItIsRefused() {
        afterAnEnd();
        schedule = page("job-1", "job", true, false);
        refuseTheFile();
        assertThat(schedule.result().read()).as("its checkpoints are still to be read").isZero();
        schedule = page("job-1", "checkpoints", true, true);
        assertThat(schedule.result()).isEqualTo(new CycleResult(1, 0, null));
    }

    @Test
    void countsAJobAsReadIfAFileIsRefusedThatWasToBeReadLast() {
        afterAnEnd();
        schedule = page("job-1", "job", true, false);
        schedule = page("job-1", "checkpoints", true, false);
        refuseTheFile();

        assertThat(schedule.result()).isEqualTo(new CycleResult(1, 0, null));
    }

    @Test
    void countsAJobAsNotReadOfWhichMoreIsRefusedThanAFile() {
        afterAnEnd();
        schedule = schedule.failed("job-1", "job", notThere(), this, moment()).schedule();
        schedule = page("job-1", "checkpoints", true, false);
        refuseTheFile();

        assertThat(schedule.result()).isEqualTo(new CycleResult(0, 1, "acme job job-1: not there"));
    }

    private void afterAnEnd() {
        watch(new SourceBuilder().jobs("job-1").follow("checkpoints").once("results").build());
        PublishedState ended = new PublishedState("SUCCEEDED", Map.of(), List.of(),
                Map.of("results", new Cursor(0, List.of(), null, "file-1", null)));
        remember(JobState.blank("acme", "job-1").with(ended));
        tick();
        begin();
        take(1);
        assertThat(schedule.left("job-1")).containsExactly("job", "checkpoints", "results");
    }

    private void refuseTheFile() {
        schedule = schedule.failed("job-1", "results", notThere(), this, moment()).schedule();
    }
}
