package org.finetunebridge.observability.health;

import java.util.HashMap;
import java.util.Map;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;

/**
 * How many jobs of a source there are in the state.
 *
 * @param watched   jobs that are read, by their published status; {@link #UNPUBLISHED} if they have none
 * @param suspended those of them that are suspended after an error and read slowly, by status
 * @param records   all records, of retired jobs too
 */
public record JobCounts(Map<String, Integer> watched, Map<String, Integer> suspended, int records) {

    /** In place of a status. */
    public static final String UNPUBLISHED = "NONE";

    /** Of a source without jobs. */
    public static final JobCounts NONE = new JobCounts(Map.of(), Map.of(), 0);

    /** Counts in one pass, for the state may hold many sources. Returns counts by the source's name. */
    public static Map<String, JobCounts> bySource(SinkSession session) {
        Map<String, JobCounts> counts = new HashMap<>();
        for (JobState job : session.jobs()) {
            JobCounts before = counts.getOrDefault(job.source(), NONE);
            Map<String, Integer> watched = before == NONE ? new HashMap<>() : before.watched;
            Map<String, Integer> suspended = before == NONE ? new HashMap<>() : before.suspended;
            if (job.retired() == null) {
                String status = job.published().status() == null ? UNPUBLISHED : job.published().status();
                watched.merge(status, 1, Integer::sum);
                if (job.suspension() != null && job.suspension().parked()) {
                    suspended.merge(status, 1, Integer::sum);
                }
            }
            counts.put(job.source(), new JobCounts(watched, suspended, before.records + 1));
        }
        return counts;
    }

    /** Jobs that are read. */
    public int allWatched() {
        return watched.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Jobs that are suspended. */
    public int allSuspended() {
        return suspended.values().stream().mapToInt(Integer::intValue).sum();
    }
}
