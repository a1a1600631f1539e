package org.finetunebridge.watch;

import java.util.List;
import org.finetunebridge.event.Finding;
import org.finetunebridge.event.Page;
import org.finetunebridge.memory.Cursor;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.memory.News;
import org.finetunebridge.memory.Tail;
import org.finetunebridge.memory.Told;

/** Holds a page of a job's log or list of events against the memory, and moves on through its pages. */
final class LineObserver {

    JobMemory observe(Page page, List<Finding> findings, Poll poll, Draft draft, JobMemory memory) {
        return memory.with(poll.way().isGrowing() ? growth(page, findings, poll, draft, memory.told())
                : named(page, findings, poll, draft, memory.told()));
    }

    private static Told growth(Page page, List<Finding> all, Poll poll, Draft draft, Told before) {
        String resource = poll.getResource();
        List<Finding> findings = settled(page, all, poll, before);
        News news = News.ofGrowth(before, findings, poll.place().asked());
        Told told = draft.tell(news);
        if (findings.size() < all.size()) {
            told = told.withHeld(resource, all.get(all.size() - 1).id());
        }
        poll.walk().passGrowth(page, news);
        return told;
    }

    /** Without a last record that may still change, until it was read twice as it is. */
    private static List<Finding> settled(Page page, List<Finding> findings, Poll poll, Told told) {
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
    private static Told named(Page page, List<Finding> findings, Poll poll, Draft draft, Told told) {
        return poll.way().isNewestFirst(page) ? newestFirst(page, findings, poll, draft, told)
                : oldestFirst(page, findings, poll, draft, told);
    }

    private static Told newestFirst(Page page, List<Finding> findings, Poll poll, Draft draft, Told told) {
        String resource = poll.getResource();
        boolean all = poll.place().follows(page);
        if (!poll.walk().passRecent(page, !all && Tail.of(told.cursor(resource), findings).met())) {
            return told;
        }
        return draft.tell(all ? News.ofNext(told, findings, resource)
                : News.ofList(told, findings, resource, false), resource);
    }

    private static Told oldestFirst(Page page, List<Finding> findings, Poll poll, Draft draft, Told before) {
        String resource = poll.getResource();
        boolean marked = before.cursor(resource).mark() != null;
        // A page of one moment does not tell in which order the list is: then it is read from its beginning again.
        boolean sure = page.newestFirst() != null || marked;
        Told told = draft.tell(marked ? News.ofNext(before, findings, resource)
                : News.ofList(before, findings, resource, false), resource);
        poll.walk().passNamed(page);
        return sure && page.mark() != null ? told.withMark(resource, page.mark()) : told;
    }
}
