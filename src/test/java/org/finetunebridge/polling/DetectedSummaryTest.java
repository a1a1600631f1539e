package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import org.finetunebridge.sink.Batch;
import org.finetunebridge.state.TrainingSummary;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a batch says of a training when it ends, and what it says of itself. */
class DetectedSummaryTest extends DetectorFixture {

    @BeforeEach
    void watch() {
        watch(new SourceBuilder().after("events"));
    }

    @Test
    void tellsHowLongAJobWaitedAndTrainedByTheClocksOfItsEnd() {
        Batch batch = read(task("job-1", "job"), at("2026-03-01T00:01:00Z", status("job-1", "SUCCEEDED",
                ",\"createdAt\":\"2026-03-01T00:00:00Z\",\"startedAt\":\"2026-03-01T00:00:10Z\"")));

        assertThat(data(batch, 0).at("/summary/queueSeconds").asInt()).isEqualTo(10);
        assertThat(data(batch, 0).at("/summary/trainingSeconds").asInt()).isEqualTo(50);
    }

    @Test
    void tellsHowLongAJobTrainedByWhenThatWasSeenIfItHasNoClocks() {
        read(task("job-1", "job"), status("job-1", "QUEUED"));
        now = now.plusSeconds(10);
        read(task("job-1", "job"), status("job-1", "RUNNING"));
        now = now.plusSeconds(50);
        Batch batch = read(task("job-1", "job"), status("job-1", "SUCCEEDED", ",\"createdAt\":\"long ago\""));

        assertThat(data(batch, 0).at("/summary/queueSeconds").asInt()).isEqualTo(10);
        assertThat(data(batch, 0).at("/summary/trainingSeconds").asInt()).isEqualTo(50);
    }

    @Test
    void tellsTheCheckpointOfWhichTheBestLossWasMeasured() {
        PollTask task = task("job-1", "job", "checkpoints");
        read(task, status("job-1", "SUCCEEDED"));
        Batch batch = read(task, measured("c-1", "checkpoint", 0.5), measured("c-2", "checkpoint", 0.2),
                measured("c-3", "checkpoint", 0.3));

        assertThat(data(batch, batch.events().size() - 1).at("/summary/bestCheckpoint/checkpoint").asText())
                .isEqualTo("c-2");
    }

    @Test
    void takesNoLossForACheckpointsThatIsNotSaidToBe() {
        PollTask task = task("job-1", "job", "checkpoints");
        read(task, status("job-1", "SUCCEEDED"));
        Batch batch = read(task, measured("c-1", "log", 0.5));

        assertThat(data(batch, batch.events().size() - 1).path("summary").has("validationLoss")).isTrue();
        assertThat(data(batch, batch.events().size() - 1).path("summary").has("bestCheckpoint")).isFalse();
    }

    @Test
    void takesALossForNoCheckpointIfNoneCameBefore() {
        PollTask task = task("job-1", "job", "events");
        read(task, status("job-1", "SUCCEEDED"));
        Batch batch = read(task, metrics("job-1", 1, "checkpoint", 0.5));

        assertThat(data(batch, batch.events().size() - 1).path("summary").has("bestCheckpoint")).isFalse();
    }

    /** The event that would tell it is published already. */
    @Test
    void keepsNothingForTheSummaryOfAJobThatHasEnded() {
        remember(of("job-1", "SUCCEEDED"));
        assertThat(read(task("job-1", "events"), metrics("job-1", 1, "log", 0.5)).events()).hasSize(1);

        assertThat(state("job-1").published().summary()).isEqualTo(TrainingSummary.NONE);
    }

    @Test
    void keepsForTheSummaryWhatWasMeasuredOfAJobThatRuns() {
        remember(of("job-1", "RUNNING"));
        read(task("job-1", "events"), metrics("job-1", 1, "log", 0.5));

        assertThat(state("job-1").published().summary().valid().last()).isEqualTo(0.5);
    }

    /** They are followed all the same. */
    @Test
    void publishesNoKindThatNobodyWants() {
        watch(new SourceBuilder().events("checkpoint.changed"));
        Batch batch = read(task("job-1", "job"), status("job-1", "RUNNING"), checkpoint("job-1", "c"));

        assertThat(published(batch)).containsExactly("changed READY");
        assertThat(state("job-1").published().status()).isEqualTo("RUNNING");
    }

    @Test
    void namesTheRequestAsThePageDoesOrElseTheAnswer() {
        Batch page = readPage(task("job-1", "job"), "{\"requestId\":\"r\",\"facts\":[" + status("job-1",
                "RUNNING") + "]}");
        Batch answer = read(task("job-2", "job"), status("job-2", "RUNNING"));

        assertThat(data(page, 0).path("requestId").asText()).isEqualTo("r");
        assertThat(data(answer, 0).has("requestId")).isFalse();
    }

    @Test
    void countsTheRecordsThatWerePublishedBefore() {
        read(task("job-1", "job"), status("job-1", "RUNNING"), checkpoint("job-1", "c"));
        PollTask task = task("job-1", "job");
        read(task, status("job-1", "RUNNING"), checkpoint("job-1", "c"), checkpoint("job-1", "d"));

        assertThat(task.unconfirmed().takeCommitted()).singleElement().extracting(UnconfirmedPages.Page::known)
                .isEqualTo(2);
    }

    @Test
    void makesADeadLetterOfAnEventThatCanNeverBeWritten() {
        Batch batch = read(task("job-1", "job"), status("job-1", "RUNNING"));

        assertThat(DryRun.json(batch.rejected().apply(batch.events().get(0), "too large")).at("/data/error/message")
                .asText())
                .isEqualTo("too large");
    }

    private static String at(String time, String fact) {
        return "{\"time\":\"" + time + "\"," + fact.substring(1);
    }

    private static String measured(String checkpoint, String origin, double loss) {
        String fact = checkpoint("job-1", checkpoint);
        return fact.substring(0, fact.length() - 1) + ",\"derived\":" + metrics("job-1", 1, origin, loss)
                .replace("\"m\"", "\"" + checkpoint + "\"").replace("\"step\":1", "\"step\":"
                + checkpoint.substring(2)) + "}";
    }

    private static String metrics(String job, int step, String origin, double loss) {
        return "{\"kind\":\"metrics.recorded\",\"job\":\"" + job + "\",\"key\":[\"m\"," + step + "],"
                + "\"raw\":{},\"data\":{\"step\":" + step + ",\"origin\":\"" + origin + "\","
                + "\"values\":{\"validationLoss\":" + loss + "}}}";
    }
}
