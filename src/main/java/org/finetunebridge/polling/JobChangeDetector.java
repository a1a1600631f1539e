package org.finetunebridge.polling;

import java.util.List;
import java.util.Objects;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobState.Retired;
import org.finetunebridge.state.StateDiff;
import org.finetunebridge.state.Suspension;

/** Holds a page of what is read of one job against the memory. */
final class JobChangeDetector {

    private final JobFilter scope;
    private final StatusChangeDetector states;
    private final LogChangeDetector lines;
    private final boolean listsJobs;

    JobChangeDetector(SourceSettings source) {
        this.scope = new JobFilter(source);
        this.states = new StatusChangeDetector(source);
        this.lines = new LogChangeDetector();
        this.listsJobs = source.listsJobs();
    }

    void observe(RecordPage page, PollTask poll, BatchBuilder draft) {
        JobState state = draft.state(poll.getJob()).seen();
        if (state.isUnpublished() && isOutOfScope(page.results(), draft, state)) {
            poll.walk().end();
            return;
        }
        List<ParseResult> results = page.results().stream().map(result -> ofThisJob(result, poll.getJob())).toList();
        PaginationStrategy way = poll.way();
        if (way.isGrowing() || way.isNamed()) {
            state = lines.observe(page, results, poll, draft, state);
            state = poll.isReading() || poll.ending() == null ? state
                    : state.with(draft.publish(StateDiff.ofState(state.published(), List.of(poll.ending().result()))));
        } else {
            state = states.observe(page, results, poll, draft, state);
        }
        if (!poll.isReading()) {
            state = state.readWhole().with((Suspension) null);
            forgetTroubleOfAccount(draft);
        }
        draft.remember(state);
    }

    /** A job was read, so nothing is wrong with the account. That says nothing of its list. */
    private void forgetTroubleOfAccount(BatchBuilder draft) {
        JobState own = draft.state("");
        draft.remember(own.with(listsJobs ? SourceHold.ofList(own.suspension()) : null));
    }

    private boolean isOutOfScope(List<ParseResult> results, BatchBuilder draft, JobState state) {
        Fact first = results.stream().map(ParseResult::fact).filter(Objects::nonNull)
                .filter(fact -> fact.kind() == FactType.JOB_STATUS_CHANGED).findFirst()
                .orElse(results.isEmpty() ? null : results.get(0).fact());
        if (first == null || scope.wants(first) && !scope.isOld(first)) {
            return false;
        }
        if (scope.isOld(first)) {
            draft.remember(state.retired(Retired.OLD));
        }
        return true;
    }

    private static ParseResult ofThisJob(ParseResult result, String job) {
        return result.fact() == null || result.fact().job().equals(job) ? result
                : result.rejected("it is about another job than the one asked for");
    }
}
