package org.finetunebridge.state;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.finetunebridge.event.ParseResult;

/**
 * What is new in a part of a list that is not asked by position, held against the names and the time of the records told
 * last.
 *
 * <p>What follows the last known name is new. So is a record that has come in between the known ones, if it is not older
 * than they are; equal clocks change places. Where no name is known any more, time is left to go by.
 *
 * @param fresh the new records, oldest first
 * @param met   whether the part reaches back to what is known
 */
public record UnseenTail(List<ParseResult> fresh, boolean met) {

    /** @param part of the list, oldest first */
    public static UnseenTail of(Cursor cursor, List<ParseResult> part) {
        Set<String> known = new HashSet<>(cursor.last());
        int[] places = IntStream.range(0, part.size()).filter(at -> known.contains(part.get(at).id())).toArray();
        if (places.length > 0) {
            return new UnseenTail(after(places, part, cursor, known), true);
        }
        int old = 0;
        while (old < part.size() && isOlder(part.get(old), cursor.newest())) {
            old++;
        }
        return new UnseenTail(part.subList(old, part.size()), old > 0 && old == part.size());
    }

    /**
     * Of the oldest known moment some names may be forgotten, unless it is the newest too, of which all are kept: what has
     * its time was told.
     */
    private static List<ParseResult> after(int[] places, List<ParseResult> part, Cursor cursor, Set<String> known) {
        Instant oldest = IntStream.of(places).mapToObj(at -> time(part.get(at))).filter(time -> time != null)
                .min(Instant::compareTo).orElse(Instant.MAX);
        boolean whole = oldest.equals(cursor.newest());
        int last = places[places.length - 1];
        return IntStream.range(0, part.size()).filter(at -> !known.contains(part.get(at).id()))
                .filter(at -> oldest.equals(time(part.get(at))) ? whole : at > last
                        || at > places[0] && time(part.get(at)) != null && !isOlder(part.get(at), oldest))
                .mapToObj(part::get).toList();
    }

    private static boolean isOlder(ParseResult result, Instant moment) {
        return moment != null && time(result) != null && time(result).isBefore(moment);
    }

    private static Instant time(ParseResult result) {
        return result.fact() == null ? null : result.fact().time();
    }
}
