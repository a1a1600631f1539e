package org.finetunebridge.polling;

import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;

/**
 * A list that shows how things stand now: jobs, checkpoints, one job; in any order, page by page. It is read from its
 * first page at every poll, and each thing is compared with the statuses that were published of it.
 *
 * @param resource its name
 * @param first    what the first page is asked with
 * @param whole    whether one answer holds all of it, log records included: those are published from where they were left
 */
record StateListReader(String resource, String first, boolean whole) implements ListReader {

    @Override
    public ListPosition begin(Cursor published) {
        return beginAgain();
    }

    @Override
    public Step read(ListPosition at, PublishedState published, RecordPage page, boolean over) {
        return pass(at, page, whole ? StateDiff.ofList(published, page.results(), resource, true)
                : StateDiff.ofState(published, page.results().stream().map(StateListReader::unlessListed).toList()));
    }

    /** Nobody knows where such a list is to be read on: its records must not get lost without a word. */
    private static ParseResult unlessListed(ParseResult result) {
        return result.fact() == null || !result.fact().isListed() ? result
                : result.rejected("a " + result.fact().kind().word() + " in a list that the provider's file gives no way to read:"
                        + " it has to be named by after, recent, growing or whole");
    }

    /**
     * On to the next page, unless this one shows nothing that was not seen in this reading. One that says that there is more
     * is passed all the same: lists that are filtered, or read in two steps, have pages without records.
     */
    Step pass(ListPosition at, RecordPage page, StateDiff diff) {
        boolean skips = page.more() && !at.cursor().equals(page.next()) && at.mayPassPageWithoutNews();
        boolean repeats = page.next() != null && !skips && !at.isNewIn(page.results());
        return new Step(diff, page.next() == null || repeats ? null : at.next(page.next(), page.results()),
                repeats && !page.unsure() ? "repeats a page" : null);
    }
}
