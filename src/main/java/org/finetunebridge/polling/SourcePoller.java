package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.Suspension;

/**
 * When what is read of one source. A sweep reads the account's list, then every job that is due; what fails is tried
 * again within the sweep as long as patience lasts. What workers change together is behind the lock of this object.
 */
public final class SourcePoller {

    private final SourceSettings source;
    private final Publisher publisher;
    private final RetryBudget patience;
    private final InstantSource clock;
    private final long jitter;
    private final SessionProvider opening;
    private final SourceHold hold;
    private final PollCycle plan;
    private final PollCoordinator conduct;
    private final CompositePollListener audience = new CompositePollListener();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Set<PollTask> inFlight = new HashSet<>();
    private Instant cycleAt;
    private boolean cycling;
    private boolean tickedMeanwhile;
    private volatile Instant cycleEnded;
    private volatile Runnable dueListener = () -> { };
    private volatile boolean stopping;

    /**
     * @param patience how long a sweep keeps at what fails
     * @param random   of jitter
     */
    public SourcePoller(SourceSettings source, Publisher publisher, RetryBudget patience, InstantSource clock,
            RandomGenerator random) {
        this.source = source;
        this.publisher = publisher;
        this.patience = patience;
        this.clock = clock;
        this.jitter = random.nextLong(source.period().toMillis() / 10 + 1);
        var backoff = new Backoff(random);
        var retries = new RetryPolicy(backoff);
        this.opening = new SessionProvider(source, publisher, patience, clock, backoff);
        this.hold = new SourceHold(source.listsJobs());
        this.plan = new PollCycle(source, patience, retries);
        this.conduct = new PollCoordinator(source, clock, audience, retries, new SinkOutage(backoff), hold, plan);
    }

    /** Whose watch this is. */
    public SourceSettings source() {
        return source;
    }

    /** How the sweep under way, or the last one, went. */
    public CycleResult tally() {
        return conduct.tally();
    }

    /** Adds somebody who is told how polls go. */
    public void onPoll(PollListener onlooker) {
        audience.add(onlooker);
    }

    /** What keeps the source, or at least its list of jobs, from being read; null if nothing does. */
    public synchronized Suspension suspension() {
        return hold.suspension();
    }

    /** Before which nothing is asked; in the past if nothing keeps the source from it. */
    public synchronized Instant suspendedUntil() {
        return hold.until();
    }

    /** When the sweep under way, or the last one, began. */
    public synchronized Instant began() {
        return plan.began();
    }

    /**
     * A little while, so that sources of one period do not all ask at once; milliseconds. The same for every sweep after
     * the first: if it changed, two sweeps would at times be further apart than the period.
     */
    public long jitter() {
        return patience.all() || plan.isNew() ? 0 : jitter;
    }

    /** Who is told that more may be due than was known; called without any lock of this object. */
    void onDue(Runnable listener) {
        dueListener = listener;
    }

    /** It is time for a cycle. While one runs, the next begins when it is over; however often, it is one. */
    public void tick() {
        synchronized (this) {
            if (cycling || cycleAt != null) {
                tickedMeanwhile = true;
            } else {
                cycleAt = clock.instant().plusMillis(jitter());
            }
        }
        dueListener.run();
    }

    /** As many tasks as are due and may be in flight; each is given back by {@link #completed}. */
    public List<PollTask> takeDue() {
        return takeDue(Integer.MAX_VALUE);
    }

    /** The same, of so many at most. */
    List<PollTask> takeDue(int most) {
        if (isToBegin()) {
            SinkSession session = opening.session(this);
            synchronized (this) {
                conduct.begin(session);
            }
        }
        List<PollTask> due;
        boolean ended;
        synchronized (this) {
            Instant now = clock.instant();
            int free = Math.min(most, source.concurrency() - inFlight.size());
            due = stopping || free <= 0 || hold.isOn(now) ? List.of()
                    : plan.sweep().due(now).stream().filter(task -> !inFlight.contains(task)).limit(free).toList();
            inFlight.addAll(due);
            ended = isOver();
        }
        if (ended) {
            end();
        }
        return due;
    }

