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
        JobState own = draft.state("");
        for (ParseResult result : page.results()) {
            if (result.fact() == null) {
                own = own.with(draft.publish(StateDiff.ofState(own.published(), List.of(result))));
                showsBad(result, poll, draft);
            } else if (scope.wants(result.fact())) {
                shows(result, poll, draft);
            }
        }
        boolean whole = poll.walk().passState(page);
        if (whole) {
            poll.listing().vanished(poll.session().jobs(source.name()))
                    .forEach(state -> draft.remember(draft.publishDeferred(state).retired(Retired.VANISHED)));
        }
        draft.remember(poll.isReading() ? own : own.with((Suspension) null));
    }

    /** A record that cannot be used shows at least that its job is there. */
    private static void showsBad(ParseResult result, PollTask poll, BatchBuilder draft) {
        if (result.job() != null && draft.knows(result.job())) {
            poll.listing().shows(result.job(), draft.state(result.job()).retired() == null, null);
        }
    }

    private void shows(ParseResult result, PollTask poll, BatchBuilder draft) {
        Fact fact = result.fact();
        JobState state = draft.state(fact.job());
        if (state.retired() == null && state.isUnpublished() && scope.isOld(fact)) {
            state = state.retired(Retired.OLD);
        } else {
            state = draft.publishDeferredBefore(fact, state.seen());
        }
        boolean deferred = poll.listing().holdsEndings() && state.retired() == null && state.suspension() == null
                && fact.isEnding() && !source.follow().isEmpty();
        poll.listing().shows(fact.job(), state.retired() == null, deferred ? draft.ending(result) : null);
        if (deferred) {
            state = draft.hold(result, state);
        } else if (state.retired() != Retired.OLD) {
            state = state.with(draft.publish(StateDiff.ofState(state.published(), List.of(result))));
        }
        draft.remember(state);
    }
}
