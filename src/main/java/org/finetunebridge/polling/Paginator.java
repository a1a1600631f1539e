package org.finetunebridge.polling;

import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.PageRequest;
import org.finetunebridge.state.StateDiff;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the reading of one resource stands, from its first page to its last. */
final class Paginator {

    private static final Logger LOG = LoggerFactory.getLogger(Paginator.class);

    private final PaginationStrategy way;
    private final Supplier<Cursor> published;
    private final Set<String> before = new HashSet<>();
    private final BackwardPages trail = new BackwardPages();
    private String cursor;
    private long from;
    private boolean again;
    private boolean over;

    /** @param published how far the resource was told, as it is confirmed so far */
    Paginator(PaginationStrategy way, Supplier<Cursor> published) {
        this.way = way;
        this.published = published;
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
    PageRequest asked() {
        return new PageRequest(way.resource(), from, again, Collections.unmodifiableSet(before));
    }

    /** Whether everything in a page, newest first, comes after what is known. */
    boolean follows(RecordPage page) {
        return trail.follows(page);
    }

    /**
     * From the first page on, not from where the list was left.
     *
     * @return whether nothing was read yet from there
     */
    boolean beginAnew() {
        boolean begins = before.isEmpty();
        cursor = begins ? way.first() : cursor;
        return begins;
    }

    /**
     * After a state page: on to the next, unless it shows nothing that was not seen in this reading.
     *
     * @return whether it showed something, or is the last
     */
    boolean passState(RecordPage page, String reader) {
        boolean repeats = !addNames(page) && page.next() != null;
        if (repeats && !page.results().isEmpty()) {
            LOG.warn("{}: {} repeats a page; stopped reading it", reader, way.resource());
        }
        onOrOver(repeats ? null : page.next());
        return !repeats;
    }

    /** After a page of named records, oldest first: on to the next, if there is one and this one was not seen before. */
    void passNamed(RecordPage page) {
        onOrOver(page.next() == null || !addNames(page) ? null : page.next());
    }

    /**
     * After a page of named records, newest first: further back until what is known is met; then forward again, and once
     * more from the newest, for there may be newer ones.
     *
     * @param met whether the page reaches back to what is known
     * @return whether the page is to be told now
     */
    boolean passRecent(RecordPage page, boolean met) {
        boolean publish = trail.follows(page) || met || page.next() == null || !addNames(page);
        if (!publish) {
            trail.add(cursor);
            cursor = page.next();
        } else if (trail.isEmpty()) {
            over = true;
        } else {
            cursor = trail.forward(cursor);
            before.clear();
        }
        return publish;
    }

    /**
     * After a page of a growing list: on to the next page, or back to the beginning if the place was lost. The next page
     * is asked from the last record of this one, to see that it follows.
     */
    void passGrowth(RecordPage page, StateDiff diff, String reader) {
        before.clear();
        if (diff.lost() && !again) {
            again = true;
            at(0);
            return;
        }
        addNames(page);
        if (page.more()) {
            onGrowing(page, diff, reader);
        } else {
            over = true;
        }
    }

    private void onGrowing(RecordPage page, StateDiff diff, String reader) {
        long position = diff.published().cursor(way.resource()).position();
        long read = from + page.results().size();
        long next = Math.min(read, again ? position - 1 : position);
        if (diff.any() && position != position()) {
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
        String mark = way.isNamed() ? published.get().mark() : null;
        return mark == null ? way.first() : mark;
    }

    private long position() {
        return published.get().position();
    }

    private void at(long position) {
        from = position;
        cursor = Long.toString(position);
    }

    private void onOrOver(String next) {
        over = next == null;
        cursor = over ? cursor : next;
    }

    private boolean addNames(RecordPage page) {
        boolean more = false;
        for (ParseResult result : page.results()) {
            more |= before.add(result.id());
        }
        return more;
    }
}
