package org.finetunebridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.finetunebridge.Ndjson;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.SinkSession;
import org.junit.jupiter.api.Test;

/** The line of a terminal that says how far a job is, and the lines above it. */
class JobProgressTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final JobProgress progress = new JobProgress();

    @Test
    void saysHowFarTheJobIsAndWhenItMayEnd() {
        assertThat(progress.text(NOON)).isEqualTo("not read yet");
        event("job.status-changed", "11:00:00", "{'status':'RUNNING','progress':{'step':250,'totalSteps':1000,'epoch':1.5}}");
        assertThat(progress.text(NOON)).isEqualTo("RUNNING  step 250/1000  epoch 1.50  25 %  ETA 3h0m");
        event("metrics.recorded", "11:30:00", "{'step':500,'values':{'trainLoss':0.123456}}");
        assertThat(progress.text(NOON)).isEqualTo("RUNNING  step 500/1000  epoch 1.50  50 %  loss 0.1235  ETA 1h0m");
        event("metrics.recorded", "11:31:00", "{'step':400,'values':{},'notFinite':['trainLoss']}");
        assertThat(progress.text(NOON)).isEqualTo("RUNNING  step 500/1000  epoch 1.50  50 %  loss not finite  ETA 1h0m");
    }

    @Test
    void goesByWhatTheProviderExpects() {
        event("job.status-changed", "11:00:00", "{'status':'RUNNING','estimatedFinishAt':'2026-01-01T12:10:00Z','progress':{'percent':10}}");
        assertThat(progress.text(NOON)).isEqualTo("RUNNING  10 %  ETA 10m");
        assertThat(progress.text(NOON.plusSeconds(599))).endsWith("ETA <1m");
        event("job.status-changed", "11:50:00", "{'status':'SUCCEEDED'}");
        assertThat(progress.text(NOON)).isEqualTo("SUCCEEDED  10 %");
    }

    @Test
    void printsEventsAboveTheLineAndObeysNoProvider() {
        var out = new StringWriter();
        var err = new StringWriter();
        var printer = new JobPrinter(new PrintWriter(out, true), new PrintWriter(err, true), false, false, true, true);
        printer.write(List.of(new Batch(SinkSession.blank(), List.of(encoded("job.status-changed", "11:00:00",
                "{'status':'FAILED','error':{'code':'bad','message':'a\\u001b[2Jb'}}")), List.of(), List.of())));
        printer.end();

        assertThat(out.toString()).startsWith("2026-01-01T11:00:00Z  \u001b[31mFAILED\u001b[0m: bad a").doesNotContain("\u001b[2J");
        assertThat(err.toString()).isEqualTo("\r\u001b[K\r\u001b[KFAILED\r\u001b[K");
    }

    private void event(String type, String time, String data) {
        progress.event(EventLine.of(encoded(type, time, data)));
    }

    private static EncodedEvent encoded(String type, String time, String data) {
        JsonNode event = Ndjson.json(("{'type':'org.finetunebridge." + type + ".v1','time':'2026-01-01T" + time + "Z','data':"
                + data + "}").replace('\'', '"'));
        return new EncodedEvent("j", event.toString().getBytes(StandardCharsets.UTF_8), Map.of());
    }
}
