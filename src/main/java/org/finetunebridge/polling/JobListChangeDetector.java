package org.finetunebridge.polling;

import java.util.List;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobState.Retired;
import org.finetunebridge.state.StateDiff;
import org.finetunebridge.state.Suspension;

/** Holds a page of an account's list of jobs against the memory: which jobs there are, and what it tells of them. */
final class JobListChangeDetector {

    private final SourceSettings source;
    private final JobFilter scope;

    JobListChangeDetector(SourceSettings source) {
        this.source = source;
        this.scope = new JobFilter(source);
    }

    void observe(RecordPage page, PollTask poll, BatchBuilder draft) {
        JobState own = draft.memory("");
        for (ParseResult finding : page.findings()) {
            if (finding.fact() == null) {
                own = own.with(draft.tell(StateDiff.ofState(own.told(), List.of(finding))));
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
        draft.remember(poll.isReading() ? own : own.with((Suspension) null));
    }

    /** A record that cannot be used shows at least that its job is there. */
    private static void showsBad(ParseResult finding, PollTask poll, BatchBuilder draft) {
        if (finding.job() != null && draft.knows(finding.job())) {
            poll.listing().shows(finding.job(), draft.memory(finding.job()).retired() == null, null);
        }
    }

    private void shows(ParseResult finding, PollTask poll, BatchBuilder draft) {
        Fact fact = finding.fact();
        JobState memory = draft.memory(fact.job());
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
            memory = memory.with(draft.tell(StateDiff.ofState(memory.told(), List.of(finding))));
        }
        draft.remember(memory);
    }
}
