package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactType;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobState.Retired;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a page of a job comes to. */
class DetectedJobTest extends DetectorFixture {

    @BeforeEach
    void watch() {
        watch(new SourceBuilder());
    }

    @Test
    void tellsOfEveryFactThatIsRead() {
        List<FactType> facts = new ArrayList<>();
        detector.onFact((Fact fact) -> facts.add(fact.kind()));
        for (int reads = 0; reads < 2; reads++) {
            read(task("job-1", "job"), status("job-1", "RUNNING"), bad("job-1"), checkpoint("job-1", "c"));
        }

        assertThat(facts).containsExactly(FactType.JOB_STATUS_CHANGED, FactType.CHECKPOINT_CHANGED,
                FactType.JOB_STATUS_CHANGED, FactType.CHECKPOINT_CHANGED);
    }

    @Test
    void noticesStatusesThatNobodyKnows() {
        read(task("job-1", "job"), status("job-1", "UNKNOWN"));

        assertThat(detector.drift().count()).isOne();
    }

    @Test
    void readsNothingMoreOfAJobOfAModelThatNobodyWants() {
        watch(new SourceBuilder().models("small"));
        PollTask task = task("job-1", "job", "checkpoints");
        Batch batch = read(task, checkpoint("job-1", "c"), status("job-1", "RUNNING", ",\"model\":\"large\""));

        assertThat(batch.isEmpty()).isTrue();
        assertThat(task.isReading()).isFalse();
        assertThat(state("job-1").retired()).isNull();
    }

    @Test
    void readsAJobOfAModelThatIsWanted() {
        watch(new SourceBuilder().models("small"));
        PollTask task = task("job-1", "job", "checkpoints");

        assertThat(published(read(task, status("job-1", "RUNNING", ",\"model\":\"small\"")))).hasSize(1);
        assertThat(task.isReading()).isTrue();
    }

    /** The status of the job names its model, whatever comes before it. */
    @Test
    void goesByTheFirstFactOfAPageWithoutAStatus() {
        watch(new SourceBuilder().models("small"));
        PollTask task = task("job-1", "job", "checkpoints");
        read(task, checkpoint("job-1", "c", ",\"model\":\"large\""));

        assertThat(task.isReading()).isFalse();
    }

    @Test
    void readsOnAfterAPageThatShowsNothing() {
        watch(new SourceBuilder().models("small"));
        PollTask task = task("job-1", "job", "checkpoints", "events");
        read(task);
        assertThat(task.getResource()).isEqualTo("checkpoints");
        read(task, bad("job-1"));

        assertThat(task.getResource()).isEqualTo("events");
    }

    @Test
    void readsOnAJobThatIsKnownWhateverItsModelIs() {
        watch(new SourceBuilder().models("small"));
        remember(of("job-1", "QUEUED"));
        PollTask task = task("job-1", "job", "checkpoints");

        assertThat(published(read(task, status("job-1", "RUNNING", ",\"model\":\"large\"")))).hasSize(1);
    }

    @Test
    void remembersAJobAsOldThatWasCreatedTooLongAgo() {
        watch(new SourceBuilder().since(START));
        PollTask task = task("job-1", "job", "checkpoints");
        read(task, status("job-1", "RUNNING", ",\"createdAt\":\"2026-02-28T00:00:00Z\""));

        assertThat(task.isReading()).isFalse();
        assertThat(state("job-1").retired()).isEqualTo(Retired.OLD);
    }

    @Test
    void deadLettersRecordsOfAnotherJob() {
        Batch batch = read(task("job-1", "job"), status("job-1", "RUNNING"), status("job-2", "RUNNING"));

        assertThat(published(batch)).hasSize(1);
        assertThat(letters(batch)).containsExactly("it is about another job than the one asked for");
        assertThat(DryRun.json(batch.deadLetters().get(0)).at("/data/request/resource").asText()).isEqualTo("job");
    }

    @Test
    void publishesAnEndAfterWhatIsReadOfTheJob() {
        PollTask task = task("job-1", "job", "checkpoints");
        assertThat(read(task, status("job-1", "SUCCEEDED")).events()).isEmpty();
        assertThat(state("job-1").deferred().status()).isEqualTo("SUCCEEDED");
        Instant seen = now;
        now = now.plusSeconds(60);
        Batch batch = read(task, checkpoint("job-1", "c"));

        assertThat(published(batch)).containsExactly("changed READY", "status-changed SUCCEEDED");
        assertThat(Instant.parse(data(batch, 1).path("observedAt").asText())).isEqualTo(seen);
        assertThat(state("job-1").graceReads()).isOne();
        assertThat(state("job-1").deferred()).isNull();
    }

    @Test
    void publishesAnEndWithTheJobIfNothingElseIsReadOfIt() {
        Batch batch = read(task("job-1", "job"), status("job-1", "SUCCEEDED"));

        assertThat(published(batch)).containsExactly("status-changed SUCCEEDED");
        assertThat(state("job-1").deferred()).isNull();
    }

