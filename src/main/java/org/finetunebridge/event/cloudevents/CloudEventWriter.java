package org.finetunebridge.event.cloudevents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.JsonWriter;
import org.finetunebridge.event.Timestamps;

/** Writes a source's events: CloudEvents 1.0 in JSON. */
public final class CloudEventWriter {

    private static final int DEEPEST = 1100;
    /** Deeper than anything a mapping can read out of a text, which is a thousand levels. */
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder().streamWriteConstraints(
            StreamWriteConstraints.builder().maxNestingDepth(DEEPEST).build()).build());
    private static final Map<FactType, CloudEventAttributes.Type> TYPES = new EnumMap<>(Arrays.stream(FactType.values()).collect(
            Collectors.toMap(Function.identity(), kind -> CloudEventAttributes.Type.of(kind.type(), kind.schema()))));
    private static final SerializableString DATA = new SerializedString("data");
    private static final SerializableString PROVIDER = new SerializedString("provider");
    private static final SerializableString ACCOUNT = new SerializedString("account");
    private static final SerializableString JOB_ID = new SerializedString("jobId");

    private final SerializableString provider;
    private final SerializableString account;
    private final SerializableString source;
    private final ZoneId zone;
    private final boolean binary;
    private final Supplier<String> trace;

    /**
     * @param provider the provider's name
     * @param account  the source's name in the configuration
     * @param zone     of the clocks that carry none
     * @param binary   attributes as headers and {@code data} as the value, instead of all in one JSON object
     */
    public CloudEventWriter(String provider, String account, ZoneId zone, boolean binary) {
        this(new SerializedString(provider), new SerializedString(account), zone, binary, () -> null);
    }

    private CloudEventWriter(SerializableString provider, SerializableString account, ZoneId zone, boolean binary,
            Supplier<String> trace) {
        this.provider = provider;
        this.account = account;
        this.source = new SerializedString("urn:finetune:" + provider + ":" + account);
        this.zone = zone;
        this.binary = binary;
        this.trace = trace;
    }

    /** The same, with the trace an event was published in: {@code traceparent} of the distributed tracing extension. */
    public CloudEventWriter traced(Supplier<String> traceparent) {
        return new CloudEventWriter(provider, account, zone, binary, traceparent);
    }

    /**
     * The event that publishes a fact.
     *
     * @param observedAt when the answer came, UTC
     * @param requestId  the provider's name for the request; may be null
     */
    public EncodedEvent of(OutgoingEvent outgoing, Instant observedAt, String requestId) {
        Fact fact = outgoing.fact();
        String observed = Timestamps.format(observedAt);
        String occurred = fact.time() == null ? null : Timestamps.format(fact.time());
        return event(TYPES.get(fact.kind()), fact.id(), fact.job(), occurred == null ? observed : occurred,
                new FactData(outgoing, observed, occurred, requestId, zone));
    }

    /** An event of any type whose data somebody else writes. */
    public EncodedEvent event(String type, String schema, String id, String job, Instant time, Data data) {
        return event(CloudEventAttributes.Type.of(type, schema), id, job, Timestamps.format(time), data);
    }

    private EncodedEvent event(CloudEventAttributes.Type type, String id, String key, String time, Data data) {
        String job = key == null || key.isEmpty() ? null : key;
        var attributes = new CloudEventAttributes(type, source, id, job, time, trace.get());
        return new EncodedEvent(key, bytes(json -> {
            json.writeStartObject();
            if (!binary) {
                attributes.write(json);
                json.writeFieldName(DATA);
                json.writeStartObject();
            }
            writeCommon(json, job);
            data.write(json);
            if (!binary) {
                json.writeEndObject();
            }
            json.writeEndObject();
        }), binary ? attributes.headers() : Map.of());
    }

    /** Writes fields of {@code data} into the object that is open. */
    @FunctionalInterface
    public interface Data {
        /** Writes the fields. */
        void write(JsonGenerator json) throws IOException;
    }

    private void writeCommon(JsonGenerator json, String job) throws IOException {
        CloudEventAttributes.write(json, PROVIDER, provider);
        CloudEventAttributes.write(json, ACCOUNT, account);
        CloudEventAttributes.write(json, JOB_ID, job);
    }

    private static byte[] bytes(Data data) {
        var bytes = new Bytes();
        try (JsonGenerator json = MAPPER.createGenerator(bytes)) {
            data.write(json);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory does not fail", e);
        }
        return bytes.all();
    }

    /** The generator hands over what it has written at once, if that is not long: then it is the event, without a copy. */
    private static final class Bytes extends ByteArrayOutputStream {

        Bytes() {
            super(0);
        }

        byte[] all() {
            return count == buf.length ? buf : toByteArray();
        }
    }

    /**
     * The {@code data} of an event that publishes a fact, but for what all events of an account share.
     *
     * @param observed  RFC 3339
     * @param occurred  RFC 3339; null if the provider does not say
     * @param requestId the provider's name for the request; may be null
     * @param zone      of clocks that carry none
     */
    private record FactData(OutgoingEvent outgoing, String observed, String occurred, String requestId, ZoneId zone)
            implements Data {

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
            if (outgoing.summary() != null) {
                json.writeFieldName("summary");
                JsonWriter.write(outgoing.summary(), json);
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
}
