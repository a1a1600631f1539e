package org.finetunebridge.polling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.finetunebridge.polling.PollAction.Failed;
import org.finetunebridge.polling.PollAction.Read;
import org.finetunebridge.polling.PollAction.Reads;
import org.finetunebridge.polling.PollAction.States;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.polling.RetryPolicy.Decision;
import org.finetunebridge.polling.RetryPolicy.Failures;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.Suspension;
import org.pcollections.HashTreePSet;
import org.pcollections.PSet;

/**
 * When what is read of one source: every decision about it, as functions from a schedule and what happened to the next
 * schedule. Immutable: each event gives a copy that shares what did not change, in O(log n) of n watched jobs.
 *
 * <p>A poll cycle reads the account's list and then every job that is due. One task of a job is in flight at a time, and
 * none beside the list: two pages that show one job must not be compared with the same state.
 */
final class PollSchedule implements Cloneable {

    /** Nothing is due until something happens. */
    static final long NEVER = Long.MAX_VALUE;
    private static final String LIST = "";
    /** Before what was given back without a word is read again. */
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();
    private static final long BEFORE_ALL = -1;

    private final PollRules rules;
    private long cycle;
    private long ended;
    private boolean cycling;
    private boolean ticked;
    private long beginsAt = NEVER;
    private long began;
    private RateLimit rate;
    private JobQueue jobs = JobQueue.EMPTY;
    private PSet<String> finished = HashTreePSet.empty();
    private SourceHold hold = SourceHold.NONE;
    private CycleResult result = CycleResult.NONE;

    PollSchedule(PollRules rules) {
        this.rules = rules;
        this.rate = RateLimit.of(rules.source().rate());
    }

