package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.polling.RetryPolicy.Decision;
import org.finetunebridge.polling.RetryPolicy.Failures;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.Suspension;
import org.finetunebridge.text.LogSanitizer;

/**
 * What the settings say about when the jobs of a source are read.
 *
 * @param source of the configuration
 * @param budget how long a cycle keeps at what fails
 * @param seed   of jitter; another for each process
 */
record PollRules(SourceSettings source, RetryBudget budget, long seed) {

    private static final int PERIODS_A_WAITING_JOB = 3;
    /** After so many periods a job that ended is read for the second, third and fourth time. */
    private static final int[] PERIODS = {1, 4, 16};

    /** A little while before every cycle but the first, so that sources of one period do not all ask at once. */
    long jitter() {
        return budget.all() ? 0 : Math.floorMod(seed, source.period().toNanos() / 10 + 1);
    }

    /** Whether a job is read no more; one that retired is once again, when a checkpoint of it is about to expire. */
    boolean isOver(JobState state, Moment now) {
        return state.retired() != null && !state.isExpiring(now.wall(), source.expiringBefore());
    }

    /** Whether a job waits at its provider: it changes rarely, so that it is not read in every cycle. */
    private boolean isWaiting(JobState state) {
        String status = state.published().status();
        return !state.isEnded() && source.listsJobs() && source.cron() == null
                && ("PENDING".equals(status) || "QUEUED".equals(status));
    }

    /**
     * A job as it is to be read in a cycle: with nothing left if it is not its turn, and counted as not read if it is
     * suspended in part.
     *
     * @param known what is known of it in this process
     */
    JobSchedule beginning(JobState state, JobSchedule known, List<String> resources, Moment now) {
        long next = next(state, known.next(), now);
        JobSchedule job = known.next(next).beginning(List.of(), false);
        if (state.deferred() == null && !budget.all() && next > now.nanos() + tolerance()
                && !state.isExpiring(now.wall(), source.expiringBefore())) {
            return job;
        }
        List<String> ready = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        List<String> later = new ArrayList<>();
        for (String resource : resources) {
            job = remembered(job, resource, state.suspensionOf(resource), budget.all(), now);
            Failures failures = job.failures(resource);
            if (failures.until() <= now.nanos()) {
                (failures.count() > 0 ? failed : ready).add(resource);
            } else if (failures.suspension() == null) {
                later.add(resource);
            }
        }
        ready.addAll(failed);
        ready.addAll(later);
        return job.beginning(List.copyOf(ready), ready.size() < resources.size());
    }

    /**
     * With a suspension of the resource that only the state knows of.
     *
     * @param atOnce whether it is asked although it is suspended
     */
    JobSchedule remembered(JobSchedule job, String resource, Suspension read, boolean atOnce, Moment now) {
        JobSchedule known = read == null || job.failures().containsKey(resource) ? job
                : job.with(resource, Failures.of(read, now));
        Failures failures = known.failures(resource);
        return atOnce && failures.suspension() != null ? known.with(resource, failures.askedAtOnce()) : known;
    }

    /** When a job is due, in nanoseconds; -1 if it is in every cycle. What was planned before it changed its status is void. */
    private long next(JobState state, long planned, Moment now) {
        if (state.isEnded()) {
            return planned < 0 || state.graceReads() == 0 ? nextOf(state, now) : planned;
        }
        return isWaiting(state) && planned <= now.nanos() + turns(PERIODS_A_WAITING_JOB) ? planned : -1;
    }

    private long turns(int periods) {
        return source.period().multipliedBy(periods).toNanos();
    }

    /** How long before its time a job that is not in every cycle may be read: cycles do not begin to the second. */
    private long tolerance() {
        return source.cron() == null ? source.period().toNanos() / 2 : 0;
    }

    /**
     * When a job is due again, in nanoseconds; -1 if it is in the next cycle. One that waits is due every third period; the
     * first cycle reads them all, and spreads them.
     *
     * @param state after its last page
     * @param cycle the number of the cycle that has read it
     * @param began when that cycle did, in nanoseconds
     */
    long nextAfter(JobState state, long cycle, long began) {
        if (state.isEnded()) {
            return began + gap(state.graceReads()).toNanos();
        }
        int spread = 1 + Math.floorMod(state.job().hashCode(), PERIODS_A_WAITING_JOB);
        return isWaiting(state) ? began + turns(cycle == 1 ? spread : PERIODS_A_WAITING_JOB) : -1;
    }

