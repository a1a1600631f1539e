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

    JobState observe(RecordPage page, List<ParseResult> findings, PollTask poll, BatchBuilder draft, JobState memory) {
        return memory.with(poll.way().isGrowing() ? growth(page, findings, poll, draft, memory.told())
                : named(page, findings, poll, draft, memory.told()));
    }

    private static PublishedState growth(RecordPage page, List<ParseResult> all, PollTask poll, BatchBuilder draft, PublishedState before) {
        String resource = poll.getResource();
        List<ParseResult> findings = settled(page, all, poll, before);
        StateDiff news = StateDiff.ofGrowth(before, findings, poll.place().asked());
        PublishedState told = draft.tell(news);
        if (findings.size() < all.size()) {
            told = told.withHeld(resource, all.get(all.size() - 1).id());
        }
        poll.walk().passGrowth(page, news);
        return told;
    }

    /** Without a last record that may still change, until it was read twice as it is. */
    private static List<ParseResult> settled(RecordPage page, List<ParseResult> findings, PollTask poll, PublishedState told) {
        boolean over = told.terminal() || poll.ending() != null;
        if (!poll.way().isSettling() || over || page.more() || findings.isEmpty()) {
            return findings;
        }
        Cursor cursor = told.cursor(poll.getResource());
        int last = findings.size() - 1;
        boolean known = poll.place().from() + last < cursor.position() || findings.get(last).id().equals(cursor.held());
        return known ? findings : findings.subList(0, last);
    }

    /** A list of named records: read on after the last one told, or back to it and then forward. */
    private static PublishedState named(RecordPage page, List<ParseResult> findings, PollTask poll, BatchBuilder draft, PublishedState told) {
        Cursor cursor = told.cursor(poll.getResource());
        if (cursor.mark() != null && isTurned(page, findings, cursor) && poll.place().beginAnew()) {
            return told.withMark(poll.getResource(), null);
        }
        return poll.way().isNewestFirst(page) ? newestFirst(page, findings, poll, draft, told)
                : oldestFirst(page, findings, poll, draft, told);
    }

    /** Whether the list is shown from its other end: what should come after the mark is what came before it. */
    private static boolean isTurned(RecordPage page, List<ParseResult> findings, Cursor cursor) {
        return Boolean.TRUE.equals(page.newestFirst())
                || cursor.newest() != null && !findings.isEmpty() && findings.stream().allMatch(one ->
                cursor.last().contains(one.id()) && one.fact() != null && one.fact().time() != null
                        && one.fact().time().isBefore(cursor.newest()));
    }

    private static PublishedState newestFirst(RecordPage page, List<ParseResult> findings, PollTask poll, BatchBuilder draft, PublishedState told) {
        String resource = poll.getResource();
        boolean all = poll.place().follows(page);
        if (!poll.walk().passRecent(page, !all && UnseenTail.of(told.cursor(resource), findings).met())) {
            return told;
        }
        return draft.tell(all ? StateDiff.ofNext(told, findings, resource)
                : StateDiff.ofList(told, findings, resource, false), resource);
    }

    private static PublishedState oldestFirst(RecordPage page, List<ParseResult> findings, PollTask poll, BatchBuilder draft, PublishedState before) {
        String resource = poll.getResource();
        boolean marked = before.cursor(resource).mark() != null;
        // A page of one moment does not tell in which order the list is: then it is read from its beginning again.
        boolean sure = marked || page.newestFirst() != null && reaches(before.cursor(resource), findings);
        PublishedState told = draft.tell(marked ? StateDiff.ofNext(before, findings, resource)
                : StateDiff.ofList(before, findings, resource, false), resource);
        poll.walk().passNamed(page);
        return (sure || told != before && page.newestFirst() != null) && page.mark() != null
                ? told.withMark(resource, page.mark()) : told;
    }

    /** A list that was told from its other end is not read on from a page whose records all come before those told. */
    private static boolean reaches(Cursor told, List<ParseResult> findings) {
        return told.last().isEmpty() || findings.stream().anyMatch(one -> told.last().contains(one.id()));
    }
}
