package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.sink.FlakySink.Commit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a source is read, and what is told of it. */
class SourcePollerTest extends PollerFixture {

    @Test
    void waitsForATick() {
        assertThat(poller.source()).isSameAs(source);
        assertThat(poller.isIdle()).isTrue();
        assertThat(poller.nanosUntilDue()).isEqualTo(Long.MAX_VALUE);
        assertThat(poller.began()).isEqualTo(Instant.EPOCH);
        assertThat(poller.cycleEnded()).isNull();
        assertThat(poller.suspendedUntil()).isEqualTo(Instant.EPOCH);
        poller.tick();

        assertThat(poller.isIdle()).isFalse();
        assertThat(poller.nanosUntilDue()).isZero();
        assertThat(due).isOne();
    }

    @Test
    @Timeout(20)
    void tellsWhenACycleBeganAndEnded() throws InterruptedException {
        later(Duration.ofSeconds(5));
        List<PollTask> tasks = begin();
        later(Duration.ofSeconds(2));
        tasks.forEach(this::finish);
        commit();

        assertThat(poller.began()).isEqualTo(START.plusSeconds(5));
        assertThat(poller.cycleEnded()).isEqualTo(START.plusSeconds(7));
        assertThat(poller.result()).isEqualTo(new CycleResult(2, 0, null));
        assertThat(heard).containsExactly("read job-1", "read job-2", "ended 2");
        assertThat(poller.isIdle()).isTrue();
        poller.awaitFirstCycle();
    }

    @Test
    void endsACycleWhenItsLastPageIsCommitted() {
        begin().forEach(this::finish);
        assertThat(poller.isIdle()).isFalse();
        assertThat(poller.takeDue(9)).isEmpty();
        int before = due;
        commit();

        assertThat(poller.isIdle()).isTrue();
        assertThat(due).as("more may be due").isGreaterThan(before);
    }

    @Test
    void tellsThatMoreMayBeDueWhenATaskIsGivenBack() {
        List<PollTask> tasks = begin();
        int before = due;
        finish(tasks.get(0));

        assertThat(due).isGreaterThan(before);
    }

    @Test
    void countsDownToWhatIsDue() {
        begin().forEach(task -> {
            fail(task, BUSY);
            poller.completed(task);
        });
        long wait = poller.nanosUntilDue();
        assertThat(wait).isBetween(200_000_000L, 500_000_000L);
        later(Duration.ofNanos(wait - 1));
        assertThat(poller.nanosUntilDue()).isOne();
        later(Duration.ofSeconds(1));

        assertThat(poller.nanosUntilDue()).as("it is due already").isZero();
    }

    @Test
    void readsNothingWithoutASink() {
        publisher.close();
        assertThat(begin()).isEmpty();

        assertThat(poller.result()).isEqualTo(new CycleResult(0, 1,
                "the sink cannot be written: the bridge has stopped"));
        assertThat(heard).containsExactly("ended 0");
        assertThat(poller.isIdle()).isTrue();
    }

    @Test
    void readsNothingWhileTheAccountRests() {
        List<PollTask> tasks = begin();
        poller.ready(tasks.get(1));
        tasks.get(0).getAttempt().rest(Duration.ofSeconds(20));
        finish(tasks.get(0));

        assertThat(poller.suspendedUntil()).isEqualTo(START.plusSeconds(20));
        assertThat(heard).containsExactly("deferred 2026-03-01T00:00:20Z");
        assertThatThrownBy(() -> poller.ready(tasks.get(1))).isInstanceOf(PollPostponedException.class);
        later(Duration.ofSeconds(20));
        assertThat(poller.suspendedUntil()).isEqualTo(Instant.EPOCH);
        poller.ready(tasks.get(1));
    }

    @Test
    void restsIfAFailureAsksForItThatCountsForNothing() {
        begin();
        poller.rests(Duration.ofSeconds(9));

        assertThat(poller.suspendedUntil()).isEqualTo(START.plusSeconds(9));
        assertThat(poller.result().failed()).isZero();
    }

