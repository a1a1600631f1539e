package org.finetunebridge.watch;

import java.util.List;
import java.util.Objects;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Finding;
import org.finetunebridge.event.Kind;
import org.finetunebridge.event.Page;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.memory.JobMemory.Retired;
import org.finetunebridge.memory.News;
import org.finetunebridge.memory.Trouble;
import org.finetunebridge.settings.SourceSettings;

/** Holds a page of what is read of one job against the memory. */
final class JobObserver {

    private final Scope scope;
    private final StateObserver states;
    private final LineObserver lines;
    private final boolean listsJobs;

    JobObserver(SourceSettings source) {
        this.scope = new Scope(source);
        this.states = new StateObserver(source);
        this.lines = new LineObserver();
        this.listsJobs = source.listsJobs();
    }

    void observe(Page page, Poll poll, Draft draft) {
        JobMemory memory = draft.memory(poll.getJob()).seen();
        if (memory.isUntold() && isOutOfScope(page.findings(), draft, memory)) {
            poll.walk().end();
            return;
        }
        List<Finding> findings = page.findings().stream().map(finding -> ofThisJob(finding, poll.getJob())).toList();
        Way way = poll.way();
        if (way.isGrowing() || way.isNamed()) {
            memory = lines.observe(page, findings, poll, draft, memory);
            memory = poll.isReading() || poll.ending() == null ? memory
                    : memory.with(draft.tell(News.ofState(memory.told(), List.of(poll.ending().finding()))));
        } else {
            memory = states.observe(page, findings, poll, draft, memory);
        }
        if (!poll.isReading()) {
            memory = memory.readWhole().with((Trouble) null);
            forgetTroubleOfAccount(draft);
        }
        draft.remember(memory);
    }

    /** A job was read, so nothing is wrong with the account. That says nothing of its list. */
    private void forgetTroubleOfAccount(Draft draft) {
        JobMemory own = draft.memory("");
        draft.remember(own.with(listsJobs ? Hold.ofList(own.trouble()) : null));
    }

    private boolean isOutOfScope(List<Finding> findings, Draft draft, JobMemory memory) {
        Fact first = findings.stream().map(Finding::fact).filter(Objects::nonNull)
                .filter(fact -> fact.kind() == Kind.JOB_STATUS_CHANGED).findFirst()
                .orElse(findings.isEmpty() ? null : findings.get(0).fact());
        if (first == null || scope.wants(first) && !scope.isOld(first)) {
            return false;
        }
        if (scope.isOld(first)) {
            draft.remember(memory.retired(Retired.OLD));
        }
        return true;
    }

    private static Finding ofThisJob(Finding finding, String job) {
        return finding.fact() == null || finding.fact().job().equals(job) ? finding
                : finding.refused("it is about another job than the one asked for");
    }
}
