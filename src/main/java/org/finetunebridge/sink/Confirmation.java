package org.finetunebridge.sink;

/**
 * What becomes of a batch that is queued: it is committed, or it never will be. Safe for threads.
 *
 * <p>A batch that was compared with the pending state of another one, its basis, is never committed without it.
 */
public final class Confirmation {

    private Confirmation basis;
    private boolean queued;
    private boolean done;
    private RuntimeException failure;
    private Runnable listener;

    /** @param basis of the batch that was queued last by the same reading; null for none */
    public Confirmation(Confirmation basis) {
        this.basis = basis;
    }

    /** Whether the batch was given to the publisher. */
    public synchronized boolean isQueued() {
        return queued;
    }

    /** Whether it is known what became of the batch. */
    public synchronized boolean isDone() {
        return done;
    }

    /** Why the batch is not committed; null if it is, or if that is not known yet. */
    public synchronized RuntimeException failure() {
        return failure;
    }

    /** Whether the batch is committed. */
    public synchronized boolean isCommitted() {
        return done && failure == null;
    }

    /** Calls the listener, the only one there may be, once: when it is known what became of the batch, or now if it is. */
    public void whenDone(Runnable once) {
        synchronized (this) {
            if (!done) {
                listener = once;
                return;
            }
        }
        once.run();
    }

    synchronized void queued() {
        queued = true;
    }

    /** Why the batch can never be committed, because its basis is not; null if nothing is known against it. */
    RuntimeException failureOfBasis() {
        Confirmation before;
        synchronized (this) {
            before = basis;
        }
        return before == null ? null : before.failure();
    }

    /** It is committed; returns what is to be run once all that depends on it is known. */
    Runnable committed() {
        return end(null);
    }

    /** It is not committed, as far as anybody knows; unless it was known already how it ended. */
    Runnable failed(RuntimeException why) {
        return end(why);
    }

    private synchronized Runnable end(RuntimeException why) {
        Runnable told = done || listener == null ? () -> { } : listener;
        if (!done) {
            done = true;
            failure = why;
            // Or each page of a long list would hold all that came before it.
            basis = null;
            listener = null;
        }
        return told;
    }
}
