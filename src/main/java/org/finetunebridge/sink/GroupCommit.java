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
    void commit(List<WaitingPage> group) {
        try {
            writeWhatCanBe(group);
        } catch (Rejected e) {
            commitOneByOne(group, e);
        }
    }

    private void commitOneByOne(List<WaitingPage> group, Rejected rejected) {
        if (group.size() == 1) {
            group.get(0).failed(rejected);
        } else {
            group.forEach(page -> commit(List.of(page)));
        }
    }

    /** One event that can never be written does not keep the others back: it becomes a dead letter. */
    private void writeWhatCanBe(List<WaitingPage> group) {
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

    private void write(List<WaitingPage> group) {
        if (!group.isEmpty()) {
            sink.write(group.stream().map(WaitingPage::batch).toList());
            group.forEach(WaitingPage::committed);
            group.forEach(page -> safe.accept(page.batch()));
        }
    }
}
