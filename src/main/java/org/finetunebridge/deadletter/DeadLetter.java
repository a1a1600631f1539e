package org.finetunebridge.deadletter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Set;

/**
 * A dead letter, read back from the store.
 *
 * @param text     the letter as it is stored
 * @param kind     what it is about
 * @param id       of the event; empty for {@link Kind#FOREIGN}
 * @param account  the source it is about; empty for {@link Kind#FOREIGN}
 * @param job      empty if it is about no job
 * @param resource what was read; empty if the letter does not say
 * @param position where in its list the record stands, from 0; null if the letter does not say
 * @param record   the record that could not be used, whole; missing for every kind but {@link Kind#RECORD}
 */
public record DeadLetter(String text, Kind kind, String id, String account, String job, String resource, Long position,
        JsonNode record) {

    /** What a dead letter is about. */
    public enum Kind {
        /** A record of a good page, which the letter holds whole. */
        RECORD,
        /** A request that brought no page, or a page that could not be written. */
        REQUEST,
        /** A record or an event that the letter does not hold whole. */
        INCOMPLETE,
        /** No dead letter of this bridge: somebody else put it into the store. */
        FOREIGN
    }

    private static final Set<String> STAGES = Set.of("fetch", "normalize", "publish");
    /** Keeps numbers as they were written: the name of a rejected record is a hash of its text. */
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);

    /** Reads what {@link DeadLetterFactory} wrote; of a letter in binary mode only {@code id} and {@code data} are needed. */
    public static DeadLetter read(String text) {
        try {
            JsonNode event = MAPPER.readTree(text);
            JsonNode data = event.path("data");
            Kind kind = kind(event, data);
            return kind == Kind.FOREIGN ? foreign(text) : new DeadLetter(text, kind, event.path("id").asText(),
                    data.path("account").asText(), data.path("jobId").asText(), data.at("/request/resource").asText(),
                    position(data.at("/request/position")),
                    kind == Kind.RECORD ? data.get("payload") : MissingNode.getInstance());
        } catch (JsonProcessingException e) {
            return foreign(text);
        }
    }

    private static Kind kind(JsonNode event, JsonNode data) {
        String error = data.at("/error/class").asText();
        if (event.path("id").asText().isEmpty() || data.path("account").asText().isEmpty() || error.isEmpty()
                || !STAGES.contains(data.path("stage").asText())) {
            return Kind.FOREIGN;
        }
        return switch (error) {
            case DeadLetterFactory.MALFORMED -> data.has("payload") && !data.path("payloadTruncated").asBoolean()
                    ? Kind.RECORD : Kind.INCOMPLETE;
            case DeadLetterFactory.UNPUBLISHABLE -> Kind.INCOMPLETE;
            default -> Kind.REQUEST;
        };
    }

    private static Long position(JsonNode place) {
        return place.isIntegralNumber() && place.canConvertToLong() && place.longValue() >= 0 ? place.longValue() : null;
    }

    private static DeadLetter foreign(String text) {
        return new DeadLetter(text, Kind.FOREIGN, "", "", "", "", null, MissingNode.getInstance());
    }
}
