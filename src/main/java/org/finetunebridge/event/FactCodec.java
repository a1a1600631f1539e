package org.finetunebridge.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.finetunebridge.event.cloudevents.CloudEventWriter;

/** A job's status as a text for the state: the event that is published from it later is the one it would have been today. */
public final class FactCodec {

    /** Bytes. Of a longer one, only the short fields are kept: the state stays small, whatever a provider writes into a job. */
    static final int LONGEST = 2048;
    private static final int LONGEST_FIELD = 100;
    private static final Set<String> NEEDED = Set.of("status", "statusRaw");
    private static final JsonFactory FACTORY = new JsonFactory();
    /** Numbers stay as they are written. */
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);

    private FactCodec() {}

    /** The fact without its job. */
    public static String write(Fact fact) {
        String whole = text(fact, fact.data());
        return whole.getBytes(StandardCharsets.UTF_8).length <= LONGEST ? whole : text(fact, shortened(fact.data()));
    }

    /**
     * The fact again.
     *
     * @throws IllegalArgumentException if {@link #write} did not write it
     */
    public static Fact read(String text, String job) {
        try {
            JsonNode fact = MAPPER.readTree(text);
            JsonNode time = fact.path("time");
            String id = fact.path("id").asText();
            return new Fact(FactType.JOB_STATUS_CHANGED, job, new EventId.Deferred(() -> id),
                    time.isTextual() ? Instant.parse(time.textValue()) : null, fact.get("timeRaw"), null, null,
                    fact.path("data"), Map.of(), List.of());
        } catch (IOException e) {
            throw new IllegalArgumentException("not a fact: " + e.getMessage(), e);
        }
    }

    private static String text(Fact fact, JsonNode data) {
        return text(json -> {
            json.writeStartObject();
            json.writeStringField("id", fact.id());
            if (fact.time() != null) {
                json.writeStringField("time", fact.time().toString());
            }
            if (fact.timeRaw() != null) {
                json.writeFieldName("timeRaw");
                JsonWriter.write(fact.timeRaw(), json);
            }
            json.writeFieldName("data");
            JsonWriter.write(data, json);
            json.writeEndObject();
        });
    }

    private static ObjectNode shortened(JsonNode data) {
        ObjectNode kept = MAPPER.createObjectNode();
        data.properties().stream().filter(field -> NEEDED.contains(field.getKey())
                || text(json -> JsonWriter.write(field.getValue(), json)).length() <= LONGEST_FIELD)
                .forEach(field -> kept.set(field.getKey(), field.getValue()));
        return kept;
    }

    /** As bytes first: half a character, as a text that was cut leaves it, is escaped there. */
    private static String text(CloudEventWriter.Data data) {
        var bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            data.write(json);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory does not fail", e);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
