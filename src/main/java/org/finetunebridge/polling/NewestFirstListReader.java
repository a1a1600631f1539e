package org.finetunebridge.polling;

import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;

/**
 * A list of named records that shows the newest first. It is read back, page by page, until a page reaches what was
 * published; then the pages passed are asked again on the way forward, so that records are published oldest first.
 *
 * <p>The newest page is not part of the way forward. Meanwhile new records push old ones out of it, into a gap between
 * the pages; so it is read anew when all behind it is published, and there may be another way back.
 *
 * <p>A page that shows the oldest first is read by {@link OldestFirstListReader}: a list may be turned one day.
 *
 * @param resource its name
 * @param first    what the first page is asked with
 */
record NewestFirstListReader(String resource, String first) implements ListReader {

    @Override
    public Step read(ListPosition at, PublishedState published, RecordPage page, boolean over) {
        var oldestFirst = new OldestFirstListReader(resource, first);
        PublishedState before = oldestFirst.unmarked(at, published);
        if (oldestFirst.isTurned(at, before, page)) {
            return oldestFirst.turn(before);
        }
        return Boolean.FALSE.equals(page.newestFirst()) ? oldestFirst.readOn(at, before, page) : readBack(at, before, page);
    }

    /** Reads a page that shows the newest first. */
    Step readBack(ListPosition at, PublishedState published, RecordPage page) {
        boolean follows = at.forward() || at.older() != null && at.older().equals(page.next());
        boolean publish = follows || published.cursor(resource).unseen(page.results()).met()
                || page.next() == null || !at.isNewIn(page.results());
        if (!publish) {
            return new Step(StateDiff.none(published), at.back(page.next(), page.results()), null);
        }
        boolean known = at.resumed() && page.results().stream().map(ParseResult::id)
                .anyMatch(published.cursor(resource).last()::contains);
        StateDiff diff = follows && !known ? StateDiff.ofNext(published, page.results(), resource)
                : StateDiff.ofList(published, page.results(), resource, false);
        return new Step(diff, at.newer() == null ? null : at.forth(), null);
    }
}
