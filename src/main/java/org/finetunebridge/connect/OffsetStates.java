package org.finetunebridge.connect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.storage.OffsetStorageReader;
import org.finetunebridge.connect.SourceOffsets.IndexSegment;
import org.finetunebridge.polling.JobShard;
import org.finetunebridge.state.JobState;

/**
 * The state of a task's jobs, as its source offsets have it. An offset that is there and cannot be read is an error, never a
 * job of which nothing was published.
 *
 * @param states  of the jobs, and of the accounts themselves where they have one
 * @param indexes of the jobs, by account
 */
record OffsetStates(List<JobState> states, Map<String, JobIndex> indexes) {

    /** Partitions that are asked for at once; Connect's own copy of the offsets is in memory. */
    private static final int AT_ONCE = 20_000;

    /**
     * Reads everything. Only before the first record: within an open transaction it could wait for ever.
     *
     * @param accounts the part of each account that this task reads
     * @throws ConnectException if an offset is damaged, missing or of a newer version
     */
    static OffsetStates read(OffsetStorageReader reader, Map<String, JobShard> accounts) {
        try {
            Map<String, JobIndex> indexes = indexes(reader, accounts);
            List<Map<String, String>> partitions = new ArrayList<>();
            accounts.forEach((source, shard) -> {
                indexes.get(source).jobs().forEach(job -> partitions.add(SourceOffsets.partition(source, job)));
                partitions.add(ofAccount(source, shard));
            });
            List<JobState> states = new ArrayList<>();
            for (int from = 0; from < partitions.size(); from += AT_ONCE) {
                List<Map<String, String>> some = partitions.subList(from, Math.min(partitions.size(), from + AT_ONCE));
                Map<Map<String, String>, Map<String, Object>> offsets = offsets(reader, some);
                for (Map<String, String> partition : some) {
                    JobState state = state(partition, offsets.get(partition));
                    if (state != null) {
                        states.add(state);
                    }
                }
            }
            return new OffsetStates(states, indexes);
        } catch (IOException e) {
            throw new ConnectException("The source offsets cannot be used: " + e.getMessage(), e);
        }
    }

    /** Where a part of an account keeps what it knows of the account itself. */
    static Map<String, String> ofAccount(String source, JobShard shard) {
        return shard.ownsAccount() ? SourceOffsets.partition(source, "") : SourceOffsets.shard(source, shard.number());
    }

    private static Map<String, JobIndex> indexes(OffsetStorageReader reader, Map<String, JobShard> accounts) throws IOException {
        Map<String, JobIndex> indexes = new TreeMap<>();
        List<Map<String, String>> heads = new ArrayList<>();
        accounts.forEach((source, shard) -> {
            indexes.put(source, new JobIndex(source));
            buckets(shard).forEach(bucket -> heads.add(SourceOffsets.index(source, bucket, 0)));
        });
        Map<Map<String, String>, Map<String, Object>> offsets = new HashMap<>(offsets(reader, heads));
        Map<Map<String, String>, IndexSegment> segments = new HashMap<>();
        List<Map<String, String>> rest = new ArrayList<>();
        for (Map<String, String> head : heads) {
            if (offsets.get(head) != null) {
                IndexSegment segment = SourceOffsets.segment(head, offsets.get(head));
                segments.put(head, segment);
                for (int next = 1; next < segment.segments(); next++) {
                    rest.add(SourceOffsets.index(head.get("source"), SourceOffsets.indexBucket(head), next));
                }
            }
        }
        offsets.putAll(offsets(reader, rest));
        for (Map<String, String> partition : rest) {
            if (offsets.get(partition) == null) {
                throw new IOException("there is none of " + partition + ", though the index says that there is");
            }
            segments.put(partition, SourceOffsets.segment(partition, offsets.get(partition)));
        }
        for (Map<String, String> head : heads) {
            int bucket = SourceOffsets.indexBucket(head);
            for (int number = 0; segments.containsKey(head) && number < segments.get(head).segments(); number++) {
                String source = head.get("source");
                indexes.get(source).read(bucket, number, segments.get(SourceOffsets.index(source, bucket, number)));
            }
        }
        return indexes;
    }

    private static Collection<Integer> buckets(JobShard shard) {
        List<Integer> buckets = new ArrayList<>();
        for (int bucket = 0; bucket < JobShard.BUCKETS; bucket++) {
            if (shard.ownsBucket(bucket)) {
                buckets.add(bucket);
            }
        }
        return buckets;
    }

    /** An account may have no state of its own; a job that is in the index has one. */
    private static JobState state(Map<String, String> partition, Map<String, Object> offset) throws IOException {
        if (offset != null) {
            return SourceOffsets.state(partition, offset);
        }
        String job = SourceOffsets.job(partition);
        if (job == null || job.isEmpty()) {
            return null;
        }
        throw new IOException("there is none of " + partition + ", though the index says that there is; it was removed, or lost. What"
                + " was published of the job is not known: to have it published again, set its offset to " + SourceOffsets.offset(
                JobState.blank(partition.get("source"), job)) + " (docs/connect.md)");
    }

    /** Connect leaves out what it cannot read, and gives null for what is not there. */
    private static Map<Map<String, String>, Map<String, Object>> offsets(OffsetStorageReader reader,
            List<Map<String, String>> partitions) throws IOException {
        Map<Map<String, String>, Map<String, Object>> offsets = partitions.isEmpty() ? Map.of() : reader.offsets(partitions);
        for (Map<String, String> partition : partitions) {
            if (!offsets.containsKey(partition)) {
                throw new IOException("that of " + partition + " is damaged: Connect cannot read it");
            }
        }
        return offsets;
    }
}
