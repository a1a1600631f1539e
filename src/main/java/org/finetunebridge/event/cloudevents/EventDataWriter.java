package org.finetunebridge.event.cloudevents;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Set;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.JsonWriter;
import org.finetunebridge.event.OutgoingEvent;
import org.finetunebridge.event.Timestamps;

/**
 * The {@code data} of an event that tells a fact, but for what all events of an account share.
 *
 * @param observed  RFC 3339
 * @param occurred  RFC 3339; null if the provider does not say
 * @param requestId the provider's name for the request; may be null
 * @param zone      of clocks that carry none
 */
record EventDataWriter(OutgoingEvent outgoing, String observed, String occurred, String requestId, ZoneId zone)
        implements CloudEventWriter.Data {

    private static final Set<String> CLOCKS = Set.of("createdAt", "finishedAt", "expiresAt");

    @Override
    public void write(JsonGenerator json) throws IOException {
        Fact fact = outgoing.fact();
        json.writeStringField("observedAt", observed);
        if (occurred == null) {
            json.writeNullField("occurredAt");
        } else {
            json.writeStringField("occurredAt", occurred);
            json.writeFieldName("occurredAtRaw");
            JsonWriter.write(fact.timeRaw(), json);
        }
        if (requestId != null) {
            json.writeStringField("requestId", requestId);
        }
        if (outgoing.previous() != null) {
            json.writeStringField("previousStatus", outgoing.previous());
        }
        if (fact.kind() == FactType.JOB_STATUS_CHANGED) {
            json.writeBooleanField("terminal", Fact.isTerminal(fact.status()));
        }
        if (outgoing.sequence() != null) {
            json.writeNumberField("sequence", outgoing.sequence());
        }
        for (var field : fact.data().properties()) {
            write(json, field.getKey(), field.getValue());
        }
    }

    private void write(JsonGenerator json, String name, JsonNode value) throws IOException {
        if (!CLOCKS.contains(name)) {
            json.writeFieldName(name);
            JsonWriter.write(value, json);
            return;
        }
        Instant time = clock(value);
        if (time != null) {
            json.writeStringField(name, Timestamps.format(time));
        }
    }

    /** A clock nothing hangs on: if it cannot be read the field is absent, and the event is told. */
    private Instant clock(JsonNode value) {
        try {
            return Timestamps.parse(value, zone);
        } catch (DateTimeException | ArithmeticException e) {
            return null;
        }
    }
}
