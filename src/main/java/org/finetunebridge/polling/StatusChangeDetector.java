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

    JobState observe(RecordPage page, List<ParseResult> results, PollTask poll, BatchBuilder draft, JobState before) {
        String resource = poll.getResource();
        boolean whole = poll.way().isWhole();
        poll.walk().passState(page);
        List<ParseResult> now = new ArrayList<>(results);
        JobState state = resource.equals(job) ? following(results, poll, draft, before) : before;
        ParseResult end = poll.isReading() && resource.equals(job) ? end(results) : null;
        if (end != null) {
            poll.ending(draft.ending(end));
            state = draft.hold(end, state);
            now.remove(end);
        } else if (!poll.isReading() && poll.ending() != null) {
            now.add(poll.ending().result());
        }
        return state.with(draft.publish(whole ? StateDiff.ofList(state.published(), now, resource, true)
                : StateDiff.ofState(state.published(), now), resource));
    }

    /** What was held back since an earlier reading is over if the job has another status now. */
    private static JobState following(List<ParseResult> results, PollTask poll, BatchBuilder draft, JobState before) {
        JobState state = before;
        for (ParseResult result : results) {
            state = result.fact() == null ? state : draft.publishDeferredBefore(result.fact(), state);
        }
        if (before.deferred() != null && state.deferred() == null) {
            poll.ending(null);
        }
        return state;
    }

    private static ParseResult end(List<ParseResult> results) {
        return results.stream().filter(result -> result.fact() != null && result.fact().isEnding()).findFirst()
                .orElse(null);
    }
}
