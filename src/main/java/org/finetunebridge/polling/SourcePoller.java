package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import org.finetunebridge.polling.PollAction.Failed;
import org.finetunebridge.polling.PollAction.Read;
import org.finetunebridge.polling.PollAction.Reads;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.polling.UnconfirmedPages.Page;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Confirmation;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.Suspension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one source as its {@link PollSchedule} says: owns the lock, the tasks and the clock, and decides nothing. Safe for
 * threads; what only looks at it takes no lock.
 */
public final class SourcePoller {

    private static final Logger LOG = LoggerFactory.getLogger(SourcePoller.class);

    private final SourceSettings source;
    private final Publisher publisher;
    private final PollClock clock;
    private final PollListeners listeners = new PollListeners();
    private final OpenTasks tasks;
    private boolean opening;
    private volatile PollSchedule schedule;
    private volatile Instant began = Instant.EPOCH;
    private volatile Instant cycleEnded;
    private long announced;
    private volatile Runnable dueListener = () -> { };
    /** What the sink failed with, as the log says already; null after a cycle without a failure. */
    private String sinkFailure;
    private Throwable lastLoss;
    private volatile boolean stopping;

    /**
     * @param budget how long a cycle keeps at what fails
     * @param clock  if it is no {@link PollClock}, waits go by this machine's
     * @param random of jitter
     */
    public SourcePoller(SourceSettings source, Publisher publisher, RetryBudget budget, InstantSource clock,
            RandomGenerator random) {
        this.source = source;
        this.tasks = new OpenTasks(source);
        this.publisher = publisher;
        this.clock = PollClock.of(clock);
        this.schedule = new PollSchedule(new PollRules(source, budget, random.nextLong()));
    }

    /** What is read. */
    public SourceSettings source() {
        return source;
    }

    /** How the cycle under way, or the last one, went. */
    public CycleResult result() {
        return schedule.result();
    }

    /** Adds a listener to how polls go. */
    public void onPoll(PollListener listener) {
        listeners.add(listener);
    }

    /** What keeps the source, or at least its list of jobs, from being read; null if nothing does. */
    public Suspension suspension() {
        return schedule.suspension();
    }

    /** Before which nothing is asked, UTC; in the past if nothing keeps the source from it. */
    public Instant suspendedUntil() {
        Moment now = clock.now();
        long wait = schedule.holdUntil() - now.nanos();
        return wait > 0 ? now.wall().plusNanos(wait) : Instant.EPOCH;
    }

    /** When the cycle under way, or the last one, began, UTC. */
    public Instant began() {
        return began;
    }

    /** When the last cycle ended, UTC; null before. */
    public Instant cycleEnded() {
        return cycleEnded;
    }

    /** The listener is called when more may be due than was known, without any lock of this object. */
    void onDue(Runnable listener) {
        dueListener = listener;
    }

    /** It is time for a cycle. While one runs, the next begins when it is over; however often, it is one. */
    public void tick() {
        synchronized (this) {
            schedule = schedule.ticked(clock.now());
        }
        dueListener.run();
    }

    /** As many tasks as are due and may be in flight; each is given back by {@link #completed}. Opens the sink if need be. */
    List<PollTask> takeDue(int most) {
        if (isToOpen()) {
            open();
        }
        synchronized (this) {
            if (stopping || opening) {
                return List.of();
            }
            Reads taken = schedule.take(most, clock.now());
            schedule = taken.schedule();
            SinkSession session = publisher.remembered();
            return taken.reads().stream().map(read -> tasks.begin(read, session)).toList();
        }
    }

    private synchronized boolean isToOpen() {
        boolean opens = !stopping && !opening && schedule.isBeginning(clock.now());
        opening |= opens;
        return opens;
    }

    /** Without a sink that can be written nothing is read, so that nothing piles up. */
    private void open() {
        SinkSession session = null;
        String reason = null;
        try {
            session = publisher.session();
        } catch (SinkUnavailableException e) {
            LOG.warn("{}: nothing is read while nothing can be written: {}", source.name(), e.getMessage());
            reason = e.getMessage();
        } catch (InstanceFencedException e) {
            LOG.error("{}: stopped: {}", source.name(), e.getMessage());
            stop();
        }
        begin(session, reason);
        announceEnd();
    }

    private synchronized void begin(SinkSession session, String reason) {
        opening = false;
        if (!stopping) {
            Moment now = clock.now();
            began = now.wall();
            tasks.beginCycle();
            schedule = session == null ? schedule.unopened(String.valueOf(reason), now)
                    : schedule.begun(PollAction.states(session, source.name()), now);
        }
    }

    /** Nanoseconds until something is due; {@link Long#MAX_VALUE} if that depends on what is in flight, or on a tick. */
    public long nanosUntilDue() {
        long at = schedule.dueAt();
        return at == PollSchedule.NEVER || stopping ? Long.MAX_VALUE : Math.max(0, at - clock.nanos());
    }

    /** Before a page is read: with which state it is compared, and whether at all. Throws why pages of the task are lost. */
    public void ready(PollTask poll) {
        if (stopping || schedule.holdUntil() > clock.nanos()) {
            throw new PollPostponedException();
        }
        SinkSession session = publisher.session();
        synchronized (this) {
            // Whoever opened another session has reported before that the pages of the last one are lost.
            tasks.reading(poll, session);
        }
    }

