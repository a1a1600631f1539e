package org.finetunebridge.event.cloudevents;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.RecordPage;
import org.junit.jupiter.api.Test;

class CloudEventWriterTest {

    private static final JsonMapper JSON = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
    private static final Instant POLLED = Instant.parse("2026-03-01T00:00:00Z");
    private static final FactParser PARSER = new FactParser("acme", ZoneOffset.UTC);

    private final CloudEventWriter structured = new CloudEventWriter("acme", "mine", ZoneOffset.UTC, false);
    private final CloudEventWriter binary = new CloudEventWriter("acme", "mine", ZoneOffset.UTC, true);

    @Test
    void leavesOutWhatSaysNothingHoweverDeep() {
        JsonNode data = data(structured, "{\"status\":\"RUNNING\",\"statusRaw\":\"R\",\"a\":{\"b\":\"\",\"c\":1,\"d\":{\"e\":NaN}},"
                + "\"f\":[\"\",2,[Infinity]],\"g\":[[\"\"]],\"h\":{},\"i\":[],\"j\":\"\",\"metadata\":{\"k\":\"\"},"
                + "\"createdAt\":\"never\",\"finishedAt\":\"2026-02-28\",\"l\":null}");

        assertThat(data.path("a")).isEqualTo(json("{\"c\":1}"));
        assertThat(data.path("f")).isEqualTo(json("[2]"));
        assertThat(data.path("h")).isEqualTo(json("{}"));
        assertThat(data.path("i")).isEqualTo(json("[]"));
        assertThat(data.path("metadata")).as("the provider's own").isEqualTo(json("{\"k\":\"\"}"));
        assertThat(data.path("finishedAt").asText()).isEqualTo("2026-02-28T00:00:00Z");
        assertThat(data.fieldNames()).toIterable().contains("l").doesNotContain("g", "j", "createdAt");
    }

    /** An attribute of the envelope with one, a header with the other; the data is the same. */
    @Test
    void saysTheSameWithAttributesInHeaders() {
        OutgoingEvent event = new OutgoingEvent(status("{\"status\":\"SUCCEEDED\",\"statusRaw\":\"S\"}"), "RUNNING", 4L)
                .with(json("{\"tokens\":7}"));

        EncodedEvent one = structured.traced(() -> "00-aa-bb-01").of(event, POLLED, "r-1");
        EncodedEvent other = binary.traced(() -> "00-aa-bb-01").of(event, POLLED, "r-1");

        JsonNode envelope = json(one.value());
        assertThat(one.headers()).isEmpty();
        assertThat(json(other.value())).isEqualTo(envelope.get("data"));
        assertThat(envelope.get("data").path("summary")).isEqualTo(json("{\"tokens\":7}"));
        assertThat(envelope.get("data").path("previousStatus").asText()).isEqualTo("RUNNING");
        assertThat(other.headers()).hasSize(envelope.size() - 1).containsEntry("traceparent", "00-aa-bb-01")
                .allSatisfy((name, value) -> assertThat(envelope.path(name).asText()).isEqualTo(value));
        assertThat(json(structured.of(event, POLLED, null).value()).has("traceparent")).isFalse();
    }

    @Test
    void writesAWholeObjectForEachType() {
        for (FactType type : FactType.values()) {
            JsonNode envelope = json(structured.event(type.type(), type.schema(), "id", "ft-1", POLLED,
                    data -> data.writeStringField("of", type.name())).value());
            assertThat(envelope.path("type").asText()).isEqualTo(type.type());
            assertThat(envelope.path("data")).isEqualTo(json("{\"provider\":\"acme\",\"account\":\"mine\",\"jobId\":\"ft-1\",\"of\":\""
                    + type.name() + "\"}"));
        }
    }

    private static JsonNode data(CloudEventWriter writer, String data) {
        return json(writer.of(new OutgoingEvent(status(data), null, null), POLLED, null).value()).get("data");
    }

    private static Fact status(String data) {
        JsonNode record = json("{\"kind\":\"job.status-changed\",\"job\":\"ft-1\",\"key\":[\"x\"],\"data\":" + data + "}");
        return RecordPage.of(JSON.createObjectNode().set("facts", JSON.createArrayNode().add(record)), PARSER).results().get(0).fact();
    }

    private static JsonNode json(String text) {
        return json(text.getBytes(UTF_8));
    }

    private static JsonNode json(byte[] text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
