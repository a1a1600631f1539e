package org.finetunebridge.sink;

import java.util.List;
import java.util.function.Consumer;

/** Commits a group of pages together, as far as that can be. */
final class GroupCommit {

    private final Sink sink;
    private final Consumer<Batch> safe;

    /** @param safe told of every batch once it is committed */
    GroupCommit(Sink sink, Consumer<Batch> safe) {
        this.sink = sink;
        this.safe = safe;
    }

    /**
     * Commits what can be; a page that never can has failed when this returns.
     *
     * @throws RuntimeException if the session is over, and with it every page that is not done
     */
    void commit(List<CommitRequest> group) {
        try {
            writeWhatCanBe(group);
        } catch (EventRejectedException e) {
            commitOneByOne(group, e);
        }
    }

    private void commitOneByOne(List<CommitRequest> group, EventRejectedException rejected) {
        if (group.size() == 1) {
            group.get(0).failed(rejected);
        } else {
            group.forEach(page -> commit(List.of(page)));
        }
    }

    /** One event that can never be written does not keep the others back: it becomes a dead letter. */
    private void writeWhatCanBe(List<CommitRequest> group) {
        while (true) {
            try {
                write(group);
                return;
            } catch (EventRejectedException e) {
                if (group.stream().noneMatch(page -> page.isMended(e))) {
                    throw e;
                }
            }
        }
    }

    private void write(List<CommitRequest> group) {
        if (!group.isEmpty()) {
            sink.write(group.stream().map(CommitRequest::batch).toList());
            group.forEach(CommitRequest::committed);
            group.forEach(page -> safe.accept(page.batch()));
        }
    }
}