    @Test
    void countsNoEndThatIsPublished() {
        remember(of("job-1", "SUCCEEDED"));
        PollTask task = task("job-1", "job", "checkpoints");
        read(task, status("job-1", "SUCCEEDED"));

        assertThat(task.ending()).isNull();
        assertThat(state("job-1").deferred()).isNull();
    }

    @Test
    void countsAnotherEndOnlyIfItIsShownAgain() {
        remember(of("job-1", "SUCCEEDED"));
        PollTask first = task("job-1", "job", "checkpoints");
        read(first, status("job-1", "FAILED"));
        assertThat(first.ending()).isNull();
        PollTask second = task("job-1", "job", "checkpoints");
        read(second, status("job-1", "FAILED"));

        assertThat(second.ending().result().fact().status()).isEqualTo("FAILED");
    }

    @Test
    void readsAfterTheOthersWhatTheEndSaysIsToBeReadOnce() {
        watch(new SourceBuilder().once("results"));
        PollTask task = task("job-1", "job", "checkpoints");
        String end = status("job-1", "SUCCEEDED");
        read(task, end.substring(0, end.length() - 1) + ",\"once\":{\"results\":\"file-1\"}}");
        assertThat(task.remaining()).containsExactly("checkpoints", "results");
        read(task);
        assertThat(state("job-1").published().status()).as("the end is published last").isNull();
        read(task);

        assertThat(state("job-1").published().status()).isEqualTo("SUCCEEDED");
    }

    /** What was left may be taken up when the list has published the end, or seen another. */
    @Test
    void forgetsAnEndThatIsNotDeferredAnyMore() {
        PollTask task = task("job-1", "job", "checkpoints", "events");
        read(task, status("job-1", "SUCCEEDED"));
        remember(of("job-1", "SUCCEEDED"));
        assertThat(read(task).events()).isEmpty();

        assertThat(task.ending()).isNull();
    }

    @Test
    void publishesTheEndThatTheListHasSeenSince() {
        PollTask task = task("job-1", "job", "checkpoints");
        read(task, status("job-1", "SUCCEEDED"));
        PollTask other = task("job-1", "job", "checkpoints");
        remember(JobState.blank("acme", "job-1"));
        read(other, status("job-1", "FAILED"));

        assertThat(published(read(task))).containsExactly("status-changed FAILED");
    }

    @Test
    void publishesAnEndOfAnEarlierReadingBeforeAnotherStatus() {
        read(task("job-1", "job", "checkpoints"), status("job-1", "SUCCEEDED"));
        PollTask task = task("job-1", "job", "checkpoints");
        task.ending(DeferredEnd.of(state("job-1")));
        read(task, status("job-1", "RUNNING"));

        assertThat(task.ending()).isNull();
        assertThat(state("job-1").deferred()).isNull();
        assertThat(state("job-1").published().status()).isEqualTo("SUCCEEDED");
    }

    @Test
    void keepsAnEndOfAnEarlierReadingUntilTheJobWasRead() {
        read(task("job-1", "job", "checkpoints"), status("job-1", "SUCCEEDED"));
        PollTask task = task("job-1", "job", "checkpoints");
        DeferredEnd end = DeferredEnd.of(state("job-1"));
        task.ending(end);

        assertThat(read(task, checkpoint("job-1", "c"), bad("job-1")).events()).hasSize(1);
        assertThat(task.ending()).isSameAs(end);
        assertThat(published(read(task))).containsExactly("status-changed SUCCEEDED");
    }

    @Test
    void publishesTheEndOfTheOldestAnswerThatShowedIt() {
        PollTask first = task("job-1", "job", "checkpoints");
        readPage(first, "{\"requestId\":\"first\",\"facts\":[" + status("job-1", "SUCCEEDED") + "]}");
        PollTask task = task("job-1", "job", "checkpoints");
        readPage(task, "{\"requestId\":\"second\",\"facts\":[" + status("job-1", "SUCCEEDED") + "]}");

        assertThat(state("job-1").deferred().requestId()).isEqualTo("first");
    }

    @Test
    void remembersWhenItsNextCheckpointExpires() {
        watch(new SourceBuilder().timed(Duration.ZERO, Duration.ofDays(1)));
        PollTask task = task("job-1", "checkpoints", "job");
        read(task, checkpoint("job-1", "c", ",\"outputModel\":\"m\",\"expiresAt\":\"2026-03-09T00:00:00Z\""));
        assertThat(state("job-1").timing().expires()).as("the job is not read whole").isNull();
        read(task, status("job-1", "RUNNING"));

        assertThat(state("job-1").timing().expires()).isEqualTo(Instant.parse("2026-03-09T00:00:00Z"));
    }

