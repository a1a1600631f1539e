package org.finetunebridge.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.finetunebridge.polling.JobShard;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobStateSerde;

/**
 * The form of the source offsets: state by partition. Connect finds an offset by the text of its partition, in the order in
 * which the map gives its keys, and makes {@link HashMap}s of what its REST interface gets. So every partition is a HashMap
 * made here, of the default capacity; another map, a copy even, may give its keys in another order, and nothing would be
 * found: every job would be published again.
 *
 * <p>{@code {source, job}} holds the state of a job, and with an empty job that of the account; {@code {source, shard}} that
 * of an account as a further part of it sees it; {@code {source, index}} a part of the ids of its jobs; {@code {source}}
 * nothing, for records whose state does not change.
 */
public final class SourceOffsets {

    /** Of the form. A larger one was written by a newer version. */
    private static final long VERSION = 1;
    private static final String SOURCE = "source";
    private static final String JOB = "job";
    private static final String INDEX = "index";
    private static final String SHARD = "shard";
    private static final String FORM = "v";
    private static final String STATE = "state";
    private static final String JOBS = "jobs";
    private static final String SEGMENTS = "segments";
    /** In the index: bucket and segment. */
    private static final Pattern PLACE = Pattern.compile("\\d{1,2}\\.\\d{1,9}");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private SourceOffsets() {}

    /** A part of the ids of an account's jobs. */
    record IndexSegment(List<String> jobs, int segments) {}

    /** Where the state of a job is; of the account itself if the job is empty. */
    public static Map<String, String> partition(String source, String job) {
        return partition(source, JOB, job);
    }

    /** Where ids of jobs are. */
    static Map<String, String> index(String source, int bucket, int segment) {
        return partition(source, INDEX, bucket + "." + segment);
    }

    /** Where a part of an account, but the first, keeps what it knows of the account itself. */
    static Map<String, String> shard(String source, int shard) {
        return partition(source, SHARD, Integer.toString(shard));
    }

    /** Of records that change no state. */
    static Map<String, String> stateless(String source) {
        Map<String, String> partition = new HashMap<>();
        partition.put(SOURCE, source);
        return partition;
    }

    private static Map<String, String> partition(String source, String key, String value) {
        Map<String, String> partition = stateless(source);
        partition.put(key, value);
        return partition;
    }

    /** The offset of a record that changes no state. */
    static Map<String, Object> nothing() {
        Map<String, Object> offset = new HashMap<>();
        offset.put(FORM, VERSION);
        return offset;
    }

    /** The state as an offset. */
    public static Map<String, Object> offset(JobState state) {
        Map<String, Object> offset = nothing();
        offset.put(STATE, JobStateSerde.write(state));
        return offset;
    }

    /** @param segments how many there are of the bucket */
    static Map<String, Object> offset(List<String> jobs, int segments) {
        Map<String, Object> offset = nothing();
        try {
            offset.put(JOBS, MAPPER.writeValueAsString(jobs));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts are JSON", e);
        }
        offset.put(SEGMENTS, (long) segments);
        return offset;
    }

    /**
     * The state that an offset holds.
     *
     * @throws IOException if it holds none, that of another job, or one of a newer version
     */
    public static JobState state(Map<String, ?> partition, Map<String, ?> offset) throws IOException {
        JobState state = JobStateSerde.read(text(partition, offset, STATE));
        String job = partition.containsKey(SHARD) ? "" : job(partition);
        if (!state.source().equals(partition.get(SOURCE)) || !state.job().equals(job)) {
            throw new IOException(partition + " holds the state of another job: " + state.name());
        }
        return state;
    }

    /**
     * The ids that an offset holds.
     *
     * @throws IOException if it holds none, or is of a newer version
     */
    static IndexSegment segment(Map<String, ?> partition, Map<String, ?> offset) throws IOException {
        String text = text(partition, offset, JOBS);
        if (!(offset.get(SEGMENTS) instanceof Number segments) || segments.intValue() < 1) {
            throw new IOException(partition + " does not say how many there are: " + SEGMENTS);
        }
        try {
            List<String> jobs = Arrays.asList(MAPPER.readValue(text, String[].class));
            if (!jobs.contains(null)) {
                return new IndexSegment(jobs, segments.intValue());
            }
            throw new IOException(partition + ": " + JOBS + " has a null in the place of an id");
        } catch (JsonProcessingException e) {
            throw new IOException(partition + ": " + JOBS + " is no list of job ids", e);
        }
    }

    /** The job that a partition is of, and empty for the account itself; null for a partition of another kind. */
    static String job(Map<String, ?> partition) {
        return partition.get(JOB) instanceof String job ? job : null;
    }

    /** The bucket whose index a partition is of; -1 for a partition of another kind. */
    static int indexBucket(Map<String, ?> partition) {
        return partition.get(INDEX) instanceof String place && PLACE.matcher(place).matches()
                ? Integer.parseInt(place.substring(0, place.indexOf('.'))) : -1;
    }

    /**
     * Checks the form of a partition and its offset.
     *
     * @param offset null to take it away
     * @throws IOException that says what is wrong
     */
    static void check(Map<String, ?> partition, Map<String, ?> offset) throws IOException {
        boolean known = Set.of(Set.of(SOURCE), Set.of(SOURCE, JOB), Set.of(SOURCE, INDEX), Set.of(SOURCE, SHARD))
                .contains(partition.keySet()) && partition.values().stream().allMatch(String.class::isInstance);
        if (!known && offset != null) {
            throw new IOException(partition + " is no partition of this connector; it has {source, job}, {source, index} and"
                    + " {source, shard}");
        }
        if (!known || offset == null) {
            return;
        }
        if (partition.containsKey(INDEX)) {
            requirePlaces((String) partition.get(INDEX), segment(partition, offset).jobs());
        } else if (partition.size() > 1) {
            state(partition, offset);
        }
    }

    /** A part of an account reads the buckets that are its own, and none of the jobs of another part. */
    private static void requirePlaces(String index, List<String> jobs) throws IOException {
        int bucket = indexBucket(Map.of(INDEX, index));
        if (bucket < 0 || bucket >= JobShard.BUCKETS) {
            throw new IOException("no place in the index: " + index);
        }
        for (String job : jobs) {
            if (JobShard.bucket(job) != bucket) {
                throw new IOException("index " + index + " is not where " + job + " is listed, but one that begins with "
                        + JobShard.bucket(job) + '.');
            }
        }
    }

    private static String text(Map<String, ?> partition, Map<String, ?> offset, String key) throws IOException {
        if (offset.get(FORM) instanceof Number version && version.longValue() > VERSION) {
            throw new IOException(partition + " was written by a newer version (" + FORM + " = " + version + ")");
        }
        if (offset.get(FORM) instanceof Number && offset.get(key) instanceof String text) {
            return text;
        }
        throw new IOException(partition + " has no " + key + " that this connector wrote");
    }
}
