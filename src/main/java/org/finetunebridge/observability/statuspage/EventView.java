package org.finetunebridge.observability.statuspage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.event.cloudevents.EventMetadata;

/**
 * An event, read for a person.
 *
 * @param source the account's name in the configuration
 * @param kind   null for a dead letter
 * @param time   when the fact happened, UTC
 * @param data   of the event
 */
record EventView(String source, FactType kind, Instant time, JsonNode data) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    static EventView of(EncodedEvent event) {
        EventMetadata head = EventMetadata.of(event);
        try {
            JsonNode json = MAPPER.readTree(event.value());
            return new EventView(head.source(), head.kind(), head.time(),
                    event.headers().isEmpty() ? json.path("data") : json);
        } catch (IOException e) {
            throw new IllegalStateException("an event is JSON", e);
        }
    }

    /** The job it is about; empty if it is about the source itself. */
    String job() {
        return data.path("jobId").asText();
    }

    String status() {
        return data.path("status").asText();
    }

    String text(String field) {
        return data.path(field).asText();
    }

    boolean isStatus() {
        return kind == FactType.JOB_STATUS_CHANGED;
    }

    boolean isAbout(String search) {
        return search.isEmpty() || job().toLowerCase(Locale.ROOT).contains(search.toLowerCase(Locale.ROOT));
    }
}
