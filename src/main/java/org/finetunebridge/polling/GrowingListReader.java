package org.finetunebridge.polling;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;

/**
 * A list that grows at its end and is asked by position.
 *
 * <p>A page is asked so that it begins with the last record published. If that record is where it should be, positions
 * can be trusted, whatever the times of the records say. If it is elsewhere in the page, the provider counts differently
 * than we assumed, and what follows the record is new. If it is nowhere, the list is read again from its beginning to
 * find it; and if it is not found there either, only time is left to go by.
 *
 * <p>There is more if the page says {@code more}, or names a {@code next}, whose value does not matter: then the list is
 * read on until a page shows nothing new.
 *
 * @param resource its name
 * @param settling whether its last record may still change, so that it is deferred until it was read twice the same
 */
record GrowingListReader(String resource, boolean settling) implements ListReader {

    @Override
    public ListPosition begin(Cursor published) {
        return beginAgain().to(Math.max(0, published.position() - 1), false, null);
    }

    @Override
    public String first() {
        return "0";
    }

    @Override
    public Step read(ListPosition at, PublishedState published, RecordPage page, boolean over) {
        Cursor cursor = published.cursor(resource);
        List<ParseResult> results = settled(at, page, cursor, over);
        Place place = results.isEmpty() ? null : Place.of(cursor, results, at.from());
        boolean lost = place == null ? at.from() > 0 && at.from() < cursor.position()
                : !place.found && at.from() > 0 && !at.again();
        StateDiff diff = place == null || lost ? StateDiff.none(published) : diff(at, published, results, place);
        if (results.size() < page.results().size()) {
            String last = page.results().get(results.size()).id();
            diff = new StateDiff(diff.items(), diff.rejected(), diff.published().withDeferred(resource, last), diff.known());
        }
        ListPosition next = lost && !at.again() ? at.to(0, true, null)
                : page.more() || page.next() != null ? next(at, cursor, page, diff) : null;
        return new Step(diff, next, next == null && page.more() && !page.unsure()
                ? "says that there is more but shows nothing new" : null);
    }

    /** Without a last record that may still change, until it was read twice as it is. */
    private List<ParseResult> settled(ListPosition at, RecordPage page, Cursor cursor, boolean over) {
        List<ParseResult> results = page.results();
        if (!settling || over || page.more() || results.isEmpty()) {
            return results;
        }
        int last = results.size() - 1;
        boolean known = at.from() + last < cursor.position() || results.get(last).id().equals(cursor.deferred());
        return known ? results : results.subList(0, last);
    }

    private StateDiff diff(ListPosition at, PublishedState published, List<ParseResult> results, Place place) {
        Cursor cursor = published.cursor(resource);
        Set<String> earlier = new HashSet<>(at.seen() == null ? Set.of() : at.seen().ids());
        earlier.addAll(cursor.last());
        earlier.addAll(published.rejected());
        List<ParseResult> passed = results.subList(place.known, results.size()).stream()
                .filter(result -> place.found || !earlier.contains(result.id()) && place.isNew(result)).toList();
        var diff = new StateDiff.Builder(published);
        diff.known(results.size() - passed.size());
        long sequence = place.count == Count.TRUSTED ? at.from() + place.known : cursor.position();
        for (ParseResult result : passed) {
            if (earlier.add(result.id())) {
                if (place.found) {
                    diff.line(result, sequence);
                } else {
                    diff.named(result, sequence);
                }
            } else {
                diff.known(1);
            }
            sequence++;
        }
        diff.reached(resource, cursor, place.end(cursor, at.from(), results.size(), passed.size()), passed);
        return diff.done();
    }

    /** The next page is asked from the last record of this one, to see that it follows. */
    private ListPosition next(ListPosition at, Cursor before, RecordPage page, StateDiff diff) {
        long position = diff.published().cursor(resource).position();
        long read = at.from() + page.results().size();
        long next = Math.min(read, at.again() ? position - 1 : position);
        if (diff.any() && position != before.position()) {
            return at.to(Math.max(0, position - 1), at.again(), page.results());
        } else if (position == before.position() && read <= position && next > at.from()) {
            return at.to(next, at.again(), page.results());
        }
        return null;
    }

    /** What the place of a page says of positions. */
    private enum Count {
        /** They are what we take them for. */
        TRUSTED,
        /** They are not ours, but as many records were added as are new. */
        ON,
        /** The list is being read from its beginning: count anew. */
        ANEW,
        /** The record published last may still come: the position stays what it was. */
        NOT_YET
    }

    /**
     * Where a page stands against what was published of its list.
     *
     * @param known  how many records at the head of the page were published before
     * @param newest if not null, only records after this moment are new
     * @param count  how positions are counted from here on
     * @param found  whether it is known where the page stands
     */
    private record Place(int known, Instant newest, Count count, boolean found) {

        static Place of(Cursor cursor, List<ParseResult> results, long from) {
            long overlap = cursor.position() - from;
            List<String> last = cursor.last();
            if (overlap <= 0 || overlap <= results.size() && endsAt((int) overlap - 1, results, last)) {
                return new Place((int) Math.max(0, overlap), null, Count.TRUSTED, true);
            }
            Count count = overlap > 1 ? Count.ANEW : Count.ON;
            int place = place(results, last);
            if (place >= 0) {
                return new Place(place + 1, null, count, true);
            }
            return overlap > results.size() ? new Place(0, cursor.newest(), Count.NOT_YET, false)
                    : new Place(0, justBefore(cursor.newest()), Count.ANEW, false);
        }

        /** Whether the record is new as far as time tells. One without a time is published: better twice than never. */
        boolean isNew(ParseResult result) {
            return newest == null || result.fact() == null || result.fact().time() == null
                    || result.fact().time().isAfter(newest);
        }

        /** The position after a page, of which {@code passed} records had not been read before. */
        long end(Cursor cursor, long from, int size, int passed) {
            return switch (count) {
                case TRUSTED -> from + size;
                case ON -> cursor.position() + passed;
                case ANEW -> newest == null || passed > 0 ? from + size : cursor.position();
                case NOT_YET -> cursor.position();
            };
        }

        /** A record of the newest moment may be new. */
        private static Instant justBefore(Instant newest) {
            return newest == null ? null : newest.minusNanos(1);
        }

        /** A record that could not be used when it was read may be usable today, and then has another id. */
        private static boolean isCalled(ParseResult result, String id) {
            return result.id().equals(id) || result.fact() != null && ParseResult.nameOf(result.raw()).equals(id);
        }

        /** Where the records published last end: where most of them stand in a row, for some may be equal. */
        private static int place(List<ParseResult> results, List<String> last) {
            int best = -1;
            int most = 0;
            for (int index = 0; index < results.size(); index++) {
                int row = Math.min(index + 1, last.size());
                if (row > most && endsAt(index, results, last)) {
                    best = index;
                    most = row;
                }
            }
            return best;
        }

        /** Whether the records up to this one are those published last, as far as the page and the state go back. */
        private static boolean endsAt(int end, List<ParseResult> results, List<String> last) {
            for (int back = 0; back <= end && back < last.size(); back++) {
                if (!isCalled(results.get(end - back), last.get(last.size() - 1 - back))) {
                    return false;
                }
            }
            return true;
        }
    }
}
