package org.finetunebridge.polling;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.finetunebridge.deadletter.DeadLetterFactory;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.StateDiff;

/** Holds a page against the memory: what is new in it becomes the batch to commit. */
public final class ChangeDetector {

    private final FactParser reader;
    private final CloudEventWriter envelope;
    private final SchemaDriftDetector drift;
    private final JobListChangeDetector list;
    private final JobChangeDetector jobs;

    /** @param envelope of the source's events */
    public ChangeDetector(SourceSettings source, CloudEventWriter envelope) {
        this.reader = new FactParser(source.provider().name(), source.zone());
        this.envelope = envelope;
        this.drift = new SchemaDriftDetector(source.name(), source.provider().fields());
        this.list = new JobListChangeDetector(source);
        this.jobs = new JobChangeDetector(source);
    }

    /** The page as the batch that tells it, and the poll moved on to what is read next. */
    public Batch observe(@Body JsonNode mapped, @Variable("poll") PollTask poll) {
        RecordPage page = RecordPage.of(mapped, reader, poll.way().naming(poll.place().from()));
        page.results().forEach(result -> drift.look(poll.getResource(), result));
        var draft = new BatchBuilder(poll, envelope, page.requestId(), poll.getAttempt().observedAt());
        poll.walk().observes();
        if (poll.isList()) {
            list.observe(page, poll, draft);
        } else {
            jobs.observe(page, poll, draft);
        }
        return draft.batch();
    }

    /** What came that nobody here knows. */
    public SchemaDriftDetector drift() {
        return drift;
    }

    /**
     * A failed poll as the batch that tells of it: what was held back, and a dead letter if it comes to that.
     *
     * @param again whether it is tried again soon, so that what is held back may wait
     */
    Batch failed(PollTask poll, RetryPolicy.Verdict verdict, ProviderException failure, boolean again, Instant now) {
        var draft = new BatchBuilder(poll, envelope, null, now);
        JobState state = draft.state(poll.getJob());
        if (poll.ending() != null && !again) {
            poll.walk().observes();
            state = state.with(draft.publish(StateDiff.ofState(state.published(), List.of(poll.ending().result()))));
            poll.ending(null);
        }
        draft.remember(state);
        String concerned = verdict.ofAll() ? "" : poll.getJob();
        if (verdict.suspension() != null) {
            JobState before = draft.state(concerned);
            draft.remember(before.with(verdict.ofAll() ? verdict.suspension().beside(SourceHold.ofList(before.suspension()))
                    : verdict.suspension()));
        }
        if (verdict.publish()) {
            draft.deadLetter(new DeadLetterFactory(envelope).ofFailure(failure, verdict.suspension().attempts(), concerned,
                    poll.getResource(), poll.getAttempt(), now));
        }
        return draft.batch();
    }
}
