package org.finetunebridge.sink;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Group commit in front of a sink. Whoever publishes a page goes on at once: pages are queued, one thread commits them in
 * order, and each commit takes what waits, of any job. There is no timer: an idle bridge commits at once.
 */
public final class Publisher implements AutoCloseable {

    private static final long IDLE_SECONDS = 5;
    private static final Duration LONGEST_FINISH = Duration.ofSeconds(5);
    private final Sink sink;
    /** Held while the sink is used. Fair, for a committer that is always busy must not keep others out. */
    private final ReentrantLock one = new ReentrantLock(true);
    private final GroupCommit queue;
    private final Executor committer;
    private final AtomicBoolean awake = new AtomicBoolean();
    private final List<Consumer<Batch>> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<InstanceFencedException> fenced = new CompletableFuture<>();
    private volatile SinkSession session;
    private volatile RuntimeException suspension;
    private boolean closed;

    /** @param sink opened when first needed */
    public Publisher(Sink sink) {
        this(sink, newCommitter());
    }

    /** @param committer runs one task at a time, and may be late */
    public Publisher(Sink sink, Executor committer) {
        this(sink, committer, GroupCommit.GROUP, GroupCommit.LONGEST);
    }

    Publisher(Sink sink, Executor committer, int largest, int longest) {
        this.sink = sink;
        this.committer = committer;
        this.queue = new GroupCommit(sink, this::safe, largest, longest);
    }

