package org.finetunebridge.sink;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Group commit in front of a sink. While one commit runs, pages wait; the next takes all that wait, of any job. There
 * is no timer: an idle bridge commits at once.
 */
public final class Publisher implements AutoCloseable {

    private final Sink sink;
    private final ReentrantLock one = new ReentrantLock();
    private final GroupCommit pages;
    private final List<Consumer<Batch>> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<InstanceFencedException> fenced = new CompletableFuture<>();
    private volatile SinkSession session;
    private volatile RuntimeException suspension;
    private final RuntimeException fault = new SinkUnavailableException("a fault of the bridge", null);
    private boolean closed;

    /** @param sink opened when first needed */
    public Publisher(Sink sink) {
        this.sink = sink;
        this.pages = new GroupCommit(sink, this::safe);
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
     * Commits a page. Returns when its events are published and remembered.
     *
     * @throws SinkUnavailableException     if it is not known whether they are: forget the page and read it again
     * @throws EventRejectedException if the page can never be written
     * @throws InstanceFencedException   if another instance took over
     */
    public void publish(Batch batch) {
        if (batch.isEmpty()) {
            return;
        }
        GroupCommit.Page mine = pages.add(batch);
        one.lock();
        try {
            while (!mine.isDone()) {
                commitNext();
            }
        } finally {
            one.unlock();
        }
        mine.requireCommitted();
    }

    /** Whatever is thrown, each page that was taken is done afterwards: nobody may wait for one for ever. */
    private void commitNext() {
        RuntimeException why = fault;
        try {
            pages.take();
            pages.commit(session, suspension);
        } catch (RuntimeException | Error e) {
            why = over(e);
        } finally {
            pages.end(why);
        }
    }

    private void safe(Batch batch) {
        batch.states().forEach(session::remember);
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
        one.lock();
        try {
            closed = true;
            session = null;
            sink.close();
        } finally {
            one.unlock();
        }
    }
}
