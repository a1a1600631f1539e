package org.finetunebridge.sink;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.finetunebridge.state.JobState;

/**
 * The time between opening a sink and its first failure, with the state that was read at its beginning and every commit
 * since. A page that was compared with the state of one session is never written in another.
 */
public final class SinkSession {

    private final Map<String, JobState> state = new ConcurrentHashMap<>();

    SinkSession(Collection<JobState> read) {
        read.forEach(this::remember);
    }

    /** A session without state that belongs to no sink. */
    public static SinkSession blank() {
        return new SinkSession(List.of());
    }

    /** What is remembered of a job; never null. */
    public JobState of(String source, String job) {
        JobState known = state.get(JobState.name(source, job));
        return known == null ? JobState.blank(source, job) : known;
    }

    /** Whether anything is remembered of a job. */
    public boolean knows(String source, String job) {
        return state.containsKey(JobState.name(source, job));
    }

    /** Every job in the state, of all sources, without the sources themselves. */
    public List<JobState> jobs() {
        return state.values().stream().filter(one -> !one.job().isEmpty()).toList();
    }

    /** Every job remembered of a source, without the source itself. */
    public List<JobState> jobs(String source) {
        return state.values().stream().filter(one -> one.source().equals(source) && !one.job().isEmpty()).toList();
    }

    void remember(JobState confirmed) {
        state.put(confirmed.name(), confirmed);
    }

    Collection<JobState> all() {
        return state.values();
    }
}
