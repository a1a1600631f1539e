package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.finetunebridge.polling.PollAction.Read;
import org.finetunebridge.state.JobState;
import org.junit.jupiter.api.Test;

/** What may be in flight at once, and what goes first. */
class ScheduledTaskTest extends ScheduleFixture {

    @Test
    void takesNoMoreThanMayBeInFlightAndNoMoreThanItIsAskedFor() {
        watch(given("job-1", "job-2", "job-3", "job-4", "job-5", "job-6"));
        tick();
        begin();
        assertThat(take(3)).hasSize(3);
        assertThat(take(9)).hasSize(1);
        assertThat(schedule.dueAt()).isEqualTo(PollSchedule.NEVER);
        assertThat(take(9)).isEmpty();
        schedule = schedule.awaiting("job-1");

        assertThat(take(9)).as("in the place of what only waits to be confirmed").extracting(Read::job)
                .containsExactly("job-5");
    }

    @Test
    void takesNothingBeforeATick() {
        watch(given("job-1"));
        assertThat(take(9)).isEmpty();
        tick();
        assertThat(take(9)).as("nor before the cycle begins").isEmpty();
    }

    /** Two pages that show one job must not be compared with the same state. */
    @Test
    void readsNothingBesideTheList() {
        watchWhoseListIsBusy();
        take(1);
        later(5);

        assertThat(take(9)).as("the list beside a job").isEmpty();
        assertThat(schedule.dueAt()).isEqualTo(PollSchedule.NEVER);
        readJob("job-1");
        assertThat(take(9)).extracting(Read::job).containsExactly("");
    }

    @Test
    void asksAtTheRateOfTheSource() {
        watch(DryRun.settings(List.of("job-1", "job-2"), FOLLOW, 4, 2, PERIOD, HOUR, HOUR));
        tick();
        begin();
        assertThat(take(9)).hasSize(1);
        assertThat(schedule.dueAt()).isEqualTo(SECOND / 2);
        assertThat(schedule.mayRead("job-1", "job", moment())).isFalse();
        now += SECOND / 2;
        assertThat(schedule.mayRead("job-1", "job", moment())).isTrue();
        schedule = schedule.asking(moment());

        assertThat(schedule.mayRead("job-1", "job", moment())).isFalse();
        assertThat(schedule.dueAt()).isEqualTo(SECOND);
    }

    /** Or every long list would be open at once. */
    @Test
    void goesOnWithAJobBeforeItBeginsOthersIfThereIsARate() {
        watch(DryRun.settings(List.of("job-1", "job-2"), FOLLOW, 4, 1, PERIOD, HOUR, HOUR));
        tick();
        begin();
        take(9);
        schedule = page("job-1", "job", true, false).completed("job-1", true, moment());
        later(1);

        assertThat(take(9)).containsExactly(new Read("job-1", List.of("checkpoints"), false));
    }

    @Test
    void letsOthersGoFirstIfThereIsNoRate() {
        watch(given("job-1", "job-2", "job-3", "job-4", "job-5"));
        tick();
        begin();
        take(1);
        schedule = page("job-1", "job", true, false).completed("job-1", true, moment());

        assertThat(take(9)).extracting(Read::job).containsExactly("job-2", "job-3", "job-4", "job-5");
    }

    @Test
    void asksOnlyThenForWhatFailedWhenNothingElseIsLeft() {
        watch(given("job-1", "job-2"));
        tick();
        begin();
        take(1);
        assertThat(schedule.mayRead("job-1", "job", moment())).isTrue();
        schedule = schedule.failed("job-1", "job", busy(), this, moment()).schedule();
        assertThat(schedule.mayRead("job-1", "job", moment())).as("it waits").isFalse();
        later(1);
        assertThat(schedule.mayRead("job-1", "job", moment())).as("another is due").isFalse();
        assertThat(schedule.mayRead("job-1", "checkpoints", moment())).isTrue();
        take(1);
        assertThat(schedule.mayRead("job-1", "job", moment())).as("another is read").isFalse();
        schedule = page("job-2", "checkpoints", true, true).completed("job-2", true, moment());

        assertThat(schedule.mayRead("job-1", "job", moment())).isTrue();
    }

