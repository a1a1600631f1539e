package org.finetunebridge.polling;

import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;

/**
 * A list of named records that shows the oldest first. It is read on after the last record published, whose name is the
 * mark that further records are asked with. Without a mark, or if the provider refuses it, it is read from its beginning,
 * and the names and times of the records published last tell what is new.
 *
 * <p>A page that shows the newest first is read by {@link NewestFirstListReader}: a list may be turned one day.
 *
 * @param resource its name
 * @param first    what the first page is asked with
 */
record OldestFirstListReader(String resource, String first) implements ListReader {

    @Override
    public Step read(ListPosition at, PublishedState published, RecordPage page, boolean over) {
        PublishedState before = unmarked(at, published);
        if (isTurned(at, before, page)) {
            return turn(before);
        }
        return Boolean.TRUE.equals(page.newestFirst())
                ? new NewestFirstListReader(resource, first).readBack(at, before, page) : readOn(at, before, page);
    }

    /** Reads a page that shows the oldest first. */
    Step readOn(ListPosition at, PublishedState before, RecordPage page) {
        Cursor cursor = before.cursor(resource);
        boolean marked = cursor.mark() != null;
        // A page of one moment does not tell in which order the list is: then it is read from its beginning again.
        boolean sure = marked || page.newestFirst() != null && reaches(cursor, page);
        StateDiff diff = marked ? StateDiff.ofNext(before, page.results(), resource)
                : StateDiff.ofList(before, page.results(), resource, false);
        if ((sure || diff.published() != before && page.newestFirst() != null) && page.mark() != null) {
            diff = new StateDiff(diff.items(), diff.rejected(), diff.published().withMark(resource, page.mark()), diff.known());
        }
        return new Step(diff, page.next() == null || !at.isNewIn(page.results()) ? null
                : at.next(page.next(), page.results()), null);
    }

    /** A mark that the provider refused is dropped: the list was asked from its beginning. */
    PublishedState unmarked(ListPosition at, PublishedState published) {
        return at.again() ? published.withMark(resource, null) : published;
    }

    /** Whether the list is shown from its other end: what should come after the mark is what came before it. */
    boolean isTurned(ListPosition at, PublishedState published, RecordPage page) {
        Cursor cursor = published.cursor(resource);
        return cursor.mark() != null && at.seen() == null && (Boolean.TRUE.equals(page.newestFirst())
                || cursor.newest() != null && !page.results().isEmpty() && page.results().stream().allMatch(one ->
                cursor.last().contains(one.id()) && one.fact() != null && one.fact().time() != null
                        && one.fact().time().isBefore(cursor.newest())));
    }

    /** Asks for the first page, without the mark. */
    Step turn(PublishedState published) {
        return new Step(StateDiff.none(published.withMark(resource, null)), beginAgain(), null);
    }

    /** A list that was published from its other end is not read on from a page whose records all come before. */
    private static boolean reaches(Cursor published, RecordPage page) {
        return published.last().isEmpty() || page.results().stream().anyMatch(one -> published.last().contains(one.id()));
    }
}
