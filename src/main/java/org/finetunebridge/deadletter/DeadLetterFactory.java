package org.finetunebridge.deadletter;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.finetunebridge.event.EventId;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.provider.RequestAttempt;

/** Writes what could not be used as CloudEvents, with all a person needs to find out why. */
public final class DeadLetterFactory {

    static final String MALFORMED = "Malformed record";
    static final String UNPUBLISHABLE = "Unpublishable event";
    private static final String TYPE = "org.finetunebridge.dead-letter.v1";
    private static final String SCHEMA = "urn:finetunebridge:schema:dead-letter:v1";
    /** A dead letter is for reading: the head of a large body shows what it is. */
    private static final int PAYLOAD_KEPT = 64 * 1024;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final CloudEventWriter envelope;

    /** @param envelope of the source the letters are about */
    public DeadLetterFactory(CloudEventWriter envelope) {
        this.envelope = envelope;
    }

    /**
     * A record of a good page that cannot be used.
     *
     * @param job the job that was read; empty for the list, whose records say themselves which job they are about
     * @param observedAt when it was seen, UTC
     */
    public EncodedEvent ofRecord(ParseResult result, String job, String resource, RequestAttempt attempt, Instant observedAt) {
        String id = EventId.hash("dead-letter\u001f" + job + '\u001f' + resource + '\u001f' + result.id());
        return letter(id, job.isEmpty() ? result.job() : job, observedAt, json -> {
            json.writeStringField("stage", "normalize");
            writeError(json, MALFORMED, result.reason(), 0, "", attempt.requestId());
            writeRequest(json, 1, resource, result.position(), attempt);
            writePayload(json, result.raw());
        });
    }

    /** An event that the destination will never take. */
    public EncodedEvent ofEvent(EncodedEvent event, String why, RequestAttempt attempt, Instant observedAt) {
        return letter(EventId.hash("dead-letter\u001fpublish\u001f" + id(event)), event.key(), observedAt, json -> {
            json.writeStringField("stage", "publish");
            writeError(json, UNPUBLISHABLE, why, 0, "", attempt.requestId());
            writeRequest(json, 1, "", null, attempt);
            writePayload(json, event.value());
        });
    }

    /**
     * A job or source that cannot be read.
     *
     * @param attempts how many requests in a row failed
     */
    public EncodedEvent ofFailure(ProviderException failure, int attempts, String job, String resource, RequestAttempt attempt, Instant now) {
        String id = EventId.hash("dead-letter\u001f" + job + '\u001f' + resource + '\u001f' + failure.status() + '\u001f'
                + failure.code() + '\u001f' + failure.getMessage() + '\u001f' + now);
        return letter(id, job, now, json -> {
            json.writeStringField("stage", failure.stage());
            writeError(json, failure.name(), failure.getMessage(), failure.status(), failure.code(),
                    failure.requestId());
            writeRequest(json, attempts, resource, null, attempt);
            writePayload(json, failure.body());
        });
    }

    private EncodedEvent letter(String id, String job, Instant time, CloudEventWriter.Data data) {
        return envelope.event(TYPE, SCHEMA, id, job, time, data);
    }

    private static String id(EncodedEvent event) {
        try {
            return event.headers().isEmpty() ? MAPPER.readTree(event.value()).path("id").asText()
                    : event.headers().get("id");
        } catch (IOException e) {
            throw new IllegalStateException("an event of ours is JSON", e);
        }
    }

    private static void writeError(JsonGenerator json, String name, String message, int status, String code,
            String requestId) throws IOException {
        json.writeObjectFieldStart("error");
        json.writeStringField("class", name);
        json.writeStringField("message", message);
        if (status > 0) {
            json.writeNumberField("httpStatus", status);
        }
        if (!code.isEmpty()) {
            json.writeStringField("code", code);
        }
        if (requestId != null) {
            json.writeStringField("requestId", requestId);
        }
        json.writeEndObject();
    }

    private static void writeRequest(JsonGenerator json, int attempts, String resource, Long position,
            RequestAttempt attempt) throws IOException {
        json.writeNumberField("attempts", attempts);
        json.writeObjectFieldStart("request");
        json.writeStringField("resource", resource);
        json.writeStringField("line", attempt.request());
        if (position != null) {
            json.writeNumberField("position", position);
        }
        json.writeEndObject();
    }

    private static void writePayload(JsonGenerator json, JsonNode record) throws IOException {
        byte[] text = MAPPER.writeValueAsBytes(record);
        if (text.length > PAYLOAD_KEPT) {
            writePayload(json, text);
        } else {
            json.writeFieldName("payload");
            json.writeTree(record);
            json.writeBooleanField("payloadTruncated", false);
        }
    }

    private static void writePayload(JsonGenerator json, byte[] body) throws IOException {
        if (body == null) {
            json.writeNullField("payload");
        } else {
            byte[] head = Arrays.copyOf(body, Math.min(body.length, PAYLOAD_KEPT));
            json.writeStringField("payload", new String(head, StandardCharsets.UTF_8));
        }
        json.writeBooleanField("payloadTruncated", body == null || body.length > PAYLOAD_KEPT);
    }
}
