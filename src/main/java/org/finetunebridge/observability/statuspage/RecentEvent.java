package org.finetunebridge.observability.statuspage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.event.cloudevents.EventMetadata;

/**
 * A published event or dead letter, parsed for the page.
 *
 * @param source the source's name in the configuration
 * @param kind   null for a dead letter
 * @param time   when the fact happened, UTC
 * @param data   the event's {@code data}
 */
record RecentEvent(String source, FactType kind, Instant time, JsonNode data) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    static RecentEvent of(EncodedEvent event) {
        EventMetadata metadata = EventMetadata.of(event);
        try {
            JsonNode json = MAPPER.readTree(event.value());
            return new RecentEvent(metadata.source(), metadata.kind(), metadata.time(),
                    event.headers().isEmpty() ? json.path("data") : json);
        } catch (IOException e) {
            throw new IllegalStateException("an event is JSON", e);
        }
    }

    /** The job's id; empty if the event is about the source itself. */
    String job() {
        return text("jobId");
    }

    /** A field's text; empty if there is none. */
    String text(String field) {
        return data.path(field).asText();
    }

    /** A field's text; null if there is none. */
    String textOrNull(String field) {
        return data.hasNonNull(field) ? text(field) : null;
    }

    boolean isStatus() {
        return kind == FactType.JOB_STATUS_CHANGED;
    }

    /** The provider's reason for a failure, such as {@code bad_file: line 7 is no JSON}; null if it gave none. */
    String error() {
        JsonNode error = data.path("error");
        String code = error.path("code").asText("");
        String message = error.path("message").asText("");
        return code.isEmpty() && message.isEmpty() ? null : code.isEmpty() ? message
                : message.isEmpty() ? code : code + ": " + message;
    }
}
