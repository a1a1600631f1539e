package org.finetunebridge.state;

import java.time.Instant;
import java.util.List;
import org.finetunebridge.event.ParseResult;

/**
 * Where a page of a growing list stands against what was told of it.
 *
 * <p>A page is asked so that it begins with the last record told. If that record is where it should be, positions can
 * be trusted, whatever the clocks of the records say. If it is elsewhere in the page, the provider counts differently
 * than we assumed, and what follows the record is new. If it is nowhere, the list is read again from its beginning to
 * find it; and if it is not found there either, only time is left to go by.
 *
 * @param known  how many records at the head of the page were told before
 * @param newest if not null, only records after this moment are new
 * @param count  how positions are counted from here on
 * @param placed whether it is known where the page stands
 */
record PageAlignment(int known, Instant newest, Count count, boolean placed) {

    /** What the place of a page says of positions. */
    enum Count {
        /** They are what we take them for. */
        TRUSTED,
        /** They are not ours, but as many records were added as are new. */
        ON,
        /** The list is being read from its beginning: count anew. */
        ANEW,
        /** The record told last may still come: the position stays what it was. */
        NOT_YET
    }

    static PageAlignment of(Cursor cursor, List<ParseResult> results, PageRequest asked) {
        long overlap = cursor.position() - asked.from();
        List<String> last = cursor.last();
        if (overlap <= 0 || overlap <= results.size() && endsAt((int) overlap - 1, results, last)) {
            return new PageAlignment((int) Math.max(0, overlap), null, Count.TRUSTED, true);
        }
        Count count = overlap > 1 ? Count.ANEW : Count.ON;
        int place = place(results, last);
        if (place >= 0) {
            return new PageAlignment(place + 1, null, count, true);
        }
        return overlap > results.size() ? new PageAlignment(0, cursor.newest(), Count.NOT_YET, false)
                : new PageAlignment(0, justBefore(cursor.newest()), Count.ANEW, false);
    }

    /** The place in the list of the first record that is new. */
    long sequence(Cursor cursor, PageRequest asked) {
        return count == Count.TRUSTED ? asked.from() + known : cursor.position();
    }

    /** Whether the record is new as far as time tells. A record without a time is told: better twice than never. */
    boolean isNew(ParseResult result) {
        return placed || newest == null || result.fact() == null || result.fact().time() == null
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

    /** A record that could not be used when it was read may be usable today, and then has another name. */
    private static boolean isCalled(ParseResult result, String name) {
        return result.id().equals(name) || result.fact() != null && ParseResult.nameOf(result.raw()).equals(name);
    }

    /** Where the records told last end: where most of them stand in a row, for some may be equal. */
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

    /** Whether the records up to this one are those told last, as far as the page and the memory go back. */
    private static boolean endsAt(int end, List<ParseResult> results, List<String> last) {
        for (int back = 0; back <= end && back < last.size(); back++) {
            if (!isCalled(results.get(end - back), last.get(last.size() - 1 - back))) {
                return false;
            }
        }
        return true;
    }
}