    private PollSchedule copy() {
        try {
            return (PollSchedule) clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** It is time for a cycle. While one runs, the next begins when it is over; however often, it is one. */
    PollSchedule ticked(Moment now) {
        PollSchedule next = copy();
        if (cycling || beginsAt != NEVER) {
            next.ticked = true;
        } else {
            next.beginsAt = now.nanos() + (cycle == 0 ? 0 : rules.jitter());
        }
        return next;
    }

    /** Whether a cycle is to begin now. */
    boolean isBeginning(Moment now) {
        return !cycling && beginsAt <= now.nanos();
    }

    /** The sink cannot be opened, so that nothing is read. */
    PollSchedule unopened(String reason, Moment now) {
        PollSchedule next = copy();
        next.hold = hold.unwritable(reason, now.nanos());
        long again = now.nanos() + RetryPolicy.sinkWait(next.hold.sinkFailures(), rules.salt("sink", cycle));
        if (rules.budget().all() && again <= next.hold.sinkSince() + rules.retry()) {
            next.beginsAt = again;
        } else {
            next.cycling = true;
            next.result = CycleResult.NONE.failing("the sink cannot be written: " + reason);
            next.endIfOver(now);
        }
        return next;
    }

    /** A cycle begins. */
    PollSchedule begun(States states, Moment now) {
        PollSchedule next = copy();
        next.beginsAt = NEVER;
        next.cycling = true;
        next.cycle++;
        next.began = now.nanos();
        next.result = CycleResult.NONE;
        next.finished = HashTreePSet.empty();
        next.hold = hold.recalled(states.of(LIST), next.isFresh(), !rules.source().listsJobs(), now);
        if (rules.source().listsJobs()) {
            next.beginList(states, now);
        } else {
            // Asked for by name, a job is watched whatever the account's list showed of it once.
            rules.source().jobs().forEach(job -> next.add(states.of(job).seen(), rules.resourcesWithoutAList(), now));
        }
        next.endIfOver(now);
        return next;
    }

    /** Somebody who restarts a bridge has mended something, and wants to see that it works. */
    private boolean isFresh() {
        return rules.budget().all() || cycle == 1;
    }

    private void beginList(States states, Moment now) {
        String resource = rules.source().provider().list();
        JobSchedule list = rules.remembered(jobs.of(LIST), resource, states.of(LIST).suspensionOf(JobState.LIST), isFresh(), now);
        Failures before = list.failures(resource);
        boolean waits = before.until() > now.nanos();
        if (waits && before.suspension() != null) {
            result = result.failed(before.suspension().reason());
            jobs = jobs.with(list.beginning(List.of(), true));
        } else {
            queue(list.beginning(List.of(resource), false), now);
        }
        if (waits) {
            addKnown(states, now);
        }
    }

    /** While the list waits, for whatever reason, the jobs that are known are read. */
    private void addKnown(States states, Moment now) {
        if (!rules.source().follow().isEmpty()) {
            states.all().forEach(state -> add(state, rules.resourcesWithoutAList(), now));
        }
    }

    private void add(JobState state, List<String> always, Moment now) {
        List<String> resources = rules.withOnce(state, always);
        JobSchedule known = jobs.of(state.job());
        if (rules.isOver(state, now) || resources.isEmpty() || known.inFlight() || !known.left().isEmpty()
                || finished.contains(state.job()) && state.deferred() == null) {
            return;
        }
        JobSchedule job = rules.beginning(state, known, resources, now);
        result = job.counted() ? result.failed(job.whySuspended(resources)) : result;
        queue(job, now);
    }

    /** What is due only after the cycle has to be over does not keep it from ending. */
    private void queue(JobSchedule beginning, Moment now) {
        JobSchedule job = givenUp(beginning, now);
        jobs = job.left().isEmpty() ? jobs.with(job) : jobs.queued(job, job.due());
    }

    /** As many reads as are due and may be in flight. */
    Reads take(int most, Moment now) {
        PollSchedule next = copy();
        List<Read> reads = new ArrayList<>();
        while (reads.size() < most && next.cycling && next.dueAt() <= now.nanos()) {
            JobSchedule job = next.jobs.first();
            next.jobs = next.jobs.taken(job);
            next.hold = next.hold.probed(hold.probing() ? job.job() : null);
            next.rate = next.rate.asked(now);
            reads.add(new Read(job.job(), job.dueFirst(now.nanos()), hold.probing()));
        }
        return new Reads(next, reads);
    }

    /** When the next read is due, or the next cycle, in nanoseconds; in the past if it is due already. */
    long dueAt() {
        if (!cycling || jobs.isEmpty()) {
            return cycling ? NEVER : beginsAt;
        }
        boolean busy = hold.probing() ? jobs.inFlight() > 0 : jobs.reading() >= rules.source().concurrency();
        boolean alone = jobs.inFlight() > 0 && (jobs.of(LIST).inFlight() || jobs.first().isAlone());
        return busy || alone ? NEVER : Math.max(jobs.due().firstKey().at(), Math.max(hold.end(), rate.allowsAt()));
    }

    /** Whether a resource of a job that is in flight may be asked now: what failed lets others go first. */
    boolean mayRead(String job, String resource, Moment now) {
        long until = jobs.of(job).failures(resource).until();
        return until <= now.nanos() && rate.allows(now) && (until == 0 || jobs.isEmpty() && jobs.inFlight() == 1);
    }

    /** A task that is in flight asks for one more page. */
    PollSchedule asking(Moment now) {
        PollSchedule next = copy();
        next.rate = next.rate.asked(now);
        return next;
    }

    /** What is still to be read of a job in this cycle. */
    List<String> left(String job) {
        return jobs.of(job).left();
    }

    /** A request was answered, but its page is not committed yet. The account may ask for a rest, or not: null. */
    PollSchedule answered(Duration rest, Moment now) {
        PollSchedule next = copy();
        next.hold = hold.answered(rest, now);
        next.giveUpAll(now);
        return next;
    }

    /** Whether what is read next depends on this commit. With a rate a job keeps its place until it is read whole. */
    boolean isToSettle(String job, String resource) {
        return rate.isLimited() || hold.probing() || hold.sinkFailures() > 0 || jobs.of(job).failures().containsKey(resource);
    }

    /** Everything of the job that may be read now was, and is to be confirmed: another may be read in its place. */
    PollSchedule awaiting(String job) {
        PollSchedule next = copy();
        next.jobs = jobs.awaiting(job);
        return next;
    }

    /** A page was read and committed, perhaps the last of its resource, or of the whole job; this is the state after it. */
    PollSchedule read(String job, String resource, boolean last, boolean whole, JobState after, Moment now) {
        PollSchedule next = copy();
        JobSchedule read = jobs.of(job).read(resource, last, whole);
        boolean over = read.left().isEmpty();
        next.hold = hold.committed(job, over);
        if (over) {
            boolean counts = !job.equals(LIST) && !read.counted() && !finished.contains(job);
            next.result = counts ? result.plusRead(1) : result;
            next.finished = finished.plus(job);
            read = read.next(rules.nextAfter(after, cycle, began));
        }
        next.jobs = jobs.with(read);
        return next;
    }

    /** The list was read to its end: the jobs it has shown are read, and what is known of others is forgotten. */
    PollSchedule listed(ListSnapshot shown, States states, Moment now) {
        PollSchedule next = copy();
        next.jobs = jobs.retained(job -> job.equals(LIST) || shown.shows(job));
        shown.watched().forEach(job -> next.add(states.of(job), rules.source().follow(), now));
        next.result = rules.source().follow().isEmpty() ? result.plusRead(shown.watched().size()) : next.result;
        return next;
    }

    /** A request failed. */
    Failed failed(String job, String resource, ProviderException failure, States states, Moment now) {
        PollSchedule next = copy();
        JobSchedule failing = jobs.of(job);
        next.hold = hold.failed();
        Decision decision = rules.decide(failing, resource, failure, next.hold, states.of(job), cycle, now);
        next.hold = next.hold.decided(decision);
        failing = failing.with(resource, decision.failures());
        if (decision.suspends()) {
            failing = rules.isOnce(resource) ? failing : next.counted(failing, rules.name(job) + ": " + failure.getMessage());
            failing = decision.ofAll() ? failing.leaving(List.of()) : failing.without(resource);
            next.result = next.result.plusRead(rules.isOnce(resource) && !failing.counted() && failing.left().isEmpty() ? 1 : 0);
        }
        next.jobs = jobs.with(next.givenUp(failing, now));
        if (job.equals(LIST) && !decision.ofAll()) {
            next.addKnown(states, now);
        }
        next.giveUpAll(now);
        return new Failed(next, decision);
    }

    /** The sink failed: no job's fault. Everything waits, and what was not confirmed is not known. */
    PollSchedule unwritable(String reason, Moment now) {
        PollSchedule next = copy();
        SourceHold failing = hold.unwritable(reason, now.nanos());
        next.hold = failing.heldUntil(now.nanos() + RetryPolicy.sinkWait(failing.sinkFailures(), rules.salt("sink", cycle)));
        next.giveUpAll(now);
        return next;
    }

    /** A task is over, whatever became of it; reported if a page was read, or a request failed. */
    PollSchedule completed(String job, boolean reported, Moment now) {
        PollSchedule next = copy();
        next.hold = hold.probed(null);
        JobSchedule back = next.givenUp(jobs.of(job), now);
        next.jobs = jobs.returned(back);
        if (!back.left().isEmpty()) {
            long due = Math.max(back.due(), reported || hold.end() > now.nanos() ? 0 : now.nanos() + PAUSE);
            // What only waits for the rate goes on before others begin, or every long list would be open at once.
            next.jobs = next.jobs.queued(back.inFlight(false), due == 0 && rate.isLimited() ? BEFORE_ALL : due);
        }
        next.endIfOver(now);
        return next;
    }

    /** What is not due before the cycle has to be over is left for the next one, or for good if this is the only one. */
    private void giveUpAll(Moment now) {
        if (hold.end() <= now.nanos()) {
            return;
        }
        for (String name : jobs.due().values()) {
            JobSchedule before = jobs.of(name);
            JobSchedule after = givenUp(before, now);
            if (after != before) {
                jobs = after.left().isEmpty() ? jobs.unqueued(after) : jobs.queued(after, after.due());
            }
        }
    }

    private JobSchedule givenUp(JobSchedule job, Moment now) {
        List<String> kept = rules.kept(job, hold, began, now);
        return kept.size() == job.left().size() ? job : counted(job.leaving(kept), rules.whyNot(job, kept, hold));
    }

    private JobSchedule counted(JobSchedule job, String reason) {
        result = job.counted() ? result.because(reason) : result.failed(reason);
        return job.asCounted();
    }

    private void endIfOver(Moment now) {
        if (cycling && jobs.isEmpty() && jobs.inFlight() == 0) {
            cycling = false;
            ended++;
            beginsAt = ticked ? now.nanos() : NEVER;
            ticked = false;
        }
    }

    /** How the cycle under way, or the last one, went. */
    CycleResult result() {
        return result;
    }

    /** How many cycles are over. */
    long ended() {
        return ended;
    }

    /** Whether no cycle runs, and none is about to. */
    boolean isIdle() {
        return !cycling && beginsAt == NEVER;
    }

    /** Before which nothing is asked of the source, in nanoseconds. */
    long holdUntil() {
        return hold.end();
    }

    /** What keeps the source, or at least its list of jobs, from being read; null if nothing does. */
    Suspension suspension() {
        return hold.worse(jobs.of(LIST).failures(rules.source().provider().list()).suspension());
    }
}
