package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.time.ZoneOffset;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.RecordPage;
import org.junit.jupiter.api.Test;

/** What the event of an end says of the whole training. */
class TrainingSummaryTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant CREATED = Instant.parse("2026-03-01T04:00:00Z");

    private TrainingSummary summary = TrainingSummary.NONE;
    private String previous;

    @Test
    void saysHowLongItTookHowItWentAndWhichCheckpointIsBest() throws Exception {
        status("QUEUED", 0);
        status("RUNNING", 60);
        metrics(null, 10, "{\"train_loss\": 1.5, \"valid_loss\": 1.6}", "event");
        metrics(null, 30, "{\"train_loss\": 0.9}", "event");
        metrics(null, 20, "{\"train_loss\": 0.8}", "event");
        metrics("step-10", 10, "{\"train_loss\": 1.4, \"full_valid_loss\": 1.3, \"valid_loss\": 0.1}", "checkpoint");
        metrics("step-20", 20, "{\"full_valid_loss\": 1.1}", "checkpoint");
        metrics("step-30", 30, "{\"full_valid_loss\": 1.2}", "checkpoint");
        throughJson();

        assertThat(end(600, CREATED, null)).isEqualTo(JSON.readTree("""
                {"queueSeconds": 60, "trainingSeconds": 540,
                 "trainLoss": {"last": 0.9, "lastStep": 30, "best": 0.8, "bestStep": 20},
                 "validationLoss": {"last": 1.2, "lastStep": 30, "best": 1.1, "bestStep": 20},
                 "bestCheckpoint": {"checkpoint": "step-20", "step": 20, "validationLoss": 1.1, "outputModel": "model of step-20"}}"""));
    }

    @Test
    void saysNothingOfWhatNobodySaw() throws Exception {
        status("RUNNING", 60);
        assertThat(end(600, null, null)).as("it may have run for days before it was seen").isNull();
        assertThat(end(600, CREATED, CREATED.plusSeconds(20)).toString()).isEqualTo("{\"queueSeconds\":20,\"trainingSeconds\":580}");
        assertThat(end(600, CREATED, CREATED.plusSeconds(700)).toString()).as("clocks differ").isEqualTo("{\"queueSeconds\":700}");
    }

    @Test
    void saysThatTheLossDiverged() throws Exception {
        metrics(null, 10, "{\"loss\": 1.5}", "log");
        metrics(null, 20, "{\"loss\": \"nan\"}", "log");
        metrics(null, 20, "{\"eval_loss\": 3}", "log");
        throughJson();
        assertThat(end(600, null, null).path("diverged").asBoolean()).isTrue();
        assertThat(end(600, null, null).at("/trainLoss/last").asDouble()).isEqualTo(1.5);
        metrics(null, 30, "{\"loss\": 1.4}", "log");
        assertThat(end(600, null, null).has("diverged")).isFalse();
    }

    /** A trainer prints the mean of all losses last. */
    @Test
    void doesNotTakeTheMeanOfATrainingForItsLastLoss() throws Exception {
        metrics(null, -1, "{\"loss\": 0.5}", "log");
        metrics(null, -1, "{\"train_runtime\": 216.4, \"train_loss\": 0.91}", "log");
        assertThat(end(600, null, null).toString()).isEqualTo("{\"trainLoss\":{\"last\":0.5,\"best\":0.5}}");
    }

    @Test
    void isOfOneSizeHoweverLongAJobTrains() throws Exception {
        status("PENDING", 0);
        status("RUNNING", 10);
        for (int step = 0; step < 5_000; step++) {
            metrics("c".repeat(1_000) + step, step, "{\"train_loss\": " + 1.0 / (step + 1) + ", \"valid_loss\": " + 1.0 / (step + 1) + "}", "checkpoint");
        }
        assertThat(JobStateSerde.write(state()).length()).isLessThan(1_000);
        status("SUCCEEDED", 20);
        assertThat(JobStateSerde.write(state())).doesNotContain("summary");
    }

    private JsonNode end(int second, Instant created, Instant started) throws Exception {
        JsonNode said = summary.json(created, started, CREATED.plusSeconds(second));
        return said == null ? null : JSON.readTree(said.toString());
    }

    private void status(String status, int second) throws Exception {
        Fact fact = fact("{\"kind\":\"job.status-changed\",\"job\":\"j\",\"key\":[\"x\"],\"data\":{\"status\":\"" + status
                + "\",\"statusRaw\":\"x\"},\"raw\":{}}");
        summary = summary.after(fact, CREATED.plusSeconds(second), previous, null);
        previous = status;
    }

    private void metrics(String checkpoint, int step, String values, String origin) throws Exception {
        Fact of = checkpoint == null ? null : fact("{\"kind\":\"checkpoint.changed\",\"job\":\"j\",\"key\":[\"x\"],\"data\":{\"checkpoint\":\""
                + checkpoint + "\",\"step\":" + step + ",\"status\":\"READY\",\"outputModel\":\"model of " + checkpoint + "\"},\"raw\":{}}");
        summary = summary.after(fact("{\"kind\":\"metrics.recorded\",\"job\":\"j\",\"key\":[1],\"data\":{\"step\":" + step + ",\"values\":"
                + values + ",\"origin\":\"" + origin + "\"},\"raw\":{}}"), CREATED, null, of);
    }

    private JobState state() {
        return JobState.blank("s", "j").with(PublishedState.NOTHING.withSummary(summary));
    }

    private void throughJson() throws Exception {
        summary = JobStateSerde.read(JobStateSerde.write(state())).published().summary();
    }

    private static Fact fact(String record) throws Exception {
        return RecordPage.of(JSON.readTree("{\"facts\":[" + record + "]}"), new FactParser("any", ZoneOffset.UTC)).results().get(0).fact();
    }
}