    @Test
    void takesNothingMoreOnceItIsStopped() {
        List<PollTask> tasks = begin();
        poller.tick();
        int before = due;
        poller.stop();

        assertThat(poller.isStopping()).isTrue();
        assertThat(poller.isIdle()).isTrue();
        assertThat(due).isEqualTo(before + 1);
        assertThat(poller.nanosUntilDue()).isEqualTo(Long.MAX_VALUE);
        assertThat(poller.takeDue(9)).isEmpty();
        assertThatThrownBy(() -> poller.ready(tasks.get(0))).isInstanceOf(PollPostponedException.class);
    }

    @Test
    void beginsNoCycleOnceItIsStopped() {
        poller.tick();
        poller.stop();

        assertThat(poller.takeDue(9)).isEmpty();
        assertThat(sink.opened()).isZero();
        assertThat(poller.began()).isEqualTo(Instant.EPOCH);
    }

    @Test
    @Timeout(20)
    void letsNobodyWaitForTheFirstCycleOnceItIsStopped() throws InterruptedException {
        poller.stop();
        poller.awaitFirstCycle();
    }

    @Test
    void keepsWhoeverWaitsForTheFirstCycleUntilItIsOver() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(poller::awaitFirstCycle).isInstanceOf(InterruptedException.class);
    }

    @Test
    void stopsWhenAnotherInstanceTookOver() {
        sink.next(List.of(Commit.FENCED));
        begin().forEach(this::finish);
        commit();

        assertThat(poller.isStopping()).isTrue();
    }

    @Test
    void tellsOfAFailureAndWhetherEverythingWaits() {
        List<PollTask> tasks = begin();
        fail(tasks.get(0), NOT_THERE);
        assertThat(heard).containsExactly("failed not there");
        assertThat(tasks.get(0).remaining()).isEmpty();
        fail(tasks.get(1), new ProviderException(ErrorAction.THROTTLED, "slow", 429, "", null, Duration.ofSeconds(9),
                null));

        assertThat(heard).containsExactly("failed not there", "failed slow", "deferred 2026-03-01T00:00:09Z");
        assertThat(tasks.get(1).remaining()).as("it is asked again").containsExactly("job");
    }

    @Test
    void goesOnWithTheNextResourceAfterOneThatFails() {
        poller = poller(new SourceBuilder().jobs("job-1").follow("checkpoints"));
        PollTask task = begin().get(0);
        fail(task, BUSY);

        assertThat(task.getResource()).isEqualTo("checkpoints");
        assertThat(task.remaining()).containsExactly("checkpoints", "job");
    }

    /** What failed lets others go first: the task is given back in the middle. */
    @Test
    void pausesATaskThatMayNotReadOn() {
        poller = poller(new SourceBuilder().jobs("job-1").follow("checkpoints"));
        PollTask task = begin().get(0);
        fail(task, BUSY);
        read(task);

        assertThat(task.isReading()).isFalse();
        assertThat(task.remaining()).containsExactly("job");
    }

    @Test
    void readsOnIfItMay() {
        poller = poller(new SourceBuilder().jobs("job-1").follow("checkpoints"));
        PollTask task = begin().get(0);
        read(task);

        assertThat(task.isReading()).isTrue();
    }

    @Test
    void waitsASecondForATaskThatWasGivenBackWithoutAWord() {
        List<PollTask> tasks = begin();
        poller.ready(tasks.get(0));
        poller.completed(tasks.get(0));
        assertThat(poller.nanosUntilDue()).isEqualTo(1_000_000_000L);
        poller.ready(tasks.get(1));
        poller.asksAgain(tasks.get(1));
        poller.completed(tasks.get(1));

        assertThat(poller.nanosUntilDue()).as("it was asked").isZero();
    }
}
