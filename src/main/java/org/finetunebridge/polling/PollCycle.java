package org.finetunebridge.polling;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;

/** What one sweep reads, of which job, and when. Not safe for threads: the watch guards it. */
final class PollCycle {

    private static final int SWEEPS_A_WAITING_JOB = 3;

    private final SourceSettings source;
    private final RetryBudget patience;
    private final RetryPolicy retries;
    private final PollQueue sweep = new PollQueue();
    private ListSnapshot listing = new ListSnapshot(true);
    private Instant began = Instant.EPOCH;
    private int sweeps;

    PollCycle(SourceSettings source, RetryBudget patience, RetryPolicy retries) {
        this.source = source;
        this.patience = patience;
        this.retries = retries;
    }

    /** A new sweep, that reads nothing yet. */
    void begin(Instant now) {
        sweeps++;
        began = now;
        listing = new ListSnapshot(true);
        sweep.clear();
    }

    Instant began() {
        return began;
    }

    PollQueue sweep() {
        return sweep;
    }

    /** What the list has shown in this sweep. */
    ListSnapshot listing() {
        return listing;
    }

    /** Whether no sweep has begun yet. */
    boolean isNew() {
        return sweeps == 0;
    }

    /** Somebody who restarts a bridge has mended something, and wants to see that it works. */
    boolean isFresh() {
        return patience.all() || sweeps == 1;
    }

    /** @param listed whether the list can be read, if it is asked for */
    void fill(SinkSession session, boolean listed) {
        if (!source.listsJobs()) {
            // Asked for by name, a job is watched whatever the account's list showed of it once.
            source.jobs().forEach(job -> add(session.of(source.name(), job).seen(), resourcesWithoutAList()));
        } else if (listed) {
            add("", List.of(source.provider().list()), null);
        } else {
            addKnownJobs(session);
        }
    }

    /**
     * In the place of the list, which waits. Never beside it: two pages that tell of one job must not be held against
     * the same memory of it.
     */
    void addKnownJobs(SinkSession session) {
        if (!source.follow().isEmpty()) {
            session.jobs(source.name()).forEach(state -> add(state, resourcesWithoutAList()));
        }
    }

    /** Those that the list has shown; returns how many of them there is nothing more to read of. */
    int addListedJobs(SinkSession session) {
        retries.retain(listing::shows);
        List<String> watched = listing.watched();
        watched.forEach(job -> add(session.of(source.name(), job), source.follow()));
        return source.follow().isEmpty() ? watched.size() : 0;
    }

    /** What cannot be read before patience ends is left for a later sweep, or for good if this is the only one. */
    List<String> giveUp(Instant suspendedUntil, Instant sinkFailsSince, Instant now) {
        return sweep.giveUp(suspendedUntil, job -> last(job, sinkFailsSince, now));
    }

    /** The same of one job alone. */
    List<String> giveUp(String job, Instant suspendedUntil, Instant sinkFailsSince, Instant now) {
        return sweep.giveUp(job, suspendedUntil, last(job, sinkFailsSince, now));
    }

    private Instant last(String job, Instant sinkFailsSince, Instant now) {
        Instant fails = retries.since(job) == null ? sinkFailsSince : retries.since(job);
        Instant since = patience.all() ? fails : began;
        return (since == null ? PollQueue.later(began, now) : since).plus(patience.retry());
    }

    private void add(JobState state, List<String> resources) {
        DeferredEnd shown = listing.ending(state.job());
        DeferredEnd ending = shown == null ? DeferredEnd.of(state) : shown;
        if (state.retired() == null && !resources.isEmpty() && (ending != null || isTurnOf(state))) {
            add(state.job(), resources, ending);
            if (state.suspension() != null && !patience.all()) {
                sweep.postpone(state.job(), SourceHold.end(state.suspension(), began));
            }
        }
    }

    private void add(String job, List<String> resources, DeferredEnd ending) {
        var poll = new PollTask(source.name(), job, resources, source.provider().ways());
        poll.ending(ending);
        sweep.add(poll, retries.until(job));
    }

    /** Which of so many sweeps reads a job depends on the job: no bursts. */
    private boolean isTurnOf(JobState state) {
        return isFresh() || source.cron() != null
                || Math.floorMod(state.job().hashCode() + sweeps, sweepsATurn(state)) == 0;
    }

    /**
     * A job that waits for its turn changes rarely, and the list shows when it does. One that has ended is read after
     * one, four and sixteen sweeps: what comes late comes soon, or late.
     */
    private int sweepsATurn(JobState state) {
        if (state.graceReads() > 0) {
            return 1 << 2 * (state.graceReads() - 1);
        }
        boolean waiting = "PENDING".equals(state.published().status()) || "QUEUED".equals(state.published().status());
        return waiting && source.listsJobs() ? SWEEPS_A_WAITING_JOB : 1;
    }

    /** How a job stands is asked of the job itself. */
    private List<String> resourcesWithoutAList() {
        return Stream.concat(Stream.ofNullable(source.provider().job()), source.follow().stream()).toList();
    }
}
