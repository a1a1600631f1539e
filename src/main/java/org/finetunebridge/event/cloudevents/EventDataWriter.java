package org.finetunebridge.event.cloudevents;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.JsonWriter;
import org.finetunebridge.event.Timestamps;

/**
 * The {@code data} of an event that publishes a fact, but for what all events of an account share.
 *
 * @param observed  RFC 3339
 * @param occurred  RFC 3339; null if the provider does not say
 * @param requestId the provider's name for the request; may be null
 * @param zone      of clocks that carry none
 */
record EventDataWriter(OutgoingEvent outgoing, String observed, String occurred, String requestId, ZoneId zone)
        implements CloudEventWriter.Data {

    private static final Set<String> CLOCKS = Set.of("createdAt", "startedAt", "finishedAt", "estimatedFinishAt", "expiresAt");
    /** Whose members are the provider's own. */
    private static final Set<String> AS_RECEIVED = Set.of("message", "parsed", "hyperParameters", "metrics", "metadata");

    @Override
    public void write(JsonGenerator json) throws IOException {
        Fact fact = outgoing.fact();
        json.writeStringField("observedAt", observed);
        json.writeStringField("occurredAt", occurred);
        if (fact.timeRaw() != null) {
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
        if (CLOCKS.contains(name)) {
            Instant time = clock(value);
            if (time != null) {
                json.writeStringField(name, Timestamps.format(time));
            }
            return;
        }
        JsonNode said = AS_RECEIVED.contains(name) ? value : said(value);
        if (said != null) {
            json.writeFieldName(name);
            JsonWriter.write(said, json);
        }
    }

    /** The value without what says nothing: empty texts, NaN and Infinity. Null if nothing is left of it. */
    private static JsonNode said(JsonNode value) {
        if (value.isContainerNode()) {
            return value.isEmpty() || saysAll(value) ? value : rest(value);
        }
        return value.isTextual() && value.textValue().isEmpty() || !JsonWriter.isFinite(value) ? null : value;
    }

    private static boolean saysAll(JsonNode container) {
        for (JsonNode one : container) {
            if (said(one) != one) {
                return false;
            }
        }
        return true;
    }

    private static JsonNode rest(JsonNode container) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        ObjectNode members = JsonNodeFactory.instance.objectNode();
        if (container.isArray()) {
            container.forEach(one -> Optional.ofNullable(said(one)).ifPresent(list::add));
        } else {
            container.properties().forEach(one -> Optional.ofNullable(said(one.getValue()))
                    .ifPresent(said -> members.set(one.getKey(), said)));
        }
        JsonNode rest = container.isArray() ? list : members;
        return rest.isEmpty() ? null : rest;
    }

    /** A clock nothing hangs on: if it cannot be read the field is absent, and the event is published. */
    private Instant clock(JsonNode value) {
        try {
            return Timestamps.parse(value, zone);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
