package org.finetunebridge.polling;

import org.finetunebridge.event.RecordPage;
import org.finetunebridge.provider.Provider.PaginationConfig;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;

/**
 * How one kind of list is read: which page is asked for next, and what of a page is new. Pure: the same position, state
 * and page always give the same step. {@code docs/provider-files.md} says which kind to choose for which list.
 */
public sealed interface ListReader permits OnceReader, StateListReader, GrowingListReader, NewestFirstListReader, OldestFirstListReader {

    /**
     * What one page comes to.
     *
     * @param diff  what is new in it
     * @param next  where to read on; null at the end of the list
     * @param wrong why reading ended before the true end of the list; null if it did not. What the list did not show may
     *              be there all the same
     */
    record Step(StateDiff diff, ListPosition next, String wrong) {}

    /** The reader that the provider's descriptor chooses for a resource. */
    static ListReader of(String resource, PaginationConfig config) {
        if (config.once().contains(resource)) {
            return new OnceReader(resource);
        } else if (config.growing().contains(resource)) {
            return new GrowingListReader(resource, config.settling().contains(resource));
        } else if (config.recent().contains(resource)) {
            return new NewestFirstListReader(resource, config.first(resource));
        } else if (config.after().contains(resource)) {
            return new OldestFirstListReader(resource, config.first(resource));
        }
        return new StateListReader(resource, config.first(resource), config.whole().contains(resource));
    }

    /** What the first page of the list is asked with. */
    String first();

    /** The first page to ask for: at the mark, if there is one. */
    default ListPosition begin(Cursor published) {
        return published.mark() == null ? beginAgain() : ListPosition.at(published.mark(), 0);
    }

    /** The first page of the list, whatever was published of it. */
    default ListPosition beginAgain() {
        return ListPosition.at(first(), 0);
    }

    /**
     * Reads a page.
     *
     * @param at        how the page was asked for
     * @param published what was published of the job before
     * @param page      its records, oldest first
     * @param over      whether the job has ended, so that its last record does not change any more
     */
    Step read(ListPosition at, PublishedState published, RecordPage page, boolean over);
}