    /** One thread, which ends when there is nothing to commit for a while. */
    private static Executor newCommitter() {
        return new ThreadPoolExecutor(0, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            var thread = new Thread(work, "committer");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * The session to hold pages against. Ask before every page.
     *
     * @throws SinkUnavailableException   if the sink cannot be opened now
     * @throws InstanceFencedException if another instance has it
     */
    public SinkSession session() {
        SinkSession current = session;
        return current != null ? current : open();
    }

    /** Who waited while somebody else's attempt failed shares its failure, or a stop would wait for all of them. */
    private SinkSession open() {
        RuntimeException before = suspension;
        one.lock();
        try {
            if (closed) {
                throw new SinkUnavailableException("the bridge has stopped", null);
            }
            if (session == null && suspension != before) {
                throw suspension;
            }
            if (session == null) {
                session = new SinkSession(sink.open());
                queue.begin(session);
                suspension = null;
            }
            return session;
        } catch (RuntimeException | Error e) {
            throw over(e);
        } finally {
            one.unlock();
        }
    }

    /**
     * Queues a page to be committed, after those that were queued before; waits while the queue is full. Its
     * confirmation says when it is committed. A batch without one is waited for: it is committed when this returns.
     *
     * @throws SinkUnavailableException if it is not committed, or will not be, as far as is known: forget the page and
     *                                  read it again
     * @throws EventRejectedException   if the page can never be written, or one that it builds upon
     * @throws InstanceFencedException  if another instance took over
     */
    public void publish(Batch batch) {
        if (batch.isEmpty()) {
            if (batch.confirmation() != null) {
                batch.confirmation().queued();
                batch.confirmation().committed().run();
            }
        } else if (batch.confirmation() != null) {
            queue(batch);
        } else {
            var confirmation = new Confirmation(null);
            queue(batch.confirming(confirmation));
            settle(confirmation);
            if (confirmation.failure() != null) {
                throw confirmation.failure();
            }
        }
    }

    private void queue(Batch batch) {
        try {
            while (!queue.offer(batch, suspension)) {
                commitNext();
            }
        } catch (Error e) {
            one.lock();
            try {
                throw over(e);
            } finally {
                one.unlock();
            }
        }
        if (awake.compareAndSet(false, true)) {
            try {
                committer.execute(this::commitAll);
            } catch (RuntimeException | Error e) {
                awake.set(false);
                commitNext();
            }
        }
    }

    private void commitAll() {
        awake.set(false);
        while (!queue.isEmpty()) {
            commitNext();
        }
    }

    /** Whatever fails, what was queued has failed with it afterwards: nobody may wait for ever. */
    private void commitNext() {
        one.lock();
        try {
            queue.commitNext();
        } catch (RuntimeException | Error e) {
            over(e);
        } finally {
            one.unlock();
        }
    }

    /**
     * Waits until it is known what became of a batch, and everybody who is told of it has been. Whoever waits commits
     * what is before it in the queue.
     *
     * @param confirmation of the batch; null for none
     */
    public void settle(Confirmation confirmation) {
        if (confirmation == null) {
            return;
        }
        one.lock();
        try {
            while (!confirmation.isDone()) {
                if (queue.isEmpty()) {
                    throw new IllegalStateException("a batch that is not queued is never committed");
                }
                commitNext();
            }
        } finally {
            one.unlock();
        }
    }

    /** Commits what is queued. Returns when that is done, or after so long. */
    public void finish(Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        try {
            while (!queue.isEmpty() && end > System.nanoTime()
                    && one.tryLock(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                try {
                    commitNext();
                } finally {
                    one.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void safe(Batch batch) {
        listeners.forEach(listener -> listener.accept(batch));
    }

    /** The session is over. What no sink should throw is no page's fault either: the page is read again. */
    private RuntimeException over(Throwable e) {
        RuntimeException why = e instanceof SinkUnavailableException || e instanceof InstanceFencedException
                ? (RuntimeException) e : new SinkUnavailableException("a fault of the bridge: " + e, e);
        session = null;
        suspension = why;
        try {
            sink.close();
        } catch (RuntimeException | Error x) {
            why.addSuppressed(x);
        }
        if (why instanceof InstanceFencedException end) {
            fenced.complete(end);
        }
        queue.end(why);
        return why;
    }

    /**
     * Uses the sink between two commits, never beside one. Commits wait meanwhile, so the work should be short. A
     * failure of the work ends no session by itself.
     *
     * @param work what to do with the sink; it may be closed, and must not be closed by the work
     * @throws SinkUnavailableException if the bridge has stopped
     */
    public <T> T exclusively(Function<Sink, T> work) {
        one.lock();
        try {
            if (closed) {
                throw new SinkUnavailableException("the bridge has stopped", null);
            }
            return work.apply(sink);
        } finally {
            one.unlock();
        }
    }

    /**
     * The dead letters, as events in JSON, oldest first. Safe to call while the bridge runs: a failure leaves the
     * session as it is.
     *
     * @throws SinkUnavailableException if they cannot be read, or the bridge has stopped
     */
    public List<String> deadLetters() {
        return exclusively(Sink::deadLetters);
    }

    /**
     * The events that were written last, by whatever run, the oldest first. Safe to call while the bridge runs.
     *
     * @param most bytes that are read
     * @return whole events in JSON; none if the sink cannot give them back
     * @throws SinkUnavailableException if they cannot be read, or the bridge has stopped
     * @throws InstanceFencedException  if another instance took over
     */
    public List<byte[]> newest(int most) {
        return exclusively(sink -> sink.newest(most));
    }

    /**
     * Takes dead letters out of the store, between two commits. The session must be open.
     *
     * @param gone which, as events in JSON
     * @throws SinkUnavailableException if it is not certain that they are gone; then the session is over
     * @throws InstanceFencedException  if another instance took over
     */
    public void removeDeadLetters(Predicate<String> gone) {
        exclusively(open -> {
            try {
                open.removeDeadLetters(gone);
                return null;
            } catch (RuntimeException | Error e) {
                throw over(e);
            }
        });
    }

    /** Adds a listener, which gets every batch once it is committed, on the thread that committed it. */
    public void onCommit(Consumer<Batch> listener) {
        listeners.add(listener);
    }

    /** Completed when another instance takes over: nothing will be published any more. */
    public CompletableFuture<InstanceFencedException> fenced() {
        return fenced;
    }

    /** What is remembered, as far as it is known now; null while the sink is not open. */
    public SinkSession remembered() {
        return session;
    }

    /** What keeps the sink from being written, or null. For health. */
    public RuntimeException suspension() {
        return suspension;
    }

    /** For good: who is late must not take the lock that another instance may have by now. */
    @Override
    public void close() {
        finish(LONGEST_FINISH);
        one.lock();
        try {
            closed = true;
            session = null;
            queue.end(new SinkUnavailableException("the bridge has stopped", null));
            sink.close();
            sink.resign();
        } finally {
            one.unlock();
        }
        if (committer instanceof ExecutorService threads) {
            threads.shutdown();
        }
    }
}
