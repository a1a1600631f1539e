package org.finetunebridge.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.junit.jupiter.api.Test;

class FactCodecTest {

    private static final ObjectMapper AS_RECEIVED = new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);

    @Test
    void givesTheEventThatItWouldHaveBeen() throws IOException {
        Fact fact = fact("\"2026-03-01 08:00:00\"", "\"hyperParameters\":{\"learning_rate\":1.60e-5,\"n_epochs\":3,"
                + "\"seed\":123456789012345678901234567890,\"on\":true,\"none\":null},\"jobName\":\"\\u5fae \\ud83d\"");

        assertThat(event(FactCodec.read(FactCodec.write(fact), "job-1"))).isEqualTo(event(fact));
        assertThat(event(fact)).contains("0.0000160", "123456789012345678901234567890");
    }

    @Test
    void givesAnEventWithoutATimeIfItHasNone() throws IOException {
        Fact fact = fact("null", "\"jobName\":\"n\"");

        assertThat(FactCodec.read(FactCodec.write(fact), "job-1").time()).isNull();
        assertThat(event(FactCodec.read(FactCodec.write(fact), "job-1"))).isEqualTo(event(fact));
    }

    @Test
    void keepsOnlyTheShortFieldsOfWhatIsTooLong() throws IOException {
        Fact fact = fact("null", "\"jobName\":\"n\",\"trainingFiles\":[\"" + "x".repeat(3_000) + "\"]");
        String text = FactCodec.write(fact);

        assertThat(text.length()).isLessThan(FactCodec.LONGEST);
        assertThat(FactCodec.read(text, "job-1").data()).hasToString(
                "{\"status\":\"FAILED\",\"statusRaw\":\"failed\",\"jobName\":\"n\"}");
        assertThat(FactCodec.read(text, "job-1").id()).isEqualTo(fact.id());
    }

    @Test
    void readsNothingElse() {
        assertThatIllegalArgumentException().isThrownBy(() -> FactCodec.read("{", "job-1"));
    }

    private static Fact fact(String time, String fields) throws IOException {
        JsonNode page = AS_RECEIVED.readTree("{\"facts\":[{\"kind\":\"job.status-changed\",\"job\":\"job-1\",\"key\":"
                + "[\"FAILED\"],\"time\":" + time + ",\"data\":{\"status\":\"FAILED\",\"statusRaw\":\"failed\"," + fields
                + "}}]}");
        return RecordPage.of(page, new FactParser("acme", ZoneOffset.UTC)).results().get(0).fact();
    }

    private static String event(Fact fact) {
        return new String(new CloudEventWriter("acme", "acme", ZoneOffset.UTC, false)
                .of(new OutgoingEvent(fact, "RUNNING", null), Instant.EPOCH, "r-1").value(), StandardCharsets.UTF_8);
    }
}
