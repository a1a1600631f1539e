package org.finetunebridge.polling;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.finetunebridge.event.ParseResult;

/**
 * Where the reading of one list stands: which page is asked for, and what was seen on the way there. Immutable.
 *
 * @param cursor  what the page is asked with: a position, or what another page named; empty for nothing
 * @param from    how many records of the list come before the page
 * @param seen    the ids of the pages read before it; null for none
 * @param newer   the pages of a newest-first list that were passed on the way back, the oldest first; null for none
 * @param older   how the page that was published just now was asked, which comes before this one in time; may be null
 * @param forward whether everything in the page comes after what was published
 * @param again   the list is read from its beginning because the place where it was left is lost
 * @param resumed the way back was interrupted here: nobody knows whether this page was published
 */
public record ListPosition(String cursor, long from, Seen seen, Newer newer, String older, boolean forward, boolean again,
        boolean resumed) {

    /** In a row. */
    private static final int MOST_PAGES_WITHOUT_NEWS = 1_000;

    /** The ids of one page's records and jobs, and the pages before it. */
    public record Seen(Set<String> ids, Seen before) {

        boolean has(String id) {
            for (Seen page = this; page != null; page = page.before) {
                if (page.ids.contains(id)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** How a page was asked, and those that are newer still. */
    public record Newer(String cursor, Newer rest) {}

    /** The first page. */
    static ListPosition at(String cursor, long from) {
        return new ListPosition(cursor, from, null, null, null, false, false, false);
    }

    /** The same page, in a list that is read from its beginning because its place is lost. */
    ListPosition readAgain() {
        return new ListPosition(cursor, from, seen, newer, older, forward, true, resumed);
    }

    /** The same page after an interruption: nothing is kept of the pages that were passed but how they were asked. */
    ListPosition afterInterruption() {
        return new ListPosition(cursor, from, null, newer, older, forward, again, true);
    }

    /** The page after this one. */
    ListPosition next(String with, List<ParseResult> page) {
        return new ListPosition(with, from + page.size(), seeing(page), newer, older, forward, false, false);
    }

    /** The page before this one in time, in a list that shows the newest first. */
    ListPosition back(String with, List<ParseResult> page) {
        return new ListPosition(with, from + page.size(), seeing(page), new Newer(cursor, newer), older, false, false, false);
    }

    /** The page after this one in time, in a list that shows the newest first. */
    ListPosition forth() {
        return new ListPosition(newer.cursor(), 0, null, newer.rest(), cursor, newer.rest() != null, false, false);
    }

    /** A page of a list that is asked by position. */
    ListPosition to(long position, boolean readAgain, List<ParseResult> before) {
        return new ListPosition(Long.toString(position), position, before == null ? null : new Seen(ids(before), null), null,
                null, false, readAgain, false);
    }

    /** Whether the page shows a record that none before it showed. */
    boolean isNewIn(List<ParseResult> page) {
        return page.stream().anyMatch(result -> seen == null || !seen.has(result.id()));
    }

    /** Whether one more page that shows nothing new may be passed: a list with nothing else would be read for ever. */
    boolean mayPassPageWithoutNews() {
        int empty = 0;
        for (Seen page = seen; page != null && page.ids.isEmpty(); page = page.before) {
            empty++;
        }
        return empty < MOST_PAGES_WITHOUT_NEWS;
    }

    /** Whether a page before this one showed the job. */
    boolean hasShown(String job) {
        return seen != null && seen.has(job(job));
    }

    private Seen seeing(List<ParseResult> page) {
        return new Seen(isNewIn(page) ? ids(page) : Set.of(), seen);
    }

    private static Set<String> ids(List<ParseResult> page) {
        Set<String> ids = new HashSet<>();
        page.forEach(result -> {
            ids.add(result.id());
            ids.add(job(result.job()));
        });
        return ids;
    }

    private static String job(String id) {
        return "job " + id;
    }
}
