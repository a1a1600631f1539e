package org.finetunebridge.state;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.finetunebridge.event.ParseResult;

/**
 * How far one list of a job was published.
 *
 * @param position how many of its records were read, from its beginning
 * @param last     ids of the last records read, oldest first: a new page is compared with them
 * @param newest   the newest time among all records read, UTC; null if none had one
 * @param mark     what the records after these are asked with, where a list's records have names; may be null
 * @param deferred what was seen last and counts only when it is seen again: the id of a last record that may still
 *                 change; may be null
 */
public record Cursor(long position, List<String> last, Instant newest, String mark, String deferred) {

    /** Before anything was read. */
    public static final Cursor START = new Cursor(0, List.of(), null, null, null);
    /** So many ids are kept at least: enough for records of one moment that change places. */
    public static final int BOUNDARY = 12;
    /** More records of one moment than any provider has shown. */
    private static final int MOMENT = 1024;
    /** A job that is read no more keeps so many ids of each list. */
    private static final int KEPT_AT_THE_END = 2;

    /**
     * What is new in a part of a list that is not asked by position.
     *
     * @param fresh the new records, oldest first
     * @param met   whether the part reaches back to what was published before
     */
    public record Unseen(List<ParseResult> fresh, boolean met) {}

    /**
     * Compares a part of the list with the ids and the time of the records published last. What follows the last known
     * id is new. So is a record that has come in between the known ones, if it is not older than they are: records of
     * one moment change places. Where no id is known any more, time is left to go by.
     *
     * @param part of the list, oldest first
     */
    public Unseen unseen(List<ParseResult> part) {
        Set<String> known = new HashSet<>(last);
        int[] places = IntStream.range(0, part.size()).filter(at -> known.contains(part.get(at).id())).toArray();
        if (places.length > 0) {
            return new Unseen(after(places, part, known), true);
        }
        int old = 0;
        while (old < part.size() && isOlder(part.get(old), newest)) {
            old++;
        }
        return new Unseen(part.subList(old, part.size()), old > 0 && old == part.size());
    }

    /**
     * Of the oldest known moment some ids may be forgotten, unless it is the newest too, of which all are kept: a record
     * that has this time was published.
     */
    private List<ParseResult> after(int[] places, List<ParseResult> part, Set<String> known) {
        Instant oldest = IntStream.of(places).mapToObj(at -> time(part.get(at))).filter(time -> time != null)
                .min(Instant::compareTo).orElse(Instant.MAX);
        boolean whole = oldest.equals(newest);
        int end = places[places.length - 1];
        return IntStream.range(0, part.size()).filter(at -> !known.contains(part.get(at).id()))
                .filter(at -> oldest.equals(time(part.get(at))) ? whole : at > end
                        || at > places[0] && time(part.get(at)) != null && !isOlder(part.get(at), oldest))
                .mapToObj(part::get).toList();
    }

    /** After further records were read. */
    Cursor advanced(long to, List<String> ids, Instant newestOfThem) {
        return advanced(to, ids, newestOfThem, 0);
    }

    /**
     * After further records were read.
     *
     * @param moment how many of the ids, counted from the last, are to be kept in any case
     */
    Cursor advanced(long to, List<String> ids, Instant newestOfThem, int moment) {
        List<String> all = new ArrayList<>(last);
        all.addAll(ids);
        return new Cursor(to, newestOf(all, Math.max(BOUNDARY, Math.min(MOMENT, moment))),
                later(newest, newestOfThem), mark, null);
    }

    /** Nothing is read yet of a resource that is read once, with this; null if that is not known yet. */
    static Cursor toRead(String with) {
        return new Cursor(0, List.of(), null, with, null);
    }

    /** Whether a resource that is read once is still to be read. */
    boolean isToRead() {
        return mark != null && position == 0;
    }

    /** It was read, or can never be read. */
    Cursor done() {
        return new Cursor(Math.max(1, position), List.of(), null, mark, null);
    }

    Cursor marked(String now) {
        return new Cursor(position, last, newest, now, deferred);
    }

    Cursor deferring(String id) {
        return new Cursor(position, last, newest, mark, id);
    }

    /** As little as is needed to read on, should the job be restarted. */
    Cursor shortened() {
        return new Cursor(position, newestOf(last, KEPT_AT_THE_END), newest, mark, null);
    }

    private static List<String> newestOf(List<String> ids, int kept) {
        return List.copyOf(ids.subList(Math.max(0, ids.size() - kept), ids.size()));
    }

    static Instant later(Instant one, Instant other) {
        return one == null || other != null && other.isAfter(one) ? other : one;
    }

    private static boolean isOlder(ParseResult result, Instant moment) {
        return moment != null && time(result) != null && time(result).isBefore(moment);
    }

    private static Instant time(ParseResult result) {
        return result.fact() == null ? null : result.fact().time();
    }
}
