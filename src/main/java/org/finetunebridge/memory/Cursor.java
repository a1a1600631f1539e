package org.finetunebridge.memory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a list that grows at its end was told.
 *
 * @param position how many records of it were read, from its beginning
 * @param last     short names of the last records read, oldest first: what a new page is held against
 * @param newest   the newest time among all records read, UTC; null if none had one
 */
public record Cursor(long position, List<String> last, Instant newest) {

    /** Before anything was read. */
    public static final Cursor START = new Cursor(0, List.of(), null);
    /** As many records as the boundary remembers: enough for records of one moment that change places. */
    static final int BOUNDARY = 12;

    /** After reading further records. */
    Cursor advanced(long to, List<String> names, Instant newestOfThem) {
        List<String> all = new ArrayList<>(last);
        all.addAll(names);
        return new Cursor(to, List.copyOf(all.subList(Math.max(0, all.size() - BOUNDARY), all.size())),
                later(newest, newestOfThem));
    }

    private static Instant later(Instant one, Instant other) {
        return one == null || other != null && other.isAfter(one) ? other : one;
    }
}
