package org.finetunebridge.polling;

import java.util.List;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;
import org.finetunebridge.state.UnseenTail;

/** Holds a page of a job's log or list of events against the memory, and moves on through its pages. */
final class LogChangeDetector {

    JobState observe(RecordPage page, List<ParseResult> results, PollTask poll, BatchBuilder draft, JobState state) {
        return state.with(poll.way().isGrowing() ? growth(page, results, poll, draft, state.published())
                : named(page, results, poll, draft, state.published()));
    }

    private static PublishedState growth(RecordPage page, List<ParseResult> all, PollTask poll, BatchBuilder draft, PublishedState before) {
        String resource = poll.getResource();
        List<ParseResult> results = settled(page, all, poll, before);
        StateDiff diff = StateDiff.ofGrowth(before, results, poll.place().asked());
        PublishedState published = draft.publish(diff);
        if (results.size() < all.size()) {
            published = published.withDeferred(resource, all.get(all.size() - 1).id());
        }
        poll.walk().passGrowth(page, diff);
        return published;
    }

    /** Without a last record that may still change, until it was read twice as it is. */
    private static List<ParseResult> settled(RecordPage page, List<ParseResult> results, PollTask poll, PublishedState published) {
        boolean over = published.terminal() || poll.ending() != null;
        if (!poll.way().isSettling() || over || page.more() || results.isEmpty()) {
            return results;
        }
        Cursor cursor = published.cursor(poll.getResource());
        int last = results.size() - 1;
        boolean known = poll.place().from() + last < cursor.position() || results.get(last).id().equals(cursor.deferred());
        return known ? results : results.subList(0, last);
    }

    /** A list of named records: read on after the last one told, or back to it and then forward. */
    private static PublishedState named(RecordPage page, List<ParseResult> results, PollTask poll, BatchBuilder draft, PublishedState published) {
        Cursor cursor = published.cursor(poll.getResource());
        if (cursor.mark() != null && isTurned(page, results, cursor) && poll.place().beginAnew()) {
            return published.withMark(poll.getResource(), null);
        }
        return poll.way().isNewestFirst(page) ? newestFirst(page, results, poll, draft, published)
                : oldestFirst(page, results, poll, draft, published);
    }

    /** Whether the list is shown from its other end: what should come after the mark is what came before it. */
    private static boolean isTurned(RecordPage page, List<ParseResult> results, Cursor cursor) {
        return Boolean.TRUE.equals(page.newestFirst())
                || cursor.newest() != null && !results.isEmpty() && results.stream().allMatch(one ->
                cursor.last().contains(one.id()) && one.fact() != null && one.fact().time() != null
                        && one.fact().time().isBefore(cursor.newest()));
    }

    private static PublishedState newestFirst(RecordPage page, List<ParseResult> results, PollTask poll, BatchBuilder draft, PublishedState published) {
        String resource = poll.getResource();
        boolean all = poll.place().follows(page);
        if (!poll.walk().passRecent(page, !all && UnseenTail.of(published.cursor(resource), results).met())) {
            return published;
        }
        return draft.publish(all ? StateDiff.ofNext(published, results, resource)
                : StateDiff.ofList(published, results, resource, false), resource);
    }

    private static PublishedState oldestFirst(RecordPage page, List<ParseResult> results, PollTask poll, BatchBuilder draft, PublishedState before) {
        String resource = poll.getResource();
        boolean marked = before.cursor(resource).mark() != null;
        // A page of one moment does not tell in which order the list is: then it is read from its beginning again.
        boolean sure = marked || page.newestFirst() != null && reaches(before.cursor(resource), results);
        PublishedState published = draft.publish(marked ? StateDiff.ofNext(before, results, resource)
                : StateDiff.ofList(before, results, resource, false), resource);
        poll.walk().passNamed(page);
        return (sure || published != before && page.newestFirst() != null) && page.mark() != null
                ? published.withMark(resource, page.mark()) : published;
    }

    /** A list that was told from its other end is not read on from a page whose records all come before those told. */
    private static boolean reaches(Cursor published, List<ParseResult> results) {
        return published.last().isEmpty() || results.stream().anyMatch(one -> published.last().contains(one.id()));
    }
}
