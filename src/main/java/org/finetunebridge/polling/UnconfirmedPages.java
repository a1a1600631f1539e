package org.finetunebridge.polling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Confirmation;

/**
 * The pages of one reading that are queued to be committed, oldest first: while they are, the next page is read, and
 * compared with the states that they leave. Pages are confirmed in order. If one is lost, so are all after it.
 *
 * <p>Not safe for threads: the poller guards it, but for the page under way, which only the thread that reads knows.
 */
final class UnconfirmedPages {

    private final Deque<Page> pages = new ConcurrentLinkedDeque<>();
    private Confirmation basis;
    private Batch drafted;
    private RuntimeException lost;
    private boolean awaiting;

    /**
     * One page, and what is to be said of it once it is committed.
     *
     * @param before       where the reading stood when it was asked for
     * @param resource     which of the job's resources it is of
     * @param last         whether it was the last page of its resource
     * @param whole        whether there was nothing more to read of the job
     * @param known        how many of its records were published before
     * @param took         how long the provider took to answer
     * @param confirmation says when it is committed
     */
    record Page(Progress before, String resource, boolean last, boolean whole, int known, Duration took,
            Confirmation confirmation) {}

    /** A page is about to be read: it will be compared with what is pending now. */
    void ready() {
        basis = last();
    }

    /** Of the last page that is not committed; null if there is none. Safe for the thread that reads. */
    Confirmation last() {
        Confirmation last = null;
        for (Page page : pages) {
            last = page.confirmation().isCommitted() ? last : page.confirmation();
        }
        return last;
    }

    /** Of the last page whose states the page under way is compared with; null if all of them are confirmed. */
    Confirmation basis() {
        return basis;
    }

    /** What the page under way comes to. */
    void drafted(Batch batch) {
        drafted = batch;
    }

    /** The page under way was given to the publisher; returns what says when it is committed. */
    Confirmation add(Progress before, String resource, boolean last, boolean whole, int known, Duration took) {
        Confirmation confirmation = drafted.confirmation();
        if (!confirmation.isQueued()) {
            throw new IllegalStateException("the route publish did not hand the page on to the publisher");
        }
        pages.add(new Page(before, resource, last, whole, known, took, confirmation));
        drafted = null;
        return confirmation;
    }

    boolean isEmpty() {
        return pages.isEmpty();
    }

    /** Takes out those that are committed, up to the first that is not. */
    List<Page> takeCommitted() {
        List<Page> committed = new ArrayList<>();
        while (!pages.isEmpty() && pages.peek().confirmation().isCommitted()) {
            committed.add(pages.poll());
        }
        return committed;
    }

    /** Why pages are lost, so that they have to be read again; null if that is not so, or not known yet. */
    RuntimeException lost() {
        return lost != null || pages.isEmpty() ? lost : pages.peek().confirmation().failure();
    }

    /** The same, once. */
    RuntimeException takeLost() {
        RuntimeException why = lost();
        lost = null;
        return why;
    }

    /** Forgets all pages but why they are lost; returns where the reading stood before them, null if there was none. */
    Progress rollBack() {
        lost = lost();
        Progress first = pages.isEmpty() ? null : pages.peek().before();
        pages.clear();
        drafted = null;
        basis = null;
        return first;
    }

    /** Whether the task was given back, and only waits until its pages are confirmed. */
    boolean isAwaiting() {
        return awaiting;
    }

    void awaiting(boolean only) {
        awaiting = only;
    }
}
