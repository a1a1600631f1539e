package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.finetunebridge.sink.FlakySink.Commit;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.SinkUnavailableException;
import org.junit.jupiter.api.Test;

/** What is read of a source and lost, and what has to wait until it is committed. */
class PollerCommitTest extends PollerFixture {

    @Test
    void readsAgainWhatWasLost() {
        sink.next(List.of(Commit.LOST));
        begin().forEach(this::finish);
        commit();
        assertThat(poller.isIdle()).isFalse();
        later(Duration.ofSeconds(1));
        List<PollTask> again = poller.takeDue(9);
        assertThat(again).extracting(PollTask::getJob).containsExactlyInAnyOrder("job-1", "job-2");
        again.forEach(this::finish);
        commit();

        assertThat(poller.result()).isEqualTo(new CycleResult(2, 0, null));
        assertThat(sink.events()).hasSize(2);
    }

    /** Many tasks lose pages with one failure of the sink, which is one step of its backoff. */
    @Test
    void countsOneFailureOfTheSinkOnce() {
        begin();
        var loss = new SinkUnavailableException("full", null);
        poller.sinkFailed(loss);
        Instant until = poller.suspendedUntil();
        later(Duration.ofSeconds(1));
        poller.sinkFailed(loss);
        poller.sinkFailed(new SinkUnavailableException("full", loss));
        assertThat(poller.suspendedUntil()).isEqualTo(Instant.EPOCH).isBefore(until);
        poller.sinkFailed(new SinkUnavailableException("full", null));

        assertThat(poller.suspendedUntil()).isAfter(START.plusSeconds(1));
    }

    @Test
    void rollsBackWhatIsLostWhenAPollFails() {
        poller = poller(new SourceBuilder().jobs("job-1").follow("checkpoints"));
        sink.next(List.of(Commit.LOST));
        PollTask task = begin().get(0);
        read(task);
        assertThat(task.remaining()).containsExactly("checkpoints");

        assertThat(poller.rolledBack(task)).isInstanceOf(SinkUnavailableException.class);
        assertThat(task.remaining()).containsExactly("job", "checkpoints");
        assertThat(poller.rolledBack(task)).as("once").isNull();
    }

    @Test
    void countsWhatIsCommittedWhenAPollFails() {
        poller = poller(new SourceBuilder().jobs("job-1").follow("checkpoints"));
        PollTask task = begin().get(0);
        read(task);

        assertThat(poller.rolledBack(task)).isNull();
        assertThat(task.remaining()).containsExactly("checkpoints");
        assertThat(sink.events()).hasSize(1);
        assertThat(task.unconfirmed().isEmpty()).isTrue();
    }

    @Test
    void readsNoPageAfterOneThatIsLost() {
        poller = poller(new SourceBuilder().jobs("job-1").follow("checkpoints"));
        sink.next(List.of(Commit.FENCED));
        PollTask task = begin().get(0);
        read(task);
        commit();

        assertThatThrownBy(() -> poller.ready(task)).isInstanceOf(InstanceFencedException.class);
    }

    /** With a rate a job keeps its place until it is read whole. */
    @Test
    void waitsForTheCommitOfAPageOnWhichTheNextDepends() {
        poller = poller(new SourceBuilder().jobs("job-1").follow("checkpoints"));
        PollTask task = begin().get(0);
        fail(task, BUSY);
        poller.completed(task);
        later(Duration.ofSeconds(1));
        PollTask again = poller.takeDue(9).get(0);
        assertThat(again).isSameAs(task);
        assertThat(again.getResource()).isEqualTo("checkpoints");
        read(again);
        assertThat(commits).as("nothing of it failed").isNotEmpty();
        commit();
        read(again);

        assertThat(again.unconfirmed().isEmpty()).as("it is committed at once").isTrue();
    }
}
