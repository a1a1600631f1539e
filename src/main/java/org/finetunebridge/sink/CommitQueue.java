package org.finetunebridge.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Pages that wait while a commit runs, in the order of their coming. */
final class CommitQueue {

    /** Beyond this a commit takes longer without carrying more a second (measured, docs/decisions/group-commit.md). */
    private static final int PAGES = 25;
    private static final int BYTES = 4 * 1024 * 1024;

    private final ConcurrentLinkedQueue<CommitRequest> queue = new ConcurrentLinkedQueue<>();

    CommitRequest add(Batch batch) {
        var page = new CommitRequest(batch);
        queue.add(page);
        return page;
    }

    int size() {
        return queue.size();
    }

    /** Takes as many as one commit should carry. One thread at a time. */
    List<CommitRequest> next() {
        List<CommitRequest> group = new ArrayList<>();
        int bytes = 0;
        while (group.size() < PAGES && bytes < BYTES && !queue.isEmpty()) {
            CommitRequest first = queue.remove();
            bytes += first.batch().bytes();
            group.add(first);
        }
        return group;
    }
}
