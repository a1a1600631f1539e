package org.finetunebridge.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks the records a mapping found. A record that cannot be used is a finding too, with the reason: it must not
 * spoil its page.
 */
public final class FactParser {

    private static final Set<String> JOB_STATUSES = Set.of("PENDING", "QUEUED", "RUNNING", "PAUSED", "CANCELLING",
            "SUCCEEDED", "FAILED", "CANCELLED", "UNKNOWN");
    private static final Set<String> CHECKPOINT_STATUSES = Set.of("AVAILABLE_NOT_EXPORTED", "EXPORTING", "READY",
            "EXPORT_FAILED", "UNSUPPORTED", "UNKNOWN");
    private static final Set<String> MEMBERS = Set.of("kind", "job", "key", "time", "appeared", "data", "raw", "derived", "once");
    private static final int LONGEST_JOB_ID = 512;

    private final String provider;
    private final ZoneId zone;

    /**
     * @param provider enters every id
     * @param zone     of the clocks that carry none
     */
    public FactParser(String provider, ZoneId zone) {
        this.provider = provider;
        this.zone = zone;
    }

    ParseResult read(JsonNode record) {
        JsonNode raw = record.get("raw");
        raw = raw == null ? JsonNodeFactory.instance.nullNode() : raw;
        try {
            return ParseResult.good(fact(record), raw);
        } catch (UnusableRecordException e) {
            return ParseResult.bad(raw, e.getMessage(), isJob(record.path("job")) ? record.get("job").textValue() : null);
        }
    }

    private static boolean isJob(JsonNode id) {
        return id.isTextual() && !id.textValue().isBlank() && id.textValue().length() <= LONGEST_JOB_ID
                && !isDots(id.textValue());
    }

    /** Servers read {@code %2E%2E} as two dots: such an id would lead to another address than a job's. */
    public static boolean isDots(String job) {
        return job.equals(".") || job.equals("..");
    }

    private Fact fact(JsonNode record) throws UnusableRecordException {
        checkMembers(record);
        FactType kind = FactType.of(record.path("kind").asText());
        if (kind == null || kind.isTimed()) {
            throw new UnusableRecordException("a kind of fact nobody knows: " + record.path("kind"));
        }
        JsonNode job = record.path("job");
        require(job.isTextual() && !job.textValue().isBlank(), "the job id is missing or not a text");
        require(job.textValue().length() <= LONGEST_JOB_ID, "the job id is longer than " + LONGEST_JOB_ID);
        require(!isDots(job.textValue()), "the job id is a step in a path, however it is written");
        JsonNode data = record.path("data");
        checkData(kind, data);
        JsonNode key = record.path("key");
        checkKey(kind, key, data.path("message"));
        JsonNode measured = kind == FactType.METRICS_RECORDED ? MetricValues.data(data) : data;
        Moment time = moment(record.get("time"));
        Moment appeared = moment(record.get("appeared"));
        JsonNode name = kind == FactType.METRICS_RECORDED ? MetricValues.key(key, (ObjectNode) measured) : key;
        var id = new EventId.Deferred(() -> EventId.of(kind, provider, job.textValue(), name));
        return new Fact(kind, job.textValue(), id, time.at(), time.raw(),
                appeared.at(), appeared.raw(), measured, once(record.path("once")), derived(record.path("derived")));
    }

    private static Map<String, String> once(JsonNode asked) throws UnusableRecordException {
        if (asked.isMissingNode()) {
            return Map.of();
        }
        Map<String, String> once = new TreeMap<>();
        for (var resource : asked.properties()) {
            boolean isShort = resource.getValue().isTextual() && resource.getValue().textValue().length() <= LONGEST_JOB_ID;
            require(isShort && !isDots(resource.getValue().textValue()), "what " + resource.getKey() + " is asked with is no short text");
            once.put(resource.getKey(), resource.getValue().textValue());
        }
        return once;
    }

    /** One, or a list of them. */
    private List<Fact> derived(JsonNode records) throws UnusableRecordException {
        if (records.isMissingNode()) {
            return List.of();
        }
        List<Fact> facts = new ArrayList<>(1);
        for (JsonNode one : records.isArray() ? records : List.of(records)) {
            facts.add(fact(one));
        }
        return facts;
    }