    private synchronized boolean isToBegin() {
        boolean begins = !stopping && cycleAt != null && !cycleAt.isAfter(clock.instant());
        if (begins) {
            cycleAt = null;
            cycling = true;
        }
        return begins;
    }

    /** The task was read as far as it could be, or failed: another may take its place. */
    public void completed(PollTask task) {
        boolean ended;
        synchronized (this) {
            inFlight.remove(task);
            ended = isOver();
        }
        if (ended) {
            end();
        }
        dueListener.run();
    }

    /** Whether no cycle runs, and none is about to. */
    public synchronized boolean isIdle() {
        return !cycling && cycleAt == null || stopping;
    }

    /** Nanoseconds until something is due; {@link Long#MAX_VALUE} if that depends on what is in flight, or on a tick. */
    public synchronized long nanosUntilDue() {
        Instant now = clock.instant();
        if (stopping || cycling && inFlight.size() >= source.concurrency()) {
            return Long.MAX_VALUE;
        }
        if (!cycling) {
            return cycleAt == null ? Long.MAX_VALUE : nanos(now, cycleAt);
        }
        Instant next = plan.sweep().next(task -> !inFlight.contains(task));
        return next == null ? Long.MAX_VALUE : nanos(now, PollQueue.later(next, hold.until()));
    }

    /** Instants of the clock have no more than milliseconds on some systems: rather a little late than in vain. */
    private static long nanos(Instant now, Instant then) {
        return then.isAfter(now) ? Duration.between(now, then).toNanos() + 1_000_000 : 0;
    }

    /** Before a page is read: against which memory, and whether at all. */
    public void ready(PollTask poll) {
        admit();
        poll.ready(publisher.session());
        poll.listing(plan.listing());
    }

    /** Before a request goes out: lets nothing through while the account is asked to wait. */
    public void admit() {
        if (stopping || isHeld()) {
            throw new PollPostponedException();
        }
    }

    /** A page was read, and what was new in it is told. */
    public synchronized void passed(PollTask poll) {
        conduct.passed(poll);
    }

    /** A request failed: decides, and returns what there is to remember and to tell of it. */
    synchronized RetryPolicy.Verdict failed(PollTask poll, ProviderException failure) {
        return conduct.failed(poll, failure);
    }

    /** A request failed: the batch to publish about it, which may be empty. */
    public Batch failed(PollTask poll, ProviderException failure, ChangeDetector detector) {
        RetryPolicy.Verdict verdict = failed(poll, failure);
        return detector.failed(poll, verdict, failure, keepsAt(poll), clock.instant());
    }

    /** Whether the job is tried again within this sweep. */
    synchronized boolean keepsAt(PollTask poll) {
        return plan.sweep().has(poll.getJob());
    }

    /** The sink failed: nobody's fault here. Everything waits. */
    public synchronized void sinkFailed(SinkUnavailableException lost) {
        conduct.sinkFailed(lost);
    }

    private boolean isOver() {
        boolean over = cycling && inFlight.isEmpty() && plan.sweep().isEmpty();
        if (over) {
            cycling = false;
            cycleEnded = clock.instant();
            cycleAt = tickedMeanwhile ? cycleEnded : null;
            tickedMeanwhile = false;
        }
        return over;
    }

    /** When the last cycle ended, UTC; null before. */
    public Instant cycleEnded() {
        return cycleEnded;
    }

    /** The cycle is over. */
    private void end() {
        audience.swept(tally());
        ended.countDown();
    }

    /** Waits for the end of the first sweep. */
    public void awaitFirstSweep() throws InterruptedException {
        ended.await();
    }

    /** Ends the sweep at the next page. */
    public void stop() {
        stopping = true;
        ended.countDown();
        dueListener.run();
    }

    public boolean isStopping() {
        return stopping;
    }

    private synchronized boolean isHeld() {
        return hold.isOn(clock.instant());
    }
}
