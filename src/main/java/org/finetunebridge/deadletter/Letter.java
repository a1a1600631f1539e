package org.finetunebridge.deadletter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * A dead letter as it was written.
 *
 * @param id       of the event
 * @param account  the source it is about
 * @param job      empty if it is about no job
 * @param resource what was read
 * @param record   the record that could not be used, whole; null if the letter is about a failed request
 */
public record Letter(String id, String account, String job, String resource, JsonNode record) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * Reads what {@link DeadLetters} wrote.
     *
     * @throws IllegalArgumentException if it is no JSON
     */
    public static Letter read(String text) {
        try {
            JsonNode event = MAPPER.readTree(text);
            JsonNode data = event.path("data");
            boolean whole = data.path("error").path("class").asText().equals(DeadLetters.MALFORMED)
                    && !data.path("payloadTruncated").asBoolean();
            return new Letter(event.path("id").asText(), data.path("account").asText(), data.path("jobId").asText(),
                    data.path("request").path("resource").asText(), whole ? data.path("payload") : null);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a dead letter", e);
        }
    }
}