    /** A page was read, and what was new in it is queued to be committed: the next page may be read. */
    public void passed(PollTask poll) {
        Duration rest = poll.getAttempt().rest();
        boolean waits;
        Confirmation confirmation;
        synchronized (this) {
            String resource = tasks.reported(poll);
            confirmation = poll.queued(resource);
            schedule = schedule.answered(rest, clock.now());
            waits = schedule.isToSettle(poll.getJob(), resource);
        }
        confirmation.whenDone(() -> settled(poll));
        if (waits) {
            publisher.settle(confirmation);
        }
        synchronized (this) {
            Moment now = clock.now();
            if (poll.isReading() && schedule.mayRead(poll.getJob(), poll.getResource(), now)) {
                schedule = schedule.asking(now);
            } else if (poll.isReading()) {
                poll.pause();
            }
        }
        if (rest != null) {
            listeners.deferred(suspendedUntil());
        }
    }

    /** A request failed in a way that it is made again, at once and asked otherwise. */
    public synchronized void asksAgain(PollTask poll) {
        tasks.reported(poll);
    }

    /** It is known what became of pages of the task: what is committed counts as read, what is lost is read again. */
    private void settled(PollTask poll) {
        List<Page> committed;
        boolean whole = false;
        synchronized (this) {
            committed = poll.unconfirmed().takeCommitted();
            for (Page page : committed) {
                schedule = tasks.committed(poll, page, schedule, clock.now());
                whole = schedule.left(poll.getJob()).isEmpty();
            }
        }
        listeners.committed(poll.getJob(), committed, whole);
        end(poll);
    }

    /** A task that was given back is over once nothing of it is unconfirmed. */
    private void end(PollTask poll) {
        RuntimeException lost;
        synchronized (this) {
            if (!tasks.isOver(poll)) {
                return;
            }
            lost = poll.unconfirmed().lost();
            if (lost instanceof SinkUnavailableException sink) {
                poll.unconfirmed().takeLost();
                sinkFailed(sink);
            }
            schedule = schedule.completed(poll.getJob(), tasks.end(poll) && lost == null, clock.now());
        }
        if (lost instanceof InstanceFencedException) {
            LOG.error("{}: {}", poll, lost.getMessage());
            stop();
        }
        announceEnd();
        dueListener.run();
    }

    /** A poll failed: waits for its commits, counts them and rolls back what is lost. Returns why it is; null if nothing is. */
    public RuntimeException rolledBack(PollTask poll) {
        publisher.settle(poll.unconfirmed().last());
        // The committer may not have told yet that a page is committed.
        settled(poll);
        synchronized (this) {
            return poll.rollBack().takeLost();
        }
    }

    /** The account asked for a rest with a failure that counts for nothing else. */
    public synchronized void rests(Duration rest) {
        schedule = schedule.answered(rest, clock.now());
    }

    /** A request failed: the batch to publish about it, which may be empty. */
    public Batch failed(PollTask poll, ProviderException failure, ChangeDetector detector) {
        Failed failed;
        Batch batch;
        Moment now = clock.now();
        synchronized (this) {
            String resource = poll.getResource();
            tasks.reported(poll);
            failed = schedule.failed(poll.getJob(), resource, failure, PollAction.states(poll.session(), source.name()), now);
            schedule = failed.schedule();
            List<String> left = schedule.left(poll.getJob());
            batch = detector.failed(poll, failed.decision(), failure, !left.isEmpty(), now.wall());
            poll.leave(left.contains(resource));
        }
        listeners.failed(failure, poll.getAttempt().took());
        if (failed.decision().ofAll()) {
            listeners.deferred(suspendedUntil());
        }
        if (failed.decision().suspends()) {
            LOG.warn("{}: {}; suspended until {}", poll, failure.getMessage(), failed.decision().suspension().until());
        }
        return batch;
    }

    /** The sink failed: no job's fault. Everything waits. */
    public synchronized void sinkFailed(SinkUnavailableException lost) {
        if (!lost.getMessage().equals(sinkFailure)) {
            LOG.warn("{}: nothing can be written, tried again later: {}", source.name(), lost.getMessage());
            sinkFailure = lost.getMessage();
        }
        // Many tasks lose pages with one failure of the sink.
        Throwable loss = lost.getCause() instanceof SinkUnavailableException ? lost.getCause() : lost;
        if (loss != lastLoss) {
            lastLoss = loss;
            schedule = schedule.unwritable(lost.getMessage(), clock.now());
        }
    }

    /** The task was read as far as it could be, or failed: another may take its place. */
    public void completed(PollTask task) {
        synchronized (this) {
            schedule = schedule.awaiting(task.getJob());
            task.unconfirmed().awaiting(true);
        }
        end(task);
        dueListener.run();
    }

    private void announceEnd() {
        CycleResult result;
        synchronized (this) {
            if (schedule.ended() == announced) {
                return;
            }
            announced = schedule.ended();
            result = schedule.result();
            sinkFailure = result.failed() == 0 ? null : sinkFailure;
            cycleEnded = clock.instant();
        }
        listeners.cycleEnded(result);
    }

    /** Whether no cycle runs, and none is about to. */
    public boolean isIdle() {
        return stopping || schedule.isIdle();
    }

    /** Waits for the end of the first cycle. */
    public void awaitFirstCycle() throws InterruptedException {
        listeners.awaitFirstCycle();
    }

    /** Ends the cycle at the next page. */
    public void stop() {
        stopping = true;
        listeners.waitNoMore();
        dueListener.run();
    }

    /** Whether it is stopped. */
    public boolean isStopping() {
        return stopping;
    }
}
