package org.finetunebridge.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Pages that wait while a commit runs, in the order of their coming, and the next commit of as many as it should carry.
 * Any thread may add one; all else is for one thread at a time.
 */
final class GroupCommit {

    /** Beyond this a commit takes longer without carrying more a second (measured, docs/decisions/group-commit.md). */
    private static final int PAGES = 25;
    private static final int BYTES = 4 * 1024 * 1024;

    private final Sink sink;
    private final Consumer<Batch> safe;
    private final ConcurrentLinkedQueue<Page> waiting = new ConcurrentLinkedQueue<>();
    /** As large as it ever gets, and made before memory is short. */
    private final List<Page> group = new ArrayList<>(PAGES);

    /** @param safe called with every batch once it is committed */
    GroupCommit(Sink sink, Consumer<Batch> safe) {
        this.sink = sink;
        this.safe = safe;
    }

    /** A page whose thread waits until it is committed, or never will be. */
    static final class Page {

        private Batch batch;
        private boolean done;
        private RuntimeException failure;

        private Page(Batch batch) {
            this.batch = batch;
        }

        boolean isDone() {
            return done;
        }

        /** Throws what the page failed with, if it did. */
        void requireCommitted() {
            if (failure != null) {
                throw failure;
            }
        }

        private void committed() {
            done = true;
        }

        /** It is not committed, as far as anybody knows; unless somebody knew already how it ended. */
        private void failed(RuntimeException why) {
            if (!done) {
                done = true;
                failure = why;
            }
        }

        /** Puts a dead letter in the place of the event that cannot be written; false if it is not of this page. */
        private boolean isWithout(EventRejectedException why) {
            Batch rest = batch.without(why);
            batch = rest == null ? batch : rest;
            return rest != null;
        }
    }

    Page add(Batch batch) {
        var page = new Page(batch);
        waiting.add(page);
        return page;
    }

    int waiting() {
        return waiting.size();
    }

    /** Takes as many pages as one commit should carry. What was taken is ended by {@link #end}, even if this throws. */
    void take() {
        int bytes = 0;
        while (group.size() < PAGES && bytes < BYTES) {
            Page first = waiting.poll();
            if (first == null) {
                return;
            }
            group.add(first);
            bytes += first.batch.bytes();
        }
    }

    /**
     * Commits what can be of the pages that were taken; a page that never can has failed when this returns.
     *
     * @param session    pages that were compared with the state of another one fail
     * @param suspension why the last session ended; null if it did not
     * @throws RuntimeException if the session is over, and with it every page that is not done
     */
    void commit(SinkSession session, RuntimeException suspension) {
        for (Page page : group) {
            if (page.batch.session() != session) {
                page.failed(new SinkUnavailableException("the page was compared with a state that is no longer certain",
                        suspension));
            }
        }
        commit(group.stream().filter(page -> !page.isDone()).toList());
    }

    /** Every page that was taken and is not done has failed with this. */
    void end(RuntimeException why) {
        for (Page page : group) {
            page.failed(why);
        }
        group.clear();
    }

    private void commit(List<Page> pages) {
        try {
            writeWhatCanBe(pages);
        } catch (EventRejectedException e) {
            if (pages.size() == 1) {
                pages.get(0).failed(e);
            } else {
                pages.forEach(page -> commit(List.of(page)));
            }
        }
    }

    /** One event that can never be written does not keep the others back: it becomes a dead letter. */
    private void writeWhatCanBe(List<Page> pages) {
        while (true) {
            try {
                write(pages);
                return;
            } catch (EventRejectedException e) {
                if (pages.stream().noneMatch(page -> page.isWithout(e))) {
                    throw e;
                }
            }
        }
    }

    private void write(List<Page> pages) {
        if (!pages.isEmpty()) {
            sink.write(pages.stream().map(page -> page.batch).toList());
            pages.forEach(Page::committed);
            pages.forEach(page -> safe.accept(page.batch));
        }
    }
}
