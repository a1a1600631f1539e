package org.finetunebridge.connect;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceRecord;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.polling.JobShard;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.EventRejectedException;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.JobState;

/**
 * What a commit is to Connect: records that carry the state as source offsets. A state without a record of its own rides on
 * one of the heartbeat topic, and so does each part of the index that changes. For one thread.
 */
final class SourceRecordFactory {

    /** Of a record, beside what is counted, and of the batch it is sent in. */
    private static final int FRAME = 512;
    private static final int HEADER_FRAME = 10;
    /** Of half of a pair. */
    private static final Pattern ESCAPE = Pattern.compile("\\\\u[dD][89a-fA-F]");

    private final ConnectorSettings settings;
    private final Map<String, JobIndex> indexes;
    private long heartbeats;

    /** @param indexes of the jobs that have a state, by account */
    SourceRecordFactory(ConnectorSettings settings, Map<String, JobIndex> indexes) {
        this.settings = settings;
        this.indexes = indexes;
    }

    /** A state as Connect stores it. */
    private record Stored(String source, Map<String, String> partition, Map<String, Object> offset) {}

    /**
     * Everything of a commit, to be written in one transaction: each record of a job carries the state after the last of
     * its pages. A transform that drops all of them would drop the state with them, and leave the job in the index: where
     * there are transforms, heartbeats carry every state too. No two of the records are equal, for Connect ends a
     * transaction at the first record that equals its last.
     *
     * @throws EventRejectedException   if an event or dead letter is too large
     * @throws SinkUnavailableException if a state is
     */
    List<SourceRecord> transaction(List<Batch> batches) {
        Map<String, Stored> states = stored(batches);
        Set<SourceRecord> records = published(batches, states);
        Set<Map<String, ?>> carried = new HashSet<>();
        if (!settings.transformed()) {
            records.forEach(record -> carried.add(record.sourcePartition()));
        }
        states.values().removeIf(state -> carried.contains(state.partition()));
        states.values().forEach(state -> records.add(heartbeat(state)));
        index(batches).forEach(part -> records.add(heartbeat(part)));
        return List.copyOf(records);
    }

    /**
     * The events and dead letters alone, without a state, for a worker that may store the state of a record while another
     * record of the same page is not written yet.
     *
     * @throws EventRejectedException   if an event or dead letter is too large
     * @throws SinkUnavailableException if a state is
     */
    List<SourceRecord> events(List<Batch> batches) {
        stored(batches);
        return List.copyOf(published(batches, Map.of()));
    }

    /** The state that says so, to be written once the cluster has the events. */
    List<SourceRecord> states(List<Batch> batches) {
        return stored(batches).values().stream().map(this::heartbeat).toList();
    }

    /** The parts of the index that change, to be written once the cluster has the states that they lead to. */
    List<SourceRecord> parts(List<Batch> batches) {
        return index(batches).stream().map(this::heartbeat).toList();
    }

    private Set<SourceRecord> published(List<Batch> batches, Map<String, Stored> states) {
        Set<SourceRecord> records = new LinkedHashSet<>();
        for (Batch batch : batches) {
            String source = batch.states().isEmpty() ? "" : batch.states().get(0).source();
            batch.events().forEach(event -> records.add(record(settings.topic(), source, event, states)));
            batch.deadLetters().forEach(letter -> records.add(record(settings.deadLetterTopic(), source, letter, states)));
        }
        return records;
    }

    private SourceRecord record(String topic, String source, EncodedEvent event, Map<String, Stored> states) {
        String job = event.key() == null ? "" : event.key();
        String key = job.isEmpty() ? null : encodable(job);
        int size = FRAME + event.value().length + (key == null ? 0 : bytes(key));
        var headers = new ConnectHeaders();
        for (Map.Entry<String, String> header : event.wireHeaders().entrySet()) {
            String value = encodable(header.getValue());
            size += bytes(header.getKey()) + bytes(value) + HEADER_FRAME;
            headers.addString(header.getKey(), value);
        }
        if (size > settings.largestRecord()) {
            throw new EventRejectedException("the record takes " + size + " bytes, and the largest that may be sent is "
                    + settings.largestRecord() + " (producer.override.max.request.size)", event, null);
        }
        Stored state = states.get(JobState.name(source, job));
        if (state == null) {
            state = new Stored(source, SourceOffsets.stateless(source), SourceOffsets.nothing());
        }
        return new SourceRecord(state.partition(), state.offset(), topic, null, Schema.OPTIONAL_STRING_SCHEMA, key,
                Schema.STRING_SCHEMA, new String(event.value(), UTF_8), null, headers);
    }

    /** The states: of each job the last. */
    private Map<String, Stored> stored(List<Batch> batches) {
        Map<String, Stored> stored = new LinkedHashMap<>();
        Batch.lastStates(batches).forEach((name, state) -> stored.put(name,
                new Stored(state.source(), partition(state), requireFitting(name, SourceOffsets.offset(state)))));
        return stored;
    }

    private Map<String, Object> requireFitting(String name, Map<String, Object> offset) {
        int size = FRAME + bytes(offset.toString());
        if (size > settings.largestRecord()) {
            throw new SinkUnavailableException("the state of " + name + " takes " + size + " bytes; raise"
                    + " producer.override.max.request.size, and max.message.bytes of the offsets topic, above it", null);
        }
        return offset;
    }

    private Map<String, String> partition(JobState state) {
        return state.job().isEmpty()
                ? OffsetStates.ofAccount(state.source(), settings.shards().getOrDefault(state.source(), JobShard.WHOLE))
                : SourceOffsets.partition(state.source(), state.job());
    }

    /** The parts of the index that change. */
    private List<Stored> index(List<Batch> batches) {
        Map<String, List<String>> jobs = new TreeMap<>();
        batches.forEach(batch -> batch.states().forEach(state ->
                jobs.computeIfAbsent(state.source(), none -> new ArrayList<>()).add(state.job())));
        List<Stored> parts = new ArrayList<>();
        jobs.forEach((source, ids) -> indexes.computeIfAbsent(source, JobIndex::new).add(ids).forEach(
                (partition, offset) -> parts.add(new Stored(source, partition, offset))));
        return parts;
    }

    /** The number lets no two of them be equal. */
    private SourceRecord heartbeat(Stored state) {
        return new SourceRecord(state.partition(), state.offset(), settings.heartbeatTopic(), Schema.STRING_SCHEMA,
                state.source(), Schema.STRING_SCHEMA, Long.toString(heartbeats++));
    }

    /**
     * A key or a header's value as a converter of texts can write it. Half of a character pair, which UTF-8 does not know,
     * would become a question mark, and two jobs would have one key: it becomes its escape, as in JSON. Then backslashes
     * are doubled, and so they are in a text that has such an escape already: no two texts become one.
     */
    static String encodable(String text) {
        if (isPlain(text) || UTF_8.newEncoder().canEncode(text) && !ESCAPE.matcher(text).find()) {
            return text;
        }
        var escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                escaped.append("\\u").append(Integer.toHexString(point));
            } else {
                escaped.append(point == '\\' ? "\\" : "").appendCodePoint(point);
            }
        });
        return escaped.toString();
    }

    private static boolean isPlain(String text) {
        for (int at = 0; at < text.length(); at++) {
            char one = text.charAt(at);
            if (one == '\\' || Character.isSurrogate(one)) {
                return false;
            }
        }
        return true;
    }

    private static int bytes(String text) {
        return text.getBytes(UTF_8).length;
    }
}
