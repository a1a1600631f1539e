package org.finetunebridge.state;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a list that grows at its end was told.
 *
 * @param position how many records of it were read, from its beginning
 * @param last     short names of the last records read, oldest first: what a new page is held against
 * @param newest   the newest time among all records read, UTC; null if none had one
 * @param mark     what further records are asked with, where a list's records have names; may be null
 * @param deferred     the name of a last record that may still change, and is not told yet; may be null
 */
public record Cursor(long position, List<String> last, Instant newest, String mark, String deferred) {

    /** Before anything was read. */
    public static final Cursor START = new Cursor(0, List.of(), null, null, null);
    /** As many records as the boundary remembers: enough for records of one moment that change places. */
    static final int BOUNDARY = 12;
    /** More records of one moment than this are more than any provider has shown. */
    private static final int MOMENT = 1024;

    /** After reading further records. */
    Cursor advanced(long to, List<String> names, Instant newestOfThem) {
        return advanced(to, names, newestOfThem, 0);
    }

    /**
     * After reading further records.
     *
     * @param moment how many of the names, counted from the last, are to be kept in any case
     */
    Cursor advanced(long to, List<String> names, Instant newestOfThem, int moment) {
        List<String> all = new ArrayList<>(last);
        all.addAll(names);
        int kept = Math.max(BOUNDARY, Math.min(MOMENT, moment));
        return new Cursor(to, List.copyOf(all.subList(Math.max(0, all.size() - kept), all.size())),
                later(newest, newestOfThem), mark, null);
    }

    Cursor marked(String now) {
        return new Cursor(position, last, newest, now, deferred);
    }

    Cursor deferring(String name) {
        return new Cursor(position, last, newest, mark, name);
    }

    private static Instant later(Instant one, Instant other) {
        return one == null || other != null && other.isAfter(one) ? other : one;
    }
}
