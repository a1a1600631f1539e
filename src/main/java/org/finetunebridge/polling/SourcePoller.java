package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.finetunebridge.polling.PollAction.Failed;
import org.finetunebridge.polling.PollAction.Read;
import org.finetunebridge.polling.PollAction.Reads;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
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
    private final List<PollListener> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch firstCycle = new CountDownLatch(1);
    private final OpenTasks tasks = new OpenTasks();
    private ListSnapshot listing = new ListSnapshot(true);
    private boolean opening;
    private volatile PollSchedule schedule;
    private volatile Instant began = Instant.EPOCH;
    private volatile Instant cycleEnded;
    private volatile Runnable dueListener = () -> { };
    /** What the sink failed with, as the log says already; null after a cycle without a failure. */
    private String sinkFailure;
    private volatile boolean stopping;

    /**
     * @param budget how long a cycle keeps at what fails
     * @param clock  if it is no {@link PollClock}, waits go by this machine's
     * @param random of jitter
     */
    public SourcePoller(SourceSettings source, Publisher publisher, RetryBudget budget, InstantSource clock,
            RandomGenerator random) {
        this.source = source;
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
    public List<PollTask> takeDue() {
        return takeDue(Integer.MAX_VALUE);
    }

    /** The same, of so many at most. */
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
            return taken.reads().stream().map(this::task).toList();
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
            return;
        } finally {
            begin(session, reason);
        }
    }

    private void begin(SinkSession session, String reason) {
        PollSchedule before;
        synchronized (this) {
            opening = false;
            before = schedule;
            if (!stopping) {
                Moment now = clock.now();
                began = now.wall();
                listing = new ListSnapshot(true);
                tasks.beginCycle();
                schedule = session == null ? schedule.unopened(String.valueOf(reason), now)
                        : schedule.begun(PollAction.states(session, source.name()), now);
            }
        }
        announceEnd(before);
    }

    /** A task that was left is gone on with, if it is of what is to be read now. */
    private PollTask task(Read read) {
        PollTask task = tasks.left(read);
        if (task == null) {
            task = new PollTask(source.name(), read.job(), read.resources(), source.provider().ways());
            DeferredEnd shown = listing.ending(read.job());
            SinkSession session = publisher.remembered();
            DeferredEnd deferred = session == null ? null : DeferredEnd.of(session.of(source.name(), read.job()));
            task.ending(deferred == null || shown == null ? deferred : shown);
        }
        tasks.begin(read, task);
        return task;
    }

    /** Nanoseconds until something is due; {@link Long#MAX_VALUE} if that depends on what is in flight, or on a tick. */
    public long nanosUntilDue() {
        long at = schedule.dueAt();
        return at == PollSchedule.NEVER || stopping ? Long.MAX_VALUE : Math.max(0, at - clock.nanos());
    }

    /** Before a page is read: with which state it is compared, and whether at all. */
    public void ready(PollTask poll) {
        if (stopping || schedule.holdUntil() > clock.nanos()) {
            throw new PollPostponedException();
        }
        poll.ready(publisher.session());
        synchronized (this) {
            poll.listing(listing);
            tasks.reading(poll);
        }
    }

    /** A page was read, and what was new in it is committed. */
    public void passed(PollTask poll) {
        Duration rest = poll.getAttempt().rest();
        synchronized (this) {
            poll.published();
            Moment now = clock.now();
            String resource = tasks.reported(poll);
            boolean whole = !poll.isReading();
            boolean finished = whole || !poll.getResource().equals(resource);
            schedule = schedule.read(poll.getJob(), resource, finished, whole, rest,
                    poll.session().of(source.name(), poll.getJob()), now);
            if (whole && poll.isList()) {
                schedule = schedule.listed(listing, PollAction.states(poll.session(), source.name()), now);
            } else if (!whole && schedule.mayRead(poll.getJob(), poll.getResource(), now)) {
                schedule = schedule.asking(now);
            } else if (!whole) {
                poll.pause();
            }
        }
        int known = poll.takeKnown();
        listeners.forEach(listener -> listener.read(known, poll.getAttempt().took()));
        if (schedule.left(poll.getJob()).isEmpty()) {
            listeners.forEach(listener -> listener.jobRead(poll.getJob()));
        }
        if (rest != null) {
            listeners.forEach(listener -> listener.deferred(suspendedUntil()));
        }
    }

    /** A request failed in a way that it is made again, at once and asked otherwise. */
    public synchronized void asksAgain(PollTask poll) {
        tasks.reported(poll);
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
            batch = detector.failed(poll, failed.decision(), failure, !schedule.left(poll.getJob()).isEmpty(),
                    now.wall());
            poll.leave(schedule.left(poll.getJob()).contains(resource));
        }
        listeners.forEach(listener -> listener.failed(failure, poll.getAttempt().took()));
        if (failed.decision().ofAll()) {
            listeners.forEach(listener -> listener.deferred(suspendedUntil()));
        }
        if (failed.decision().suspends()) {
            LOG.warn("{}: {}; suspended until {}", poll, failure.getMessage(), failed.decision().suspension().until());
        }
        return batch;
    }

    /** The sink failed: no job's fault. Everything waits. */
    public void sinkFailed(SinkUnavailableException lost) {
        synchronized (this) {
            if (!lost.getMessage().equals(sinkFailure)) {
                LOG.warn("{}: nothing can be written, tried again later: {}", source.name(), lost.getMessage());
                sinkFailure = lost.getMessage();
            }
            schedule = schedule.unwritable(lost.getMessage(), clock.now());
        }
    }

    /** The task was read as far as it could be, or failed: another may take its place. */
    public void completed(PollTask task) {
        PollSchedule before;
        synchronized (this) {
            before = schedule;
            schedule = schedule.completed(task.getJob(), tasks.end(task), clock.now());
        }
        announceEnd(before);
        dueListener.run();
    }

    private void announceEnd(PollSchedule before) {
        PollSchedule after = schedule;
        if (after.ended() > before.ended()) {
            cycleEnded = clock.instant();
            CycleResult result = after.result();
            synchronized (this) {
                sinkFailure = result.failed() == 0 ? null : sinkFailure;
            }
            listeners.forEach(listener -> listener.cycleEnded(result));
            firstCycle.countDown();
        }
    }

    /** Whether no cycle runs, and none is about to. */
    public boolean isIdle() {
        return stopping || schedule.isIdle();
    }

    /** Waits for the end of the first cycle. */
    public void awaitFirstCycle() throws InterruptedException {
        firstCycle.await();
    }

    /** Ends the cycle at the next page. */
    public void stop() {
        stopping = true;
        firstCycle.countDown();
        dueListener.run();
    }

    /** Whether it is stopped. */
    public boolean isStopping() {
        return stopping;
    }
}
