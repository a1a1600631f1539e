package org.finetunebridge.sink;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Pages that wait while a commit runs, in the order of their coming. */
final class CommitQueue {

    /** Beyond this a commit takes longer without carrying more a second (measured, docs/decisions/group-commit.md). */
    static final int PAGES = 25;
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

    /** Takes as many as one commit should carry. What was taken stands in the group even if this throws. */
    void moveTo(List<CommitRequest> group) {
        int bytes = 0;
        while (group.size() < PAGES && bytes < BYTES) {
            CommitRequest first = queue.poll();
            if (first == null) {
                return;
            }
            group.add(first);
            bytes += first.batch().bytes();
        }
    }
}
