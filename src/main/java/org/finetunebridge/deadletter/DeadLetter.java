package org.finetunebridge.deadletter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.MissingNode;

/**
 * A dead letter as it was written.
 *
 * @param id       of the event
 * @param account  the source it is about
 * @param job      empty if it is about no job
 * @param resource what was read
 * @param record   the record that could not be used, whole; missing if the letter does not hold all of it, or is about an
 *                 event that could not be written; null if it is about a failed request
 */
public record DeadLetter(String id, String account, String job, String resource, JsonNode record) {

    /** Numbers as they were written: a record is known by its text. */
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);

    /** Reads what {@link DeadLetterFactory} wrote. What is no JSON, by whoever's hand, is a letter without a name. */
    public static DeadLetter read(String text) {
        try {
            JsonNode event = MAPPER.readTree(text);
            JsonNode data = event.path("data");
            return new DeadLetter(event.path("id").asText(), data.path("account").asText(), data.path("jobId").asText(),
                    data.path("request").path("resource").asText(), record(data));
        } catch (JsonProcessingException e) {
            return new DeadLetter("", "", "", "", MissingNode.getInstance());
        }
    }

    private static JsonNode record(JsonNode data) {
        String error = data.path("error").path("class").asText();
        if (error.equals(DeadLetterFactory.MALFORMED) && !data.path("payloadTruncated").asBoolean()) {
            return data.path("payload");
        }
        return error.equals(DeadLetterFactory.MALFORMED) || error.equals(DeadLetterFactory.UNPUBLISHABLE)
                ? MissingNode.getInstance() : null;
    }
}
