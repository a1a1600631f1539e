package org.finetunebridge.polling;

import java.util.ArrayList;
import java.util.List;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.StateDiff;

/**
 * Holds a page against the memory that shows how a job and its checkpoints stand. The end of a job is told with what is
 * read last of it, so that nobody acts on it before its checkpoints.
 */
final class StatusChangeDetector {

    private final String job;

    StatusChangeDetector(SourceSettings source) {
        this.job = source.provider().job();
    }

    JobState observe(RecordPage page, List<ParseResult> findings, PollTask poll, BatchBuilder draft, JobState before) {
        String resource = poll.getResource();
        boolean whole = poll.way().isWhole();
        poll.walk().passState(page);
        List<ParseResult> now = new ArrayList<>(findings);
        JobState memory = resource.equals(job) ? following(findings, poll, draft, before) : before;
        ParseResult end = poll.isReading() && resource.equals(job) ? end(findings) : null;
        if (end != null) {
            poll.ending(draft.ending(end));
            memory = draft.hold(end, memory);
            now.remove(end);
        } else if (!poll.isReading() && poll.ending() != null) {
            now.add(poll.ending().finding());
        }
        return memory.with(draft.tell(whole ? StateDiff.ofList(memory.told(), now, resource, true)
                : StateDiff.ofState(memory.told(), now), resource));
    }

    /** What was held back since an earlier reading is over if the job has another status now. */
    private static JobState following(List<ParseResult> findings, PollTask poll, BatchBuilder draft, JobState before) {
        JobState memory = before;
        for (ParseResult finding : findings) {
            memory = finding.fact() == null ? memory : draft.tellHeldBefore(finding.fact(), memory);
        }
        if (before.held() != null && memory.held() == null) {
            poll.ending(null);
        }
        return memory;
    }

    private static ParseResult end(List<ParseResult> findings) {
        return findings.stream().filter(finding -> finding.fact() != null && finding.fact().isEnding()).findFirst()
                .orElse(null);
    }
}
