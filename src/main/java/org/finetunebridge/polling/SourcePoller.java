package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.Suspension;

/**
 * When what is read of one source. A sweep reads the account's list, then every job that is due; what fails is tried
 * again within the sweep as long as patience lasts. What workers change together is behind the lock of this object.
 */
public final class SourcePoller {

    /** How long a stop may go unnoticed. */
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

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

    /** Begins a sweep. Without a sink that can be written nothing is read, so that nothing piles up. */
    public void begin() {
        SinkSession session = opening.session(this);
        synchronized (this) {
            conduct.begin(session);
        }
    }

    /** Whether the sweep is not over. */
    public synchronized boolean isSweeping() {
        return !plan.sweep().isEmpty() && !stopping;
    }

    /** Milliseconds until something is due; never long, so that a stop is noticed. */
    public synchronized long pause() {
        Duration wait = Duration.between(clock.instant(), PollQueue.later(plan.sweep().next(), hold.until()));
        return wait.isNegative() ? 0 : Math.min(LONGEST_PAUSE.toMillis(), wait.toMillis() + 1);
    }

    /** What is due now. */
    public synchronized List<PollTask> due() {
        Instant now = clock.instant();
        return hold.isOn(now) ? List.of() : plan.sweep().due(now);
    }

    /** Whether there is more to read of what is polled. */
    public boolean isReading(@Variable("poll") PollTask poll) {
        return poll.isReading();
    }

    /** Before a page is read: against which memory, and whether at all. What is asked becomes variables of the exchange. */
    public void ready(@Variable("poll") PollTask poll, Exchange exchange) {
        admit();
        poll.ready(publisher.session());
        poll.listing(plan.listing());
        exchange.setVariable("resource", poll.getResource());
        exchange.setVariable("question", poll.question());
    }

    /** Before a request goes out: lets nothing through while the account is asked to wait. */
    public void admit() {
        if (stopping || isHeld()) {
            throw new PollPostponedException();
        }
    }

    /** A page was read, and what was new in it is told. */
    public synchronized void passed(@Variable("poll") PollTask poll) {
        conduct.passed(poll);
    }

    /** A request failed: decides, and returns what there is to remember and to tell of it. */
    synchronized RetryPolicy.Verdict failed(PollTask poll, ProviderException failure) {
        return conduct.failed(poll, failure);
    }

    /** Whether the job is tried again within this sweep. */
    synchronized boolean keepsAt(PollTask poll) {
        return plan.sweep().has(poll.getJob());
    }

    /** The sink failed: nobody's fault here. Everything waits. */
    synchronized void sinkFailed(SinkUnavailableException lost) {
        conduct.sinkFailed(lost);
    }

    /** The sweep is over. */
    public void end() {
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
    }

    boolean isStopping() {
        return stopping;
    }

    private synchronized boolean isHeld() {
        return hold.isOn(clock.instant());
    }
}
