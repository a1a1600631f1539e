package org.finetunebridge.watch;

import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.finetunebridge.event.Finding;
import org.finetunebridge.event.Page;
import org.finetunebridge.memory.Asked;
import org.finetunebridge.memory.Cursor;
import org.finetunebridge.memory.News;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the reading of one resource stands, from its first page to its last. */
final class Place {

    private static final Logger LOG = LoggerFactory.getLogger(Place.class);

    private final Way way;
    private final Supplier<Cursor> told;
    private final Set<String> before = new HashSet<>();
    private final Trail trail = new Trail();
    private String cursor;
    private long from;
    private boolean again;
    private boolean over;

    /** @param told how far the resource was told, as it is confirmed so far */
    Place(Way way, Supplier<Cursor> told) {
        this.way = way;
        this.told = told;
        this.from = way.isGrowing() ? Math.max(0, position() - 1) : 0;
        this.cursor = way.isGrowing() ? Long.toString(from) : first();
    }

    /** What the next page is asked with: a position, or what the page before named. */
    String cursor() {
        return cursor;
    }

    /** The position the next page of a growing list is asked from. */
    long from() {
        return from;
    }

    /** Whether the resource is read to its end. */
    boolean isOver() {
        return over;
    }

    /** How the page of a growing list was asked for. */
    Asked asked() {
        return new Asked(way.resource(), from, again, Collections.unmodifiableSet(before));
    }

    /** Whether everything in a page, newest first, comes after what is known. */
    boolean follows(Page page) {
        return trail.follows(page);
    }

    /**
     * After a state page: on to the next, unless it shows nothing that was not seen in this reading.
     *
     * @return whether it showed something, or is the last
     */
    boolean passState(Page page, String reader) {
        boolean repeats = !addNames(page) && page.next() != null;
        if (repeats && !page.findings().isEmpty()) {
            LOG.warn("{}: {} repeats a page; stopped reading it", reader, way.resource());
        }
        onOrOver(repeats ? null : page.next());
        return !repeats;
    }

    /** After a page of named records, oldest first: on to the next, if there is one and this one was not seen before. */
    void passNamed(Page page) {
        onOrOver(page.next() == null || !addNames(page) ? null : page.next());
    }

    /**
     * After a page of named records, newest first: further back until what is known is met; then forward again, and once
     * more from the newest, for there may be newer ones.
     *
     * @param met whether the page reaches back to what is known
     * @return whether the page is to be told now
     */
    boolean passRecent(Page page, boolean met) {
        boolean tell = trail.follows(page) || met || page.next() == null || !addNames(page);
        if (!tell) {
            trail.add(cursor);
            cursor = page.next();
        } else if (trail.isEmpty()) {
            over = true;
        } else {
            cursor = trail.forward(cursor);
            before.clear();
        }
        return tell;
    }

    /**
     * After a page of a growing list: on to the next page, or back to the beginning if the place was lost. The next page
     * is asked from the last record of this one, to see that it follows.
     */
    void passGrowth(Page page, News news, String reader) {
        before.clear();
        if (news.lost() && !again) {
            again = true;
            at(0);
            return;
        }
        addNames(page);
        if (page.more()) {
            onGrowing(page, news, reader);
        } else {
            over = true;
        }
    }

    private void onGrowing(Page page, News news, String reader) {
        long position = news.told().cursor(way.resource()).position();
        long read = from + page.findings().size();
        long next = Math.min(read, again ? position - 1 : position);
        if (news.any() && position != position()) {
            at(Math.max(0, position - 1));
        } else if (position == position() && read <= position && next > from) {
            at(next);
        } else {
            LOG.warn("{}: {} says there is more but shows nothing new; stopped reading it", reader, way.resource());
            over = true;
        }
    }

    /** Where a list that is not asked by position is taken up. */
    private String first() {
        String mark = way.isNamed() ? told.get().mark() : null;
        return mark == null ? way.first() : mark;
    }

    private long position() {
        return told.get().position();
    }

    private void at(long position) {
        from = position;
        cursor = Long.toString(position);
    }

    private void onOrOver(String next) {
        over = next == null;
        cursor = over ? cursor : next;
    }

    private boolean addNames(Page page) {
        boolean more = false;
        for (Finding finding : page.findings()) {
            more |= before.add(finding.id());
        }
        return more;
    }
}
