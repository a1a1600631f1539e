package org.finetunebridge.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Group commit in front of a sink. While one commit runs, pages wait; the next takes all that wait, of any job. There
 * is no timer: an idle bridge commits at once.
 */
public final class Publisher implements AutoCloseable {

    /** Beyond this a commit takes longer without carrying more a second (measured, docs/decisions/group-commit.md). */
    private static final int PAGES = 25;
    private static final int BYTES = 4 * 1024 * 1024;

    private final Sink sink;
    private final ReentrantLock one = new ReentrantLock();
    private final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private volatile Session session;
    private final List<Consumer<Batch>> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Fenced> fenced = new CompletableFuture<>();
    private volatile RuntimeException trouble;
    private boolean closed;
    private volatile int failures;

    /** @param sink opened when first needed */
    public Publisher(Sink sink) {
        this.sink = sink;
    }

    /**
     * The session to hold pages against. Ask before every page.
     *
     * @throws Lost   if the sink cannot be opened now
     * @throws Fenced if another instance has it
     */
    public Session session() {
        Session current = session;
        return current != null ? current : open();
    }

    /** Who waited while somebody else's attempt failed shares its failure, or a stop would wait for all of them. */
    private Session open() {
        int before = failures;
        one.lock();
        try {
            if (closed) {
                throw new Lost("the bridge has stopped", null);
            }
            if (session == null && failures != before) {
                throw trouble;
            }
            if (session == null) {
                session = new Session(sink.open());
                trouble = null;
            }
            return session;
        } catch (RuntimeException e) {
            throw over(e);
        } finally {
            one.unlock();
        }
    }

    /**
     * Commits a page. Returns when its events are published and remembered.
     *
     * @throws Lost     if it is not known whether they are: forget the page and read it again
     * @throws Rejected if the page can never be written
     * @throws Fenced   if another instance took over
     */
    public void publish(Batch batch) {
        if (batch.isEmpty()) {
            return;
        }
        var mine = new Waiting(batch);
        waiting.add(mine);
        one.lock();
        try {
            while (!mine.done) {
                commit(next());
            }
        } finally {
            one.unlock();
        }
        if (mine.failure != null) {
            throw mine.failure;
        }
    }

    /** Adds somebody who is told of every batch once it is safe, by the thread that committed it. */
    public void onCommit(Consumer<Batch> listener) {
        listeners.add(listener);
    }

    /** Completed when another instance takes over: nothing will be published any more. */
    public CompletableFuture<Fenced> fenced() {
        return fenced;
    }

    /** What is remembered, as far as it is known now; null while the sink is not open. */
    public Session remembered() {
        return session;
    }

    /** What keeps the sink from being written, or null. For health. */
    public RuntimeException trouble() {
        return trouble;
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

    private List<Waiting> next() {
        List<Waiting> group = new ArrayList<>();
        int bytes = 0;
        while (group.size() < PAGES && bytes < BYTES && !waiting.isEmpty()) {
            Waiting first = waiting.remove();
            bytes += first.batch.bytes();
            group.add(first);
        }
        return group;
    }

    private void commit(List<Waiting> group) {
        List<Waiting> current = group.stream().filter(this::isOfThisSession).toList();
        try {
            writeWhatCanBe(current);
        } catch (Rejected e) {
            commitOneByOne(current, e);
        } catch (RuntimeException e) {
            fail(current, over(e));
        } catch (Error e) {
            fail(current, over(new Lost("a fault of the bridge: " + e, e)));
        }
        group.forEach(page -> page.done = true);
    }

    private static void fail(List<Waiting> group, RuntimeException why) {
        group.forEach(page -> page.failure = why);
    }

    private void commitOneByOne(List<Waiting> group, Rejected rejected) {
        if (group.size() == 1) {
            group.get(0).failure = rejected;
        } else {
            group.forEach(page -> commit(List.of(page)));
        }
    }

    /** One event that can never be written does not keep the others back: it becomes a dead letter. */
    private void writeWhatCanBe(List<Waiting> group) {
        while (true) {
            try {
                write(group);
                return;
            } catch (Rejected e) {
                if (group.stream().noneMatch(page -> page.isMended(e))) {
                    throw e;
                }
            }
        }
    }

    private void write(List<Waiting> group) {
        if (!group.isEmpty()) {
            List<Batch> batches = group.stream().map(page -> page.batch).toList();
            sink.write(batches);
            for (Batch batch : batches) {
                batch.memories().forEach(session::remember);
                listeners.forEach(listener -> listener.accept(batch));
            }
        }
    }

    private boolean isOfThisSession(Waiting page) {
        if (page.batch.session() == session) {
            return true;
        }
        page.failure = new Lost("the page was held against a memory that is no longer certain", trouble);
        return false;
    }

    private RuntimeException over(RuntimeException why) {
        session = null;
        if (trouble != why) {
            trouble = why;
            failures++;
        }
        sink.close();
        if (why instanceof Fenced end) {
            fenced.complete(end);
        }
        return why;
    }

    private static final class Waiting {
        private Batch batch;
        private boolean done;
        private RuntimeException failure;

        Waiting(Batch batch) {
            this.batch = batch;
        }

        boolean isMended(Rejected why) {
            Batch mended = batch.without(why);
            batch = mended == null ? batch : mended;
            return mended != null;
        }
    }
}
