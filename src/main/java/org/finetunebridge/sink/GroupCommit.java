package org.finetunebridge.sink;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches of a session that wait for their commit, in the order of their coming, and the commit of as many as one
 * should carry. It is bounded, so that readers cannot run ahead of a slow sink.
 *
 * <p>Batches are committed in order. If a commit fails the session is over, and with it everything that is queued. A
 * batch that can never be written fails by itself, together with those that were compared with its states.
 *
 * <p>Any thread may {@link #offer}; {@link #begin}, {@link #commitNext} and {@link #end} are for one thread at a time.
 */
final class GroupCommit {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    /** Pages in one commit, and bytes of their events; measured in docs/decisions/performance.md. */
    static final int GROUP = 50;
    private static final int GROUP_BYTES = 4 * 1024 * 1024;
    /** Pages that are queued, or in the commit under way; one that is larger by itself is queued alone. */
    static final int LONGEST = 150;
    private static final int MOST_BYTES = 8 * 1024 * 1024;

    private final Sink sink;
    private final Consumer<Batch> safe;
    private final int largest;
    private final int longest;
    private final Deque<Batch> waiting;
    /** As large as it ever gets, and made before memory is short. */
    private final List<Batch> group;
    private SinkSession session;
    private int pages;
    private long bytes;

    /**
     * @param safe    called with every batch once it is committed, before its confirmation says so
     * @param largest batches in one commit
     * @param longest batches that are queued, or in the commit under way
     */
    GroupCommit(Sink sink, Consumer<Batch> safe, int largest, int longest) {
        this.sink = sink;
        this.safe = safe;
        this.largest = largest;
        this.longest = longest;
        this.waiting = new ArrayDeque<>(longest);
        this.group = new ArrayList<>(largest);
    }

    /** Batches of this session are queued from now on. */
    synchronized void begin(SinkSession begun) {
        session = begun;
    }

    /**
     * Queues a batch: its states are pending from here on.
     *
     * @param suspension why there is no session, if there is none; may be null
     * @return whether there is room for it
     * @throws SinkUnavailableException if it was compared with the state of another session than the one that is open
     * @throws EventRejectedException   if it builds upon a batch that can never be written
     */
    synchronized boolean offer(Batch batch, RuntimeException suspension) {
        if (session == null || batch.session() != session) {
            throw new SinkUnavailableException("the page was compared with a state that is no longer certain", suspension);
        }
        RuntimeException lost = batch.confirmation().failureOfBasis();
        if (lost != null) {
            throw lost;
        }
        int size = batch.bytes();
        if (pages > 0 && (pages >= longest || bytes + size > MOST_BYTES)) {
            return false;
        }
        waiting.add(batch);
        pages++;
        bytes += size;
        session.queue(batch);
        batch.confirmation().queued();
        return true;
    }

    /** Whether nothing is queued, and no commit is under way. */
    synchronized boolean isEmpty() {
        return pages == 0;
    }

    synchronized int waiting() {
        return waiting.size();
    }

    /**
     * Commits what waits, as many batches as one commit should carry; those that never can be have failed when this
     * returns.
     *
     * @throws RuntimeException if the session is over: then {@link #end} comes next
     */
    void commitNext() {
        take();
        if (!group.isEmpty()) {
            commit(List.copyOf(group));
        }
    }

    private synchronized void take() {
        int size = 0;
        while (!waiting.isEmpty() && group.size() < largest && size < GROUP_BYTES) {
            Batch first = waiting.poll();
            group.add(first);
            size += first.bytes();
        }
    }

    private void commit(List<Batch> batches) {
        try {
            committed(written(batches));
        } catch (EventRejectedException e) {
            if (batches.size() == 1) {
                reject(batches.get(0), e);
                return;
            }
            for (Batch batch : batches) {
                if (!batch.confirmation().isDone()) {
                    commit(List.of(batch));
                }
            }
        }
    }

    /** One event that can never be written does not keep the others back: it becomes a dead letter. */
    private List<Batch> written(List<Batch> batches) {
        List<Batch> rest = batches;
        while (true) {
            try {
                sink.write(rest);
                return rest;
            } catch (EventRejectedException e) {
                rest = without(e, rest);
            }
        }
    }

    private static List<Batch> without(EventRejectedException why, List<Batch> batches) {
        List<Batch> rest = new ArrayList<>(batches);
        for (int at = 0; at < rest.size(); at++) {
            Batch less = rest.get(at).without(why);
            if (less != null) {
                rest.set(at, less);
                return rest;
            }
        }
        throw why;
    }

    /** Who counts what is published has counted a batch before its confirmation says so. */
    private void committed(List<Batch> batches) {
        batches.forEach(session::confirm);
        try {
            batches.forEach(safe);
        } finally {
            List<Runnable> listeners = batches.stream().map(batch -> batch.confirmation().committed()).toList();
            forgetDone();
            listeners.forEach(GroupCommit::run);
        }
    }

    /** A batch that can never be written takes with it those that were compared with its states, and no others. */
    private void reject(Batch batch, EventRejectedException why) {
        List<Runnable> listeners = new ArrayList<>();
        synchronized (this) {
            listeners.add(batch.confirmation().failed(why));
            for (Batch other : queued()) {
                RuntimeException lost = other.confirmation().failureOfBasis();
                if (lost != null) {
                    listeners.add(other.confirmation().failed(lost));
                }
            }
            forgetDone();
            session.requeue(queued());
        }
        listeners.forEach(GroupCommit::run);
    }

    private List<Batch> queued() {
        List<Batch> all = new ArrayList<>(group);
        all.addAll(waiting);
        return all;
    }

    private synchronized void forgetDone() {
        group.removeIf(batch -> batch.confirmation().isDone());
        waiting.removeIf(batch -> batch.confirmation().isDone());
        pages = group.size() + waiting.size();
        bytes = pages == 0 ? 0 : queued().stream().mapToLong(Batch::bytes).sum();
    }

    /** The session is over, and with it everything that is queued: nobody may wait for one of them for ever. */
    void end(RuntimeException why) {
        for (Batch batch = endNext(); batch != null; batch = endNext()) {
            run(batch.confirmation().failed(why));
        }
    }

    /** Takes no memory, which may be what is short. */
    private synchronized Batch endNext() {
        if (session != null) {
            session.forgetPending();
            session = null;
        }
        pages = 0;
        bytes = 0;
        return group.isEmpty() ? waiting.poll() : group.remove(0);
    }

    private static void run(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException | Error e) {
            LOG.error("a fault of the bridge", e);
        }
    }
}
