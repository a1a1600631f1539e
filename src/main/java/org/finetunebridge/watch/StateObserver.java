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

    JobMemory observe(Page page, List<Finding> findings, Poll poll, Draft draft, JobMemory memory) {
        String resource = poll.getResource();
        boolean whole = poll.way().isWhole();
        poll.passState(page);
        List<Finding> now = new ArrayList<>(findings);
        if (poll.isReading() && resource.equals(job)) {
            findings.stream().filter(finding -> finding.fact() != null && finding.fact().isEnding()).findFirst()
                    .ifPresent(ending -> {
                        poll.ending(draft.ending(ending));
                        now.remove(ending);
                    });
        } else if (!poll.isReading() && poll.ending() != null) {
            now.add(poll.ending().finding());
        }
        return memory.with(draft.tell(whole ? News.ofList(memory.told(), now, resource, true)
                : News.ofState(memory.told(), now), resource));
    }
}
