package org.finetunebridge.connect;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.finetunebridge.connect.SourceOffsets.IndexSegment;
import org.finetunebridge.polling.JobShard;

/**
 * The ids of all jobs of one account that have a state. Connect cannot list its offsets, so without it nobody would know
 * which jobs there are whose provider lists them no more.
 *
 * <p>The ids of a bucket stand in segments of bounded size, so that a new job costs a few kilobytes however many there are.
 * The first segment says how many there are. Nothing is ever taken out: a job that is read no more keeps a small state.
 */
final class JobIndex {

    /** Some 5 KB with ids as providers have them, 65 KB with the longest that are allowed. */
    static final int SEGMENT = 128;

    private final String source;
    private final Set<String> jobs = new HashSet<>();
    private final List<List<String>> first = new ArrayList<>();
    private final List<List<String>> last = new ArrayList<>();
    private final int[] segments = new int[JobShard.BUCKETS];

    /** An index without jobs. */
    JobIndex(String source) {
        this.source = source;
        for (int bucket = 0; bucket < JobShard.BUCKETS; bucket++) {
            List<String> ids = new ArrayList<>();
            first.add(ids);
            last.add(ids);
            segments[bucket] = 1;
        }
    }

    /** Puts in what was read, segment by segment in their order. */
    void read(int bucket, int segment, IndexSegment ids) {
        jobs.addAll(ids.jobs());
        last.set(bucket, new ArrayList<>(ids.jobs()));
        if (segment == 0) {
            first.set(bucket, last.get(bucket));
        }
        segments[bucket] = segment + 1;
    }

    /** Whether the job is in it. */
    boolean has(String job) {
        return jobs.contains(job);
    }

    /** Every job, of all buckets. */
    Collection<String> jobs() {
        return jobs;
    }

    /**
     * Adds jobs; those that are in it already change nothing.
     *
     * @return the offsets that change, by partition
     */
    Map<Map<String, String>, Map<String, Object>> add(Collection<String> more) {
        Map<Map<String, String>, Map<String, Object>> offsets = new LinkedHashMap<>();
        Set<Integer> longer = new TreeSet<>();
        Set<Integer> touched = new TreeSet<>();
        for (String job : more) {
            if (!job.isEmpty() && jobs.add(job)) {
                int bucket = JobShard.bucket(job);
                if (last.get(bucket).size() >= SEGMENT) {
                    put(bucket, segments[bucket] - 1, last.get(bucket), offsets);
                    last.set(bucket, new ArrayList<>());
                    segments[bucket]++;
                    longer.add(bucket);
                }
                last.get(bucket).add(job);
                touched.add(bucket);
            }
        }
        touched.forEach(bucket -> put(bucket, segments[bucket] - 1, last.get(bucket), offsets));
        longer.forEach(bucket -> put(bucket, 0, first.get(bucket), offsets));
        return offsets;
    }

    private void put(int bucket, int segment, List<String> ids, Map<Map<String, String>, Map<String, Object>> offsets) {
        offsets.put(SourceOffsets.index(source, bucket, segment), SourceOffsets.offset(ids, segments[bucket]));
    }
}
