package org.finetunebridge.watch;

import java.util.List;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Finding;
import org.finetunebridge.event.Page;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.memory.JobMemory.Retired;
import org.finetunebridge.memory.News;
import org.finetunebridge.memory.Trouble;
import org.finetunebridge.settings.SourceSettings;

/** Holds a page of an account's list of jobs against the memory: which jobs there are, and what it tells of them. */
final class ListObserver {

    private final SourceSettings source;
    private final Scope scope;

    ListObserver(SourceSettings source) {
        this.source = source;
        this.scope = new Scope(source);
    }

    void observe(Page page, Poll poll, Draft draft) {
        JobMemory own = draft.memory("");
        for (Finding finding : page.findings()) {
            if (finding.fact() == null) {
                own = own.with(draft.tell(News.ofState(own.told(), List.of(finding))));
                showsBad(finding, poll, draft);
            } else if (scope.wants(finding.fact())) {
                shows(finding, poll, draft);
            }
        }
        boolean whole = poll.walk().passState(page);
        if (whole) {
            poll.listing().vanished(poll.session().jobs(source.name()))
                    .forEach(memory -> draft.remember(draft.tellHeld(memory).retired(Retired.VANISHED)));
        }
        draft.remember(poll.isReading() ? own : own.with((Trouble) null));
    }

    /** A record that cannot be used shows at least that its job is there. */
    private static void showsBad(Finding finding, Poll poll, Draft draft) {
        if (finding.job() != null && draft.knows(finding.job())) {
            poll.listing().shows(finding.job(), draft.memory(finding.job()).retired() == null, null);
        }
    }

    private void shows(Finding finding, Poll poll, Draft draft) {
        Fact fact = finding.fact();
        JobMemory memory = draft.memory(fact.job());
        if (memory.retired() == null && memory.isUntold() && scope.isOld(fact)) {
            memory = memory.retired(Retired.OLD);
        } else {
            memory = draft.tellHeldBefore(fact, memory.seen());
        }
        boolean held = poll.listing().holdsEndings() && memory.retired() == null && memory.trouble() == null
                && fact.isEnding() && !source.follow().isEmpty();
        poll.listing().shows(fact.job(), memory.retired() == null, held ? draft.ending(finding) : null);
        if (held) {
            memory = draft.hold(finding, memory);
        } else if (memory.retired() != Retired.OLD) {
            memory = memory.with(draft.tell(News.ofState(memory.told(), List.of(finding))));
        }
        draft.remember(memory);
    }
}
