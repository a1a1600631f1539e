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
        JobState memory = draft.memory(poll.getJob()).seen();
        if (memory.isUntold() && isOutOfScope(page.findings(), draft, memory)) {
            poll.walk().end();
            return;
        }
        List<ParseResult> findings = page.findings().stream().map(finding -> ofThisJob(finding, poll.getJob())).toList();
        PaginationStrategy way = poll.way();
        if (way.isGrowing() || way.isNamed()) {
            memory = lines.observe(page, findings, poll, draft, memory);
            memory = poll.isReading() || poll.ending() == null ? memory
                    : memory.with(draft.tell(StateDiff.ofState(memory.told(), List.of(poll.ending().finding()))));
        } else {
            memory = states.observe(page, findings, poll, draft, memory);
        }
        if (!poll.isReading()) {
            memory = memory.readWhole().with((Suspension) null);
            forgetTroubleOfAccount(draft);
        }
        draft.remember(memory);
    }

    /** A job was read, so nothing is wrong with the account. That says nothing of its list. */
    private void forgetTroubleOfAccount(BatchBuilder draft) {
        JobState own = draft.memory("");
        draft.remember(own.with(listsJobs ? SourceHold.ofList(own.trouble()) : null));
    }

    private boolean isOutOfScope(List<ParseResult> findings, BatchBuilder draft, JobState memory) {
        Fact first = findings.stream().map(ParseResult::fact).filter(Objects::nonNull)
                .filter(fact -> fact.kind() == FactType.JOB_STATUS_CHANGED).findFirst()
                .orElse(findings.isEmpty() ? null : findings.get(0).fact());
        if (first == null || scope.wants(first) && !scope.isOld(first)) {
            return false;
        }
        if (scope.isOld(first)) {
            draft.remember(memory.retired(Retired.OLD));
        }
        return true;
    }

    private static ParseResult ofThisJob(ParseResult finding, String job) {
        return finding.fact() == null || finding.fact().job().equals(job) ? finding
                : finding.refused("it is about another job than the one asked for");
    }
}
