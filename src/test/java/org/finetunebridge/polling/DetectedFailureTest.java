package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.finetunebridge.polling.RetryPolicy.Decision;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobState.Retired;
import org.finetunebridge.state.PublishedState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a failed request comes to. */
class DetectedFailureTest extends DetectorFixture {

    private static final ProviderException NOT_THERE = new ProviderException(ErrorAction.JOB, "not there", 404,
            "", null, null, null);
    private static final Decision SUSPENDED = new Decision(null, parked(), 0, false, true);
    private static final Decision REFUSED = new Decision(null, parked(), 0, true, true);
    private static final Decision WAITING = new Decision(null, null, 0, false, false);

    @BeforeEach
    void watch() {
        watch(new SourceBuilder());
    }

    @Test
    void suspendsTheResourceOfAJob() {
        Batch batch = fail(task("job-1", "job"), SUSPENDED, true);

        assertThat(state("job-1").suspensions()).containsOnlyKeys("job");
        assertThat(state("").suspensions()).isEmpty();
        assertThat(letters(batch)).containsExactly("not there");
        assertThat(DryRun.json(batch.deadLetters().get(0)).path("subject").asText()).isEqualTo("job-1");
    }

    @Test
    void suspendsTheAccount() {
        Batch batch = fail(task("job-1", "job"), REFUSED, false);

        assertThat(state("").suspensions()).containsOnlyKeys(JobState.WHOLE);
        assertThat(state("job-1").suspensions()).isEmpty();
        assertThat(DryRun.json(batch.deadLetters().get(0)).path("subject").asText()).as("of no job").isEmpty();
    }

    @Test
    void suspendsTheList() {
        fail(list(), SUSPENDED, false);

        assertThat(state("").suspensions()).containsOnlyKeys(JobState.LIST);
    }

    @Test
    void remembersNothingOfAShortWait() {
        assertThat(fail(task("job-1", "job"), WAITING, true).isEmpty()).isTrue();
    }

    /** The account and its list are told of by one of those who share it, a job by the one who reads it. */
    @Test
    void deadLettersNothingOfAnAccountThatAnotherTellsOf() {
        watch(new SourceBuilder(), new JobShard(1, 2));

        assertThat(fail(task("job-1", "job"), REFUSED, false).deadLetters()).isEmpty();
        assertThat(fail(list(), SUSPENDED, false).deadLetters()).isEmpty();
        assertThat(fail(task("job-1", "job"), SUSPENDED, false).deadLetters()).hasSize(1);
    }

    @Test
    void deadLettersNothingThatWasToldBefore() {
        assertThat(fail(task("job-1", "job"), SUSPENDED.unpublished(), false).deadLetters()).isEmpty();
    }

    @Test
    void countsAReadOfAJobThatEndedThoughAResourceOfItIsNotThere() {
        remember(of("job-1", "SUCCEEDED"), of("job-2", "SUCCEEDED"));
        fail(task("job-1", "checkpoints"), SUSPENDED, false);
        fail(task("job-2", "checkpoints"), SUSPENDED, true);

        assertThat(state("job-1").graceReads()).isOne();
        assertThat(state("job-2").graceReads()).as("the others are still to be read").isZero();
    }

    /** One that retired is read for its checkpoints alone. */
    @Test
    void warnsNoMoreOfTheCheckpointsOfARetiredJobThatCannotBeRead() {
        watch(new SourceBuilder().timed(Duration.ZERO, Duration.ofDays(1)));
        remember(retired("job-1", Retired.FINISHED).expiring(START.plusSeconds(60)));
        fail(task("job-1", "checkpoints"), SUSPENDED, true);

        assertThat(state("job-1").timing().expires()).isNull();
        assertThat(state("job-1").suspensions()).isEmpty();
    }

    @Test
    void readsNoMoreWhatIsReadOnceAndCannotBeRead() {
        watch(new SourceBuilder().once("results"));
        var end = of("job-1", "SUCCEEDED").published();
        remember(of("job-1", "SUCCEEDED").with(new PublishedState(end.status(), end.things(),
                end.rejected(), Map.of("results", new Cursor(0, List.of(), null, "file-1", null)))));
        fail(task("job-1", "results"), SUSPENDED, true);

        assertThat(state("job-1").published().toRead(Set.of("results"))).isEmpty();
        assertThat(state("job-1").suspensions()).isEmpty();
    }

    @Test
    void publishesADeferredEndIfNothingIsReadOfTheJobAnyMore() {
        PollTask task = task("job-1", "job", "checkpoints");
        read(task, status("job-1", "SUCCEEDED"));
        assertThat(fail(task, WAITING, true).events()).as("it is tried again soon").isEmpty();
        assertThat(task.ending()).isNotNull();

        assertThat(published(fail(task, WAITING, false))).containsExactly("status-changed SUCCEEDED");
        assertThat(task.ending()).isNull();
        assertThat(state("job-1").published().status()).isEqualTo("SUCCEEDED");
    }

    /** That it moved on holds only once the batch is committed. */
    @Test
    void holdsADeferredEndAgainIfItsBatchIsLost() {
        PollTask task = task("job-1", "job", "checkpoints");
        read(task, status("job-1", "SUCCEEDED"));
        task.unconfirmed().takeCommitted();
        fail(task, WAITING, false);
        task.rollBack();

        assertThat(task.ending()).isNotNull();
    }

    @Test
    void publishesNoEndThatTheListHasPublishedMeanwhile() {
        PollTask task = task("job-1", "job", "checkpoints");
        read(task, status("job-1", "SUCCEEDED"));
        remember(of("job-1", "SUCCEEDED"));

        assertThat(fail(task, WAITING, false).events()).isEmpty();
    }

    @Test
    void publishesTheEndThatTheListHasSeenMeanwhile() {
        PollTask task = task("job-1", "job", "checkpoints");
        read(task, status("job-1", "SUCCEEDED"));
        remember(JobState.blank("acme", "job-1"));
        read(task("job-1", "job", "checkpoints"), status("job-1", "FAILED"));

        assertThat(published(fail(task, WAITING, false))).containsExactly("status-changed FAILED");
    }

    private Batch fail(PollTask task, Decision decision, boolean again) {
        ready(task);
        Batch batch = detector.failed(task, decision, NOT_THERE, again, now);
        publish(batch);
        return batch;
    }
}