    @Test
    void doesNotSettleAPageOnWhichNothingDepends() {
        watch(given("job-1", "job-2"));
        tick();
        begin();
        take(1);
        assertThat(schedule.isToSettle("job-1", "job")).isFalse();
        schedule = schedule.failed("job-1", "job", busy(), this, moment()).schedule();
        assertThat(schedule.isToSettle("job-1", "job")).as("it failed").isTrue();
        assertThat(schedule.isToSettle("job-1", "checkpoints")).isFalse();
        schedule = schedule.unwritable("full", moment());

        assertThat(schedule.isToSettle("job-2", "job")).as("the sink failed").isTrue();
    }

    @Test
    void settlesEveryPageOfASourceWithARate() {
        watch(DryRun.settings(List.of("job-1"), FOLLOW, 4, 1, PERIOD, HOUR, HOUR));
        assertThat(schedule.isToSettle("job-1", "job")).isTrue();
    }

    @Test
    void settlesWhatFindsOutWhetherTheAccountCanBeRead() {
        watch(given("job-1"));
        remember(JobState.blank("acme", "").suspended(JobState.WHOLE, parked()));
        tick();
        begin();
        assertThat(schedule.isToSettle("job-1", "job")).isTrue();
    }

    @Test
    void readsOneTaskAloneWhileTheAccountIsSuspended() {
        watch(given("job-1", "job-2"));
        remember(JobState.blank("acme", "").suspended(JobState.WHOLE, parked()));
        tick();
        begin();
        assertThat(take(9)).hasSize(1);
        assertThat(schedule.dueAt()).isEqualTo(PollSchedule.NEVER);
        schedule = page("job-1", "job", true, false);
        assertThat(schedule.suspension()).as("it is not read whole").isNotNull();
        schedule = page("job-1", "checkpoints", true, true).completed("job-1", true, moment());

        assertThat(schedule.suspension()).isNull();
        assertThat(take(9)).containsExactly(new Read("job-2", List.of("job", "checkpoints"), false));
    }

    @Test
    void findsOutWithAnotherTaskIfTheFirstCameToNothing() {
        watch(given("job-1", "job-2"));
        remember(JobState.blank("acme", "").suspended(JobState.WHOLE, parked()));
        tick();
        begin();
        take(9);
        complete("job-1", false);
        List<Read> next = take(9);
        assertThat(next).extracting(Read::job).containsExactly("job-2");
        schedule = page("job-1", "job", true, true);

        assertThat(schedule.suspension()).as("the first finds out nothing any more").isNotNull();
    }

    @Test
    void waitsASecondForWhatWasGivenBackWithoutAWord() {
        watch(given("job-1"));
        tick();
        begin();
        take(1);
        complete("job-1", false);

        assertThat(schedule.dueAt()).isEqualTo(now + SECOND);
        later(1);
        take(1);
        complete("job-1", true);
        assertThat(schedule.dueAt()).as("a page was read").isLessThanOrEqualTo(now);
    }

    @Test
    void waitsForTheAccountAndNoLongerThoughNothingWasReported() {
        watch(given("job-1"));
        tick();
        begin();
        take(1);
        schedule = schedule.answered(Duration.ofMillis(200), moment());
        complete("job-1", false);

        assertThat(schedule.dueAt()).isEqualTo(now + SECOND / 5);
        assertThat(schedule.holdUntil()).isEqualTo(now + SECOND / 5);
    }

    /** While it is in flight, or is still to be read. */
    @Test
    void doesNotQueueAJobTwice() {
        watch(listed());
        remember(state("job-1", "RUNNING"));
        remember(state("job-2", "RUNNING"));
        tick();
        begin();
        take(1);
        schedule = schedule.failed("", "jobs", notThere(), this, moment()).schedule();
        complete("");
        take(1);
        schedule = schedule.failed("", "jobs", notThere(), this, moment()).schedule();

        assertThat(take(9)).extracting(Read::job).containsExactly("job-2");
    }
}