    /** The same for a job of which only the state is known: no wait that was written is believed to be longer than a day. */
    private long nextOf(JobState state, Moment now) {
        Instant quiet = state.quietSince();
        if (quiet == null || state.graceReads() == 0) {
            return now.nanos();
        }
        Duration until = Duration.ZERO;
        for (int reads = 1; reads <= Math.min(state.graceReads(), PERIODS.length); reads++) {
            until = until.plus(gap(reads));
        }
        Duration left = Duration.between(now.wall(), quiet.plus(until));
        if (state.graceReads() > PERIODS.length) {
            long every = source.recheck().toNanos();
            left = Duration.ofNanos(every - Math.floorMod(left.negated().toNanos(), every));
        }
        boolean believed = left.compareTo(RetryPolicy.LONGEST_WAIT) <= 0 || left.compareTo(gap(state.graceReads())) <= 0;
        return now.nanos() + (left.isNegative() || !believed ? 0 : left.toNanos());
    }

    private Duration gap(int reads) {
        if (reads > PERIODS.length) {
            return source.recheck();
        }
        return source.cron() != null || reads == 0 ? Duration.ZERO : source.period().multipliedBy(PERIODS[reads - 1]);
    }

    /** How long a request is tried again, in nanoseconds. */
    long retry() {
        return budget.retry().toNanos();
    }

    /**
     * The resources of a job that are due before the cycle has to be over; the others are given up in it. A rest that the
     * provider asks for is no failure: a watch waits for its end, or a long list would never be read.
     *
     * @param began when the cycle did, in nanoseconds
     */
    List<String> kept(JobSchedule job, SourceHold hold, long began, Moment now) {
        long held = budget.all() ? hold.end() : hold.until();
        long others = hold.sinkFailures() > 0 ? hold.sinkSince() : Math.max(began, now.nanos());
        return job.left().stream().filter(resource -> {
            Failures failures = job.failures(resource);
            long since = !budget.all() ? began : failures.since() >= 0 ? failures.since() : others;
            return Math.max(failures.until(), held) <= since + retry();
        }).toList();
    }

    /** Why the other resources of the job are given up, for a person; null if nothing of its own is wrong. */
    String whyNot(JobSchedule job, List<String> kept, SourceHold hold) {
        if (hold.sinkFailures() > 0) {
            return "nothing can be written: " + hold.sinkReason();
        }
        return job.left().stream().filter(one -> !kept.contains(one)).map(one -> job.failures(one).reason())
                .filter(reason -> reason != null).findFirst().map(reason -> name(job.job()) + ": " + reason)
                .orElse(hold.suspension() == null ? null : hold.suspension().reason());
    }

    /** What is done about a failure; of one error of a job there is one dead letter, however many resources have it. */
    Decision decide(JobSchedule job, String resource, ProviderException failed, SourceHold hold, JobState state, long cycle,
            Moment now) {
        boolean list = job.job().isEmpty();
        Failures before = job.failures(resource);
        boolean ofList = list && failed.means() == ErrorAction.SOURCE && isOfListAlone(before, hold);
        // A file may be refused to a key that may read everything else.
        boolean ofFile = failed.means() == ErrorAction.SOURCE && isOnce(resource);
        ProviderException failure = !ofList && !ofFile ? failed : new ProviderException(ErrorAction.JOB, failed.getMessage(),
                failed.status(), failed.code(), failed.requestId(), failed.retryAfter(), failed.body());
        boolean ofSource = failure.means() == ErrorAction.SOURCE;
        Suspension known = ofSource ? hold.suspension() : state.suspensionOf(list ? JobState.LIST : resource);
        Decision decision = RetryPolicy.decide(failure, before, known, ofSource ? hold.until() : before.until(), list,
                job.pages(), hold.inARow(), now, salt(job.job() + ' ' + resource, cycle));
        if (ofList && before.ofAll() && failed.getMessage().equals(before.reason())) {
            return decision.unpublished();
        }
        return !ofSource && decision.publish() && state.suspensions().values().stream().anyMatch(other -> other.parked()
                && other.error().equals(decision.suspension().error())) ? decision.unpublished() : decision;
    }

    /** Whether the list is refused again although the account was read since: the refusal is of the list, not of the key. */
    private static boolean isOfListAlone(Failures before, SourceHold hold) {
        return hold.suspension() == null && before.count() > 0 && (before.ofAll() || before.suspension() != null);
    }

    /** A source, or a job of it, as it stands in logs. */
    String name(String job) {
        return job.isEmpty() ? source.name() : source.name() + " job " + LogSanitizer.line(job);
    }

    /** Of the jitter of something in a cycle. */
    long salt(String of, long cycle) {
        return seed + of.hashCode() * 0x9e3779b97f4a7c15L + cycle;
    }

    /** Whether it is read once, after the end of a job, which counts as read without it. */
    boolean isOnce(String resource) {
        return source.provider().ways().once().contains(resource);
    }

    /** With what is still to be read once of a job that ended. */
    List<String> withOnce(JobState state, List<String> always) {
        List<String> once = state.published().toRead(source.provider().ways().once());
        return once.isEmpty() ? always : Stream.concat(always.stream(), once.stream()).toList();
    }

    /** How a job stands is asked of the job itself. */
    List<String> resourcesWithoutAList() {
        return Stream.concat(Stream.ofNullable(source.provider().job()), source.follow().stream()).toList();
    }
}
