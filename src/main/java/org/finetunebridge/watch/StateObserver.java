package org.finetunebridge.watch;

import java.util.ArrayList;
import java.util.List;
import org.finetunebridge.event.Finding;
import org.finetunebridge.event.Page;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.memory.News;
import org.finetunebridge.settings.SourceSettings;

/**
 * Holds a page against the memory that shows how a job and its checkpoints stand. The end of a job is told with what is
 * read last of it, so that nobody acts on it before its checkpoints.
 */
final class StateObserver {

    private final String job;

    StateObserver(SourceSettings source) {
        this.job = source.provider().job();
    }

    JobMemory observe(Page page, List<Finding> findings, Poll poll, Draft draft, JobMemory before) {
        String resource = poll.getResource();
        boolean whole = poll.way().isWhole();
        poll.walk().passState(page);
        List<Finding> now = new ArrayList<>(findings);
        JobMemory memory = resource.equals(job) ? following(findings, poll, draft, before) : before;
        Finding end = poll.isReading() && resource.equals(job) ? end(findings) : null;
        if (end != null) {
            poll.ending(draft.ending(end));
            memory = draft.hold(end, memory);
            now.remove(end);
        } else if (!poll.isReading() && poll.ending() != null) {
            now.add(poll.ending().finding());
        }
        return memory.with(draft.tell(whole ? News.ofList(memory.told(), now, resource, true)
                : News.ofState(memory.told(), now), resource));
    }

    /** What was held back since an earlier reading is over if the job has another status now. */
    private static JobMemory following(List<Finding> findings, Poll poll, Draft draft, JobMemory before) {
        JobMemory memory = before;
        for (Finding finding : findings) {
            memory = finding.fact() == null ? memory : draft.tellHeldBefore(finding.fact(), memory);
        }
        if (before.held() != null && memory.held() == null) {
            poll.ending(null);
        }
        return memory;
    }

    private static Finding end(List<Finding> findings) {
        return findings.stream().filter(finding -> finding.fact() != null && finding.fact().isEnding()).findFirst()
                .orElse(null);
    }
}