    /** When the provider deletes a checkpoint, UTC; null if that is not said, or cannot be read. */
    public Instant expiresAt(Fact checkpoint) {
        try {
            return Timestamps.parse(checkpoint.data().get("expiresAt"), zone);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** That a checkpoint expires soon, which nobody but the clock says. */
    public Fact expiring(Fact checkpoint, Instant at) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.set("checkpoint", checkpoint.data().path("checkpoint"));
        data.put("expiresAt", Timestamps.format(at));
        if (checkpoint.data().path("outputModel").isTextual()) {
            data.set("outputModel", checkpoint.data().get("outputModel"));
        }
        return timed(FactType.CHECKPOINT_EXPIRING, checkpoint.job(), data, "checkpoint", "expiresAt");
    }

    /** That a job showed nothing new since then. */
    public Fact stalled(String job, Instant since, String status) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("since", Timestamps.format(since)).put("status", status);
        return timed(FactType.JOB_STALLED, job, data, "since");
    }

    /** Without a time of its own: it is dated by the poll that found it. */
    private Fact timed(FactType kind, String job, ObjectNode data, String... named) {
        ArrayNode key = JsonNodeFactory.instance.arrayNode();
        for (String field : named) {
            key.add(data.get(field));
        }
        return new Fact(kind, job, new EventId.Deferred(() -> EventId.of(kind, provider, job, key)), null, null, null, null,
                data, Map.of(), List.of());
    }

    /** What its mapping misspells would be missing without a word. */
    private static void checkMembers(JsonNode record) throws UnusableRecordException {
        for (Iterator<String> names = record.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!MEMBERS.contains(name)) {
                throw new UnusableRecordException("the mapping gives it " + name + ", which no record has");
            }
        }
    }

    /** A line of a log may be empty; nothing else that an id is made of may. */
    private static void checkKey(FactType kind, JsonNode key, JsonNode message) throws UnusableRecordException {
        require(kind == FactType.JOB_SEEN || key.isArray() && !key.isEmpty(), "nothing distinguishes this record from another");
        for (JsonNode part : key) {
            require(!part.isNull() && !part.isMissingNode(), "a field that its id is made of is missing");
            require(!part.isTextual() || !part.textValue().isEmpty() || part.equals(message), "a field that its id is made of is empty");
        }
    }

    private static void checkData(FactType kind, JsonNode data) throws UnusableRecordException {
        require(data.isObject(), "not an object");
        switch (kind) {
            case JOB_STATUS_CHANGED -> checkStatus(data, JOB_STATUSES);
            case CHECKPOINT_CHANGED -> {
                require(data.path("checkpoint").isTextual(), "the checkpoint's name is missing or not a text");
                checkStatus(data, CHECKPOINT_STATUSES);
            }
            case LOG_APPENDED -> require(data.path("message").isTextual(), "the message is missing or not a text");
            case METRICS_RECORDED -> require(MetricValues.ORIGINS.contains(data.path("origin").asText()),
                    "the origin of its metrics is not one of ours: " + data.path("origin"));
            default -> { }
        }
    }

    private static void checkStatus(JsonNode data, Set<String> words) throws UnusableRecordException {
        JsonNode raw = data.path("statusRaw");
        // Some providers' checkpoints have no status: they are READY once they exist.
        require(words == CHECKPOINT_STATUSES && raw.isMissingNode() && "READY".equals(data.path("status").asText())
                || raw.isTextual() && !raw.textValue().isBlank(), "the status is missing or not a text");
        require(words.contains(data.path("status").asText()), "the mapping's status is not one of ours");
    }

    /** A time as read and as received: without {@code at} if it cannot be read, without both if it is unset. */
    private record Moment(Instant at, JsonNode raw) {

        private static final Moment UNSET = new Moment(null, null);
    }

    /** No record is lost for its time: one that cannot be read is published as received. */
    private Moment moment(JsonNode value) {
        try {
            Instant at = Timestamps.parse(value, zone);
            return at == null ? Moment.UNSET : new Moment(at, value);
        } catch (DateTimeException e) {
            boolean scalar = value.isTextual() || value.isNumber() && JsonWriter.isFinite(value);
            return scalar ? new Moment(null, value) : Moment.UNSET;
        }
    }

    private static void require(boolean holds, String otherwise) throws UnusableRecordException {
        if (!holds) {
            throw new UnusableRecordException(otherwise);
        }
    }

    private static final class UnusableRecordException extends Exception {
        UnusableRecordException(String reason) {
            super(reason, null, false, false);
        }
    }
}
