package org.finetunebridge.sink;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.finetunebridge.state.JobState;

/**
 * The time between opening a sink and its first failure, with the state that was read at its beginning and every commit
 * since. A page that was compared with the state of one session is never written in another.
 *
 * <p>A job's state is pending while the batch that holds it is queued. Whoever reads a job's next page compares it with
 * the pending state; everybody else sees what is confirmed.
 */
public final class SinkSession {

    private final Map<String, JobState> state = new ConcurrentHashMap<>();
    private volatile Map<String, Pending> pending = new ConcurrentHashMap<>();

    /** A state that is queued, and by which batch. */
    private record Pending(JobState state, Confirmation confirmation) {}

    SinkSession(Collection<JobState> read) {
        read.forEach(one -> state.put(one.name(), one));
    }

    /** A session without state that belongs to no sink. */
    public static SinkSession blank() {
        return new SinkSession(List.of());
    }

    /** What is confirmed of a job; never null. */
    public JobState of(String source, String job) {
        JobState known = state.get(JobState.name(source, job));
        return known == null ? JobState.blank(source, job) : known;
    }

    /** What is known of a job once everything that is queued is committed; never null. */
    public JobState pending(String source, String job) {
        Pending queued = pending.get(JobState.name(source, job));
        return queued == null ? of(source, job) : queued.state();
    }

    /** Whether anything is known of a job, confirmed or pending. */
    public boolean knows(String source, String job) {
        String name = JobState.name(source, job);
        return pending.containsKey(name) || state.containsKey(name);
    }

    /** Every job in the state, of all sources, without the sources themselves. */
    public List<JobState> jobs() {
        return state.values().stream().filter(one -> !one.job().isEmpty()).toList();
    }

    /** Every job remembered of a source, without the source itself. */
    public List<JobState> jobs(String source) {
        return state.values().stream().filter(one -> one.source().equals(source) && !one.job().isEmpty()).toList();
    }

    /** A batch is queued: what it says of its jobs is pending. One thread at a time. */
    void queue(Batch batch) {
        batch.states().forEach(one -> pending.put(one.name(), new Pending(one, batch.confirmation())));
    }

    /** A batch is committed. Readers find each state as pending or as confirmed, never neither. */
    void confirm(Batch batch) {
        for (JobState one : batch.states()) {
            state.put(one.name(), one);
            pending.computeIfPresent(one.name(),
                    (name, queued) -> queued.confirmation() == batch.confirmation() ? null : queued);
        }
    }

    /** Something that was queued is forgotten; these are left, in order. One thread at a time. */
    void requeue(Iterable<Batch> left) {
        Map<String, Pending> rest = new ConcurrentHashMap<>();
        left.forEach(batch -> batch.states().forEach(one -> rest.put(one.name(), new Pending(one, batch.confirmation()))));
        pending = rest;
    }

    /** The session is over: nothing that was queued will be committed in it. */
    void forgetPending() {
        pending.clear();
    }
}
