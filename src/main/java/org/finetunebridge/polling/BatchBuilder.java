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
    private final Map<String, JobState> states = new LinkedHashMap<>();

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
    JobState state(String job) {
        JobState drafted = states.get(job);
        return drafted == null ? poll.session().of(poll.getSource(), job) : drafted;
    }

    boolean knows(String job) {
        return states.containsKey(job) || poll.session().knows(poll.getSource(), job);
    }

    PublishedState publish(StateDiff diff) {
        return publish(diff, poll.isReading() ? poll.getResource() : "");
    }

    PublishedState publish(StateDiff diff, String resource) {
        poll.known(diff.known());
        for (OutgoingEvent outgoing : diff.items()) {
            events.add(event(outgoing));
        }
        for (ParseResult rejected : diff.rejected()) {
            letters.add(deadLetters.ofRecord(rejected, poll.getJob(), resource, poll.getAttempt()));
        }
        return diff.published();
    }

    /** Adds a dead letter. */
    void deadLetter(EncodedEvent letter) {
        letters.add(letter);
    }

    DeferredEnd ending(ParseResult result) {
        return new DeferredEnd(result, observedAt, requestId);
    }

    /** What is held back of a job is told now, whatever else there may be to read of it. */
    JobState publishDeferred(JobState state) {
        DeferredEnd deferred = DeferredEnd.of(state);
        if (deferred == null) {
            return state;
        }
        StateDiff diff = StateDiff.ofState(state.published(), List.of(deferred.result()));
        diff.items().forEach(item -> events.add(envelope.of(item, deferred.observedAt(), deferred.requestId())));
        return state.with(diff.published());
    }

    /** An end that is held back is older than the status that is shown now. */
    JobState publishDeferredBefore(Fact shown, JobState state) {
        return state.deferred() == null || shown.kind() != FactType.JOB_STATUS_CHANGED
                || state.deferred().status().equals(shown.status()) ? state : publishDeferred(state);
    }

    /** Holds an end back: it is told with what is read last of its job, or when there is nothing to read any more. */
    JobState hold(ParseResult end, JobState state) {
        return state.knowsEnd(end.fact().status()) ? state : state.deferring(ending(end).deferred());
    }

    /** What was held back was seen in another answer than the one it is told with. */
    private EncodedEvent event(OutgoingEvent outgoing) {
        DeferredEnd deferred = poll.ending();
        return deferred != null && outgoing.fact() == deferred.result().fact()
                ? envelope.of(outgoing, deferred.observedAt(), deferred.requestId())
                : envelope.of(outgoing, observedAt, requestId);
    }

    void remember(JobState state) {
        if (!state.equals(state(state.job()))) {
            states.put(state.job(), state);
        }
    }

    Batch batch() {
        return new Batch(poll.session(), events, letters, List.copyOf(states.values()),
                (event, why) -> deadLetters.ofEvent(event, why, poll.getAttempt()));
    }
}
