package org.finetunebridge.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.finetunebridge.state.JobState.Retired;

/** A job's memory as one line of JSON: small, and readable by the person who has to know why. */
public final class JobStateSerde {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonFactory FACTORY = MAPPER.getFactory();

    private JobStateSerde() {}

    /** The memory as JSON on one line. */
    public static String write(JobState memory) {
        var text = new StringWriter(256);
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            write(memory, json);
        } catch (IOException e) {
            throw new IllegalStateException("writing to a string does not fail", e);
        }
        return text.toString();
    }

    /** Writes the memory as one JSON object. */
    public static void write(JobState memory, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("source", memory.source());
        json.writeStringField("job", memory.job());
        writeTold(memory.told(), json);
        if (memory.graceReads() > 0) {
            json.writeNumberField("graceReads", memory.graceReads());
        }
        if (memory.retired() != null) {
            json.writeStringField("retired", memory.retired().name());
        }
        if (memory.trouble() != null) {
            writeTrouble("trouble", memory.trouble(), json);
        }
        if (memory.held() != null) {
            writeHeld(memory.held(), json);
        }
        json.writeEndObject();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException if it is no memory
     */
    public static JobState read(String text) throws IOException {
        return read(MAPPER.readTree(text));
    }

    /** @see #read(String) */
    public static JobState read(JsonNode node) throws IOException {
        try {
            return memory(node);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IOException("a memory of another version: " + e.getMessage(), e);
        }
    }

    private static JobState memory(JsonNode node) throws IOException {
        if (!node.path("source").isTextual() || !node.path("job").isTextual()) {
            throw new IOException("not a job's memory");
        }
        JsonNode retired = node.path("retired");
        return new JobState(node.get("source").textValue(), node.get("job").textValue(), readTold(node),
                node.path("graceReads").asInt(), retired.isTextual() ? Retired.valueOf(retired.textValue()) : null,
                readTrouble(node.path("trouble")), readHeld(node.path("held")));
    }

    private static void writeTold(PublishedState told, JsonGenerator json) throws IOException {
        if (told.status() != null) {
            json.writeStringField("status", told.status());
        }
        if (!told.things().isEmpty()) {
            json.writeObjectFieldStart("told");
            for (var thing : told.things().entrySet()) {
                writeTexts(thing.getKey(), thing.getValue(), json);
            }
            json.writeEndObject();
        }
        if (!told.refused().isEmpty()) {
            writeTexts("refused", told.refused(), json);
        }
        if (!told.cursors().isEmpty()) {
            json.writeObjectFieldStart("cursors");
            for (var cursor : told.cursors().entrySet()) {
                writeCursor(cursor.getKey(), cursor.getValue(), json);
            }
            json.writeEndObject();
        }
    }

    private static void writeCursor(String resource, Cursor cursor, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart(resource);
        json.writeNumberField("position", cursor.position());
        writeTexts("last", cursor.last(), json);
        if (cursor.newest() != null) {
            json.writeStringField("newest", cursor.newest().toString());
        }
        if (cursor.mark() != null) {
            json.writeStringField("mark", cursor.mark());
        }
        if (cursor.held() != null) {
            json.writeStringField("held", cursor.held());
        }
        json.writeEndObject();
    }

    private static void writeTrouble(String name, Suspension trouble, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("means", trouble.means());
        json.writeStringField("error", trouble.error());
        json.writeStringField("reason", trouble.reason());
        json.writeNumberField("attempts", trouble.attempts());
        json.writeBooleanField("parked", trouble.parked());
        json.writeStringField("until", trouble.until().toString());
        if (trouble.list() != null) {
            writeTrouble("list", trouble.list(), json);
        }
        json.writeEndObject();
    }

    private static void writeHeld(DeferredEvent held, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("held");
        json.writeStringField("status", held.status());
        json.writeStringField("observedAt", held.observedAt().toString());
        if (held.requestId() != null) {
            json.writeStringField("requestId", held.requestId());
        }
        json.writeStringField("fact", held.fact());
        json.writeEndObject();
    }

    private static void writeTexts(String field, List<String> texts, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(field);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private static PublishedState readTold(JsonNode node) {
        Map<String, List<String>> things = new TreeMap<>();
        node.path("told").properties().forEach(thing -> things.put(thing.getKey(), texts(thing.getValue())));
        Map<String, Cursor> cursors = new TreeMap<>();
        node.path("cursors").properties().forEach(cursor -> cursors.put(cursor.getKey(), cursor(cursor.getValue())));
        return new PublishedState(node.path("status").textValue(), things, texts(node.path("refused")), cursors);
    }

    private static Cursor cursor(JsonNode node) {
        return new Cursor(node.path("position").asLong(), texts(node.path("last")), instant(node.path("newest")),
                node.path("mark").textValue(), node.path("held").textValue());
    }

    private static Suspension readTrouble(JsonNode node) {
        return node.isObject() ? new Suspension(node.path("means").asText(), node.path("error").asText(),
                node.path("reason").asText(),
                node.path("attempts").asInt(), node.path("parked").asBoolean(), instant(node.path("until")),
                readTrouble(node.path("list"))) : null;
    }

    private static DeferredEvent readHeld(JsonNode node) {
        return node.isObject() ? new DeferredEvent(node.path("status").asText(), instant(node.path("observedAt")),
                node.path("requestId").textValue(), node.path("fact").asText()) : null;
    }

    private static Instant instant(JsonNode node) {
        return node.isTextual() ? Instant.parse(node.textValue()) : null;
    }

    private static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>(node.size());
        node.forEach(element -> texts.add(element.asText()));
        return List.copyOf(texts);
    }
}
