package org.finetunebridge.polling;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.finetunebridge.deadletter.DeadLetterFactory;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.OutgoingEvent;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;

/** Gathers the batch of one page. */
final class BatchBuilder {

    private final PollTask poll;
    private final CloudEventWriter envelope;
    private final DeadLetterFactory deadLetters;
    private final String requestId;
    private final Instant observedAt;
    private final List<EncodedEvent> events = new ArrayList<>();
    private final List<EncodedEvent> letters = new ArrayList<>();
    private final Map<String, JobState> memories = new LinkedHashMap<>();

    /**
     * @param envelope   of the source's events
     * @param requestId  as the page says it; null to go by the answer's headers
     * @param observedAt when the answer came
     */
    BatchBuilder(PollTask poll, CloudEventWriter envelope, String requestId, Instant observedAt) {
        this.poll = poll;
        this.envelope = envelope;
        this.deadLetters = new DeadLetterFactory(envelope);
        this.requestId = requestId == null ? poll.getAttempt().requestId() : requestId;
        this.observedAt = observedAt;
    }

    /** With what this batch tells already: a page may show one job twice. */
    JobState memory(String job) {
        JobState drafted = memories.get(job);
        return drafted == null ? poll.session().of(poll.getSource(), job) : drafted;
    }

    boolean knows(String job) {
        return memories.containsKey(job) || poll.session().knows(poll.getSource(), job);
    }

    PublishedState tell(StateDiff news) {
        return tell(news, poll.isReading() ? poll.getResource() : "");
    }

    PublishedState tell(StateDiff news, String resource) {
        poll.known(news.known());
        for (OutgoingEvent telling : news.items()) {
            events.add(event(telling));
        }
        for (ParseResult refused : news.refused()) {
            letters.add(deadLetters.ofRecord(refused, poll.getJob(), resource, poll.getAttempt()));
        }
        return news.told();
    }

    /** Adds a dead letter. */
    void deadLetter(EncodedEvent letter) {
        letters.add(letter);
    }

    DeferredEnd ending(ParseResult finding) {
        return new DeferredEnd(finding, observedAt, requestId);
    }

    /** What is held back of a job is told now, whatever else there may be to read of it. */
    JobState tellHeld(JobState memory) {
        DeferredEnd held = DeferredEnd.of(memory);
        if (held == null) {
            return memory;
        }
        StateDiff news = StateDiff.ofState(memory.told(), List.of(held.finding()));
        news.items().forEach(item -> events.add(envelope.of(item, held.observedAt(), held.requestId())));
        return memory.with(news.told());
    }

    /** An end that is held back is older than the status that is shown now. */
    JobState tellHeldBefore(Fact shown, JobState memory) {
        return memory.held() == null || shown.kind() != FactType.JOB_STATUS_CHANGED
                || memory.held().status().equals(shown.status()) ? memory : tellHeld(memory);
    }

    /** Holds an end back: it is told with what is read last of its job, or when there is nothing to read any more. */
    JobState hold(ParseResult end, JobState memory) {
        return memory.knowsEnd(end.fact().status()) ? memory : memory.holding(ending(end).held());
    }

    /** What was held back was seen in another answer than the one it is told with. */
    private EncodedEvent event(OutgoingEvent telling) {
        DeferredEnd held = poll.ending();
        return held != null && telling.fact() == held.finding().fact()
                ? envelope.of(telling, held.observedAt(), held.requestId())
                : envelope.of(telling, observedAt, requestId);
    }

    void remember(JobState memory) {
        if (!memory.equals(memory(memory.job()))) {
            memories.put(memory.job(), memory);
        }
    }

    Batch batch() {
        return new Batch(poll.session(), events, letters, List.copyOf(memories.values()),
                (event, why) -> deadLetters.ofEvent(event, why, poll.getAttempt()));
    }
}
