package org.finetunebridge.watch;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.finetunebridge.deadletter.DeadLetters;
import org.finetunebridge.event.Envelope;
import org.finetunebridge.event.FactReader;
import org.finetunebridge.event.Page;
import org.finetunebridge.fetch.Failure;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.memory.News;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;

/** Holds a page against the memory: what is new in it becomes the batch to commit. */
public final class Observer {

    private final FactReader reader;
    private final Envelope envelope;
    private final Drift drift;
    private final ListObserver list;
    private final JobObserver jobs;

    /** @param envelope of the source's events */
    public Observer(SourceSettings source, Envelope envelope) {
        this.reader = new FactReader(source.provider().name(), source.zone());
        this.envelope = envelope;
        this.drift = new Drift(source.name(), source.provider().fields());
        this.list = new ListObserver(source);
        this.jobs = new JobObserver(source);
    }

    /** The page as the batch that tells it, and the poll moved on to what is read next. */
    public Batch observe(@Body JsonNode mapped, @Variable("poll") Poll poll) {
        Page page = Page.of(mapped, reader, poll.way().naming(poll.place().from()));
        page.findings().forEach(finding -> drift.look(poll.getResource(), finding));
        var draft = new Draft(poll, envelope, page.requestId(), poll.getAttempt().observedAt());
        poll.walk().observes();
        if (poll.isList()) {
            list.observe(page, poll, draft);
        } else {
            jobs.observe(page, poll, draft);
        }
        return draft.batch();
    }

    /** What came that nobody here knows. */
    public Drift drift() {
        return drift;
    }

    /**
     * A failed poll as the batch that tells of it: what was held back, and a dead letter if it comes to that.
     *
     * @param again whether it is tried again soon, so that what is held back may wait
     */
    Batch failed(Poll poll, Retries.Verdict verdict, Failure failure, boolean again, Instant now) {
        var draft = new Draft(poll, envelope, null, now);
        JobMemory memory = draft.memory(poll.getJob());
        if (poll.ending() != null && !again) {
            poll.walk().observes();
            memory = memory.with(draft.tell(News.ofState(memory.told(), List.of(poll.ending().finding()))));
            poll.ending(null);
        }
        draft.remember(memory);
        String concerned = verdict.ofAll() ? "" : poll.getJob();
        if (verdict.trouble() != null) {
            JobMemory before = draft.memory(concerned);
            draft.remember(before.with(verdict.ofAll() ? verdict.trouble().beside(Hold.ofList(before.trouble()))
                    : verdict.trouble()));
        }
        if (verdict.tell()) {
            draft.deadLetter(new DeadLetters(envelope).ofFailure(failure, verdict.trouble().attempts(), concerned,
                    poll.getResource(), poll.getAttempt(), now));
        }
        return draft.batch();
    }
}
