package org.finetunebridge.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.finetunebridge.state.JobState.Retired;

/** A job's memory as one line of JSON: small, and readable by the person who has to know why. */
public final class JobStateSerde {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonFactory FACTORY = MAPPER.getFactory();
    private static final int LONGEST_SHARED = 24;
    private static final SharedValues<String> SHARED = new SharedValues<>();
    private static final SharedValues<List<String>> SHARED_LISTS = new SharedValues<>();

    private JobStateSerde() {}

    /** The memory as JSON on one line. */
    public static String write(JobState state) {
        // As bytes first: half a character, as a text that was cut leaves it, is escaped there and survives any encoding.
        var bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            write(state, json);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory does not fail", e);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Writes the memory as one JSON object. */
    public static void write(JobState state, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("source", state.source());
        json.writeStringField("job", state.job());
        writePublished(state.published(), json);
        if (state.graceReads() > 0) {
            json.writeNumberField("graceReads", state.graceReads());
        }
        if (state.retired() != null) {
            json.writeStringField("retired", state.retired().name());
        }
        writeSuspensions(state.suspensions(), json);
        writeInstant("ended", state.endedAt(), json);
        writeInstant("quiet", state.quietSince(), json);
        if (state.deferred() != null) {
            writeDeferred(state.deferred(), json);
        }
        writeTiming(state.timing(), json);
        json.writeEndObject();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException if it is no state
     */
    public static JobState read(String text) throws IOException {
        return read(MAPPER.readTree(text));
    }

    /** @see #read(String) */
    public static JobState read(JsonNode node) throws IOException {
        try {
            return state(node);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IOException("a state of another version: " + e.getMessage(), e);
        }
    }

    /** Two of a hundred thousand jobs seldom have an id in common, but statuses and names of checkpoints. */
    private static String shared(String text) {
        return text == null || text.length() > LONGEST_SHARED ? text : SHARED.of(text);
    }

    /** Most states have one entry or none, and a map for many of them takes several times the space. */
    private static <V> Map<String, V> small(Map<String, V> map) {
        return map.size() < 2 ? Map.copyOf(map) : map;
    }

    private static JobState state(JsonNode node) throws IOException {
        if (!node.path("source").isTextual() || !node.path("job").isTextual()) {
            throw new IOException("not the state of a job");
        }
        JsonNode retired = node.path("retired");
        return new JobState(shared(node.get("source").textValue()), node.get("job").textValue(), readPublished(node),
                node.path("graceReads").asInt(), retired.isTextual() ? Retired.valueOf(retired.textValue()) : null,
                readSuspensions(node), readDeferred(node.path("held")), instant(node.path("ended")),
                instant(node.path("quiet")), readTiming(node));
    }

    private static void writePublished(PublishedState published, JsonGenerator json) throws IOException {
        if (published.status() != null) {
            json.writeStringField("status", published.status());
        }
        if (!published.things().isEmpty()) {
            json.writeObjectFieldStart("told");
            for (var thing : published.things().entrySet()) {
                writeTexts(thing.getKey(), thing.getValue(), json);
            }
            json.writeEndObject();
        }
        if (!published.returns().isEmpty()) {
            json.writeObjectFieldStart("returns");
            for (var status : published.returns().entrySet()) {
                json.writeNumberField(status.getKey(), status.getValue());
            }
            json.writeEndObject();
        }
        writeText("leaving", published.leaving(), json);
        writeText("newest", published.newest(), json);
        writeText("forgotten", published.forgotten(), json);
        writeSummary(published.summary(), json);
        if (!published.rejected().isEmpty()) {
            writeTexts("refused", published.rejected(), json);
        }
        if (!published.cursors().isEmpty()) {
            json.writeObjectFieldStart("cursors");
            for (var cursor : published.cursors().entrySet()) {
                writeCursor(cursor.getKey(), cursor.getValue(), json);
            }
            json.writeEndObject();
        }
    }

    private static void writeSummary(TrainingSummary summary, JsonGenerator json) throws IOException {
        if (summary.equals(TrainingSummary.NONE)) {
            return;
        }
        json.writeObjectFieldStart("summary");
        writeInstant("waits", summary.waits(), json);
        writeInstant("trains", summary.trains(), json);
        writeLosses("train", summary.train(), json);
        writeLosses("valid", summary.valid(), json);
        if (summary.diverges()) {
            json.writeBooleanField("diverges", true);
        }
        if (summary.best() != null) {
            json.writeObjectFieldStart("best");
            json.writeStringField("name", summary.best().name());
            json.writeNumberField("step", summary.best().step());
            json.writeNumberField("loss", summary.best().loss());
            writeText("model", summary.best().model(), json);
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void writeLosses(String name, TrainingSummary.Losses losses, JsonGenerator json) throws IOException {
        if (losses != null) {
            json.writeFieldName(name);
            json.writeArray(new double[] {losses.last(), losses.lastStep(), losses.best(), losses.bestStep()}, 0, 4);
        }
    }

    private static TrainingSummary summary(JsonNode node) {
        JsonNode best = node.path("best");
        return !node.isObject() ? TrainingSummary.NONE : new TrainingSummary(instant(node.path("waits")), instant(node.path("trains")),
                losses(node.path("train")), losses(node.path("valid")), !best.isObject() ? null : new TrainingSummary.Best(
                best.path("name").asText(), best.path("step").asLong(), best.path("loss").asDouble(), best.path("model").textValue()),
                node.path("diverges").asBoolean());
    }

    private static TrainingSummary.Losses losses(JsonNode node) {
        return node.size() < 4 ? null : new TrainingSummary.Losses(node.get(0).asDouble(), node.get(1).asLong(),
                node.get(2).asDouble(), node.get(3).asLong());
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
        if (cursor.deferred() != null) {
            json.writeStringField("held", cursor.deferred());
        }
        json.writeEndObject();
    }

    /** That of the whole under the name it always had, those of single resources beside it. */
    private static void writeSuspensions(Map<String, Suspension> suspensions, JsonGenerator json) throws IOException {
        if (suspensions.containsKey(JobState.WHOLE)) {
            writeSuspension("trouble", suspensions.get(JobState.WHOLE), json);
        }
        if (suspensions.size() > (suspensions.containsKey(JobState.WHOLE) ? 1 : 0)) {
            json.writeObjectFieldStart("troubles");
            for (var suspension : new TreeMap<>(suspensions).entrySet()) {
                if (!suspension.getKey().equals(JobState.WHOLE)) {
                    writeSuspension(suspension.getKey(), suspension.getValue(), json);
                }
            }
            json.writeEndObject();
        }
    }

    private static void writeInstant(String name, Instant instant, JsonGenerator json) throws IOException {
        if (instant != null) {
            json.writeStringField(name, instant.toString());
        }
    }

    private static void writeSuspension(String name, Suspension suspension, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("means", suspension.means());
        json.writeStringField("error", suspension.error());
        json.writeStringField("reason", suspension.reason());
        json.writeNumberField("attempts", suspension.attempts());
        json.writeBooleanField("parked", suspension.parked());
        json.writeStringField("until", suspension.until().toString());
        json.writeEndObject();
    }

    private static void writeDeferred(DeferredEvent deferred, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("held");
        json.writeStringField("status", deferred.status());
        json.writeStringField("observedAt", deferred.observedAt().toString());
        if (deferred.requestId() != null) {
            json.writeStringField("requestId", deferred.requestId());
        }
        json.writeStringField("fact", deferred.fact());
        json.writeEndObject();
    }

    private static void writeTiming(Timing timing, JsonGenerator json) throws IOException {
        writeInstant("news", timing.news(), json);
        if (timing.stalled()) {
            json.writeBooleanField("stalled", true);
        }
        writeInstant("expires", timing.expires(), json);
        if (!timing.expiring().isEmpty()) {
            json.writeObjectFieldStart("expiring");
            for (var checkpoint : timing.expiring().entrySet()) {
                writeInstant(checkpoint.getKey(), checkpoint.getValue(), json);
            }
            json.writeEndObject();
        }
        writeInstant("expiringUntil", timing.expiringUntil(), json);
    }

    private static void writeText(String field, Object value, JsonGenerator json) throws IOException {
        if (value != null) {
            json.writeStringField(field, value.toString());
        }
    }

    private static void writeTexts(String field, List<String> texts, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(field);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private static PublishedState readPublished(JsonNode node) {
        Map<String, List<String>> things = new LinkedHashMap<>();
        node.path("told").properties().forEach(thing ->
                things.put(shared(thing.getKey()), SHARED_LISTS.of(texts(thing.getValue()))));
        Map<String, Cursor> cursors = new TreeMap<>();
        node.path("cursors").properties().forEach(cursor ->
                cursors.put(shared(cursor.getKey()), cursor(cursor.getValue())));
        Map<String, Integer> returns = new TreeMap<>();
        node.path("returns").properties().forEach(status -> returns.put(status.getKey(), status.getValue().asInt()));
        return new PublishedState(shared(node.path("status").textValue()), small(things), texts(node.path("refused")),
                small(cursors), small(returns),
                node.path("leaving").textValue(), instant(node.path("newest")), instant(node.path("forgotten")),
                summary(node.path("summary")));
    }

    private static Cursor cursor(JsonNode node) {
        return new Cursor(node.path("position").asLong(), texts(node.path("last")), instant(node.path("newest")),
                node.path("mark").textValue(), node.path("held").textValue());
    }

    /** Versions before wrote the suspension of a list in the place of, or inside, that of its source. */
    private static Map<String, Suspension> readSuspensions(JsonNode node) {
        Map<String, Suspension> suspensions = new TreeMap<>();
        JsonNode whole = node.path("trouble");
        boolean ofList = node.path("job").textValue().isEmpty() && whole.path("means").asText().equals("job");
        put(suspensions, ofList ? JobState.LIST : JobState.WHOLE, whole);
        put(suspensions, JobState.LIST, whole.path("list"));
        node.path("troubles").properties().forEach(one -> put(suspensions, one.getKey(), one.getValue()));
        return Map.copyOf(suspensions);
    }

    private static void put(Map<String, Suspension> suspensions, String of, JsonNode node) {
        if (node.isObject()) {
            suspensions.put(of, new Suspension(node.path("means").asText(), node.path("error").asText(),
                    node.path("reason").asText(), node.path("attempts").asInt(), node.path("parked").asBoolean(),
                    instant(node.path("until"))));
        }
    }

    private static DeferredEvent readDeferred(JsonNode node) {
        return node.isObject() ? new DeferredEvent(node.path("status").asText(), instant(node.path("observedAt")),
                node.path("requestId").textValue(), node.path("fact").asText()) : null;
    }

    private static Timing readTiming(JsonNode node) {
        Map<String, Instant> expiring = new LinkedHashMap<>();
        node.path("expiring").properties().forEach(one -> expiring.put(shared(one.getKey()), instant(one.getValue())));
        var timing = new Timing(instant(node.path("news")), node.path("stalled").asBoolean(), instant(node.path("expires")),
                small(expiring), instant(node.path("expiringUntil")));
        return timing.equals(Timing.NONE) ? Timing.NONE : timing;
    }

    private static Instant instant(JsonNode node) {
        return node.isTextual() ? Instant.parse(node.textValue()) : null;
    }

    private static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>(node.size());
        node.forEach(element -> texts.add(shared(element.asText())));
        return List.copyOf(texts);
    }

    /** Equal values become one object, as many as there is room for. */
    private static final class SharedValues<T> {

        private static final int MOST = 4096;
        private final Map<T, T> values = new ConcurrentHashMap<>();

        T of(T value) {
            T known = values.get(value);
            if (known != null || values.size() >= MOST) {
                return known == null ? value : known;
            }
            T other = values.putIfAbsent(value, value);
            return other == null ? value : other;
        }
    }
}