    @Test
    void publishesThatACheckpointExpires() {
        watch(new SourceBuilder().timed(Duration.ZERO, Duration.ofDays(1)));
        String expiring = checkpoint("job-1", "c", ",\"outputModel\":\"m\",\"expiresAt\":\"2026-03-01T12:00:00Z\"");

        assertThat(published(read(task("job-1", "checkpoints"), expiring))).containsExactly("changed READY",
                "expiring c");
        assertThat(read(task("job-1", "checkpoints"), expiring).events()).as("once").isEmpty();
    }

    /** What could not be read may have a checkpoint that expires before. */
    @Test
    void doesNotForgetWhenACheckpointExpiresThatCannotBeRead() {
        watch(new SourceBuilder().timed(Duration.ZERO, Duration.ofDays(1)));
        Instant at = START.plus(Duration.ofDays(8));
        remember(of("job-1", "RUNNING").expiring(at).suspended("checkpoints", parked()));
        read(task("job-1", "job"), status("job-1", "RUNNING"));
        assertThat(state("job-1").timing().expires()).isEqualTo(at);
        remember(of("job-1", "RUNNING").expiring(at));
        read(task("job-1", "job"), status("job-1", "RUNNING"));

        assertThat(state("job-1").timing().expires()).isNull();
    }

    @Test
    void forgetsThatAResourceIsSuspendedWhenItIsReadToItsEnd() {
        remember(of("job-1", "RUNNING").suspended("events", parked()).suspended("checkpoints", parked()));
        PollTask task = task("job-1", "checkpoints", "job");
        readPage(task, "{\"facts\":[" + checkpoint("job-1", "c") + "],\"next\":\"2\"}");
        assertThat(state("job-1").suspensions()).containsOnlyKeys("events", "checkpoints");
        read(task);
        assertThat(state("job-1").suspensions()).containsOnlyKeys("events");
    }

    @Test
    void forgetsThatAJobIsSuspendedWhenItIsReadWhole() {
        remember(of("job-1", "RUNNING").suspended(JobState.WHOLE, parked()));
        PollTask task = task("job-1", "job", "checkpoints");
        read(task, status("job-1", "RUNNING"));
        assertThat(state("job-1").suspensions()).containsOnlyKeys(JobState.WHOLE);
        read(task);

        assertThat(state("job-1").suspensions()).isEmpty();
    }

    @Test
    void forgetsThatTheAccountIsSuspendedIfTheJobWasReadAlone() {
        JobState account = JobState.blank("acme", "").suspended(JobState.WHOLE, parked()).suspended(JobState.LIST,
                parked());
        remember(account);
        read(task("job-1", "job"), status("job-1", "RUNNING"));
        assertThat(state("")).isEqualTo(account);
        PollTask probe = task("job-1", "job");
        probe.resume(true);
        read(probe, status("job-1", "RUNNING"));

        assertThat(state("").suspensions()).as("that says nothing of its list").containsOnlyKeys(JobState.LIST);
    }

    @Test
    void forgetsWhatIsSuspendedOfAnAccountThatIsNotListed() {
        watch(new SourceBuilder().jobs("job-1"));
        remember(JobState.blank("acme", "").suspended(JobState.LIST, parked()));
        PollTask probe = task("job-1", "job");
        probe.resume(true);
        read(probe, status("job-1", "RUNNING"));

        assertThat(state("").suspensions()).isEmpty();
    }

    @Test
    void publishesThatAJobStalled() {
        watch(new SourceBuilder().timed(Duration.ofHours(1), Duration.ZERO));
        read(task("job-1", "job"), status("job-1", "RUNNING"));
        now = now.plusSeconds(3_600);
        PollTask task = task("job-1", "job", "checkpoints");

        assertThat(read(task, status("job-1", "RUNNING")).events()).as("it is not read whole").isEmpty();
        assertThat(published(read(task))).containsExactly("stalled RUNNING");
    }

    /** The last record of such a list may still change, unless the job is over. */
    @Test
    void publishesTheLastRecordThatMayChangeIfTheJobIsOver() {
        watch(new SourceBuilder().settling("events"));
        remember(of("job-1", "RUNNING"), of("job-2", "SUCCEEDED"));
        assertThat(read(task("job-1", "events"), line("job-1")).events()).isEmpty();
        assertThat(read(task("job-2", "events"), line("job-2")).events()).hasSize(1);
        PollTask ending = task("job-3", "job", "events");
        read(ending, status("job-3", "FAILED"));

        assertThat(read(ending, line("job-3")).events()).as("and its end").hasSize(2);
    }

    private static String line(String job) {
        return "{\"kind\":\"log.appended\",\"job\":\"" + job + "\",\"key\":[\"1\"],\"raw\":{},"
                + "\"data\":{\"level\":\"INFO\",\"message\":\"a line\"}}";
    }
}
