package org.finetunebridge.polling;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.finetunebridge.deadletter.DeadLetterFactory;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.Timestamps;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Confirmation;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;
import org.finetunebridge.state.TimedDiff;
import org.finetunebridge.state.TrainingSummary;

/**
 * Gathers the batch of one page: events, dead letters and the states that are remembered with them. Events keep the order
 * that {@code state.EventOrder} gave them; the end of a job is deferred until everything else of it is published.
 */
final class BatchBuilder {

    private final PollTask poll;
    private final SourceSettings source;
    private final String resource;
    private final CloudEventWriter envelope;
    private final DeadLetterFactory deadLetters;
    private final String requestId;
    private final Instant observedAt;
    private final List<EncodedEvent> events = new ArrayList<>();
    private final List<EncodedEvent> letters = new ArrayList<>();
    private final Map<String, JobState> states = new LinkedHashMap<>();
    private final Set<String> progressed = new HashSet<>();

    /**
     * @param source     says which kinds of events are published
     * @param envelope   of the source's events
     * @param requestId  as the page says it; null to go by the answer's headers
     * @param observedAt when the answer came, or when it was given up, UTC
     */
    BatchBuilder(PollTask poll, SourceSettings source, CloudEventWriter envelope, String requestId, Instant observedAt) {
        this.poll = poll;
        this.source = source;
        this.resource = poll.getResource();
        this.envelope = envelope;
        this.deadLetters = new DeadLetterFactory(envelope);
        this.requestId = requestId == null ? poll.getAttempt().requestId() : requestId;
        this.observedAt = observedAt;
    }

    /** The state after what this batch publishes already: a page may show one job twice. */
    JobState state(String job) {
        JobState drafted = states.get(job);
        return drafted == null ? poll.session().pending(poll.getSource(), job) : drafted;
    }

    boolean knows(String job) {
        return states.containsKey(job) || poll.session().knows(poll.getSource(), job);
    }

    PublishedState publish(StateDiff diff) {
        poll.known(diff.known());
        diff.items().forEach(item -> progressed.add(item.fact().job()));
        PublishedState published = publish(diff, observedAt, requestId);
        diff.rejected().forEach(rejected -> letters.add(deadLetters.ofRecord(rejected, poll.getJob(), resource,
                poll.getAttempt(), observedAt)));
        return published;
    }

    /** Facts that time made, which nobody answered. */
    JobState publish(TimedDiff diff) {
        diff.facts().forEach(fact -> events.add(envelope.of(new OutgoingEvent(fact, null, null), observedAt, null)));
        return diff.state();
    }

    /** The state of a job of which this batch publishes something: the job is not silent. */
    JobState progressed(JobState state) {
        return progressed.contains(state.job()) ? state.progressed(observedAt) : state;
    }

    /**
     * Kinds that nobody wants are still followed, for an order, an end or its summary may depend on them.
     *
     * @return the state, with what is kept for the summary
     */
    private PublishedState publish(StateDiff diff, Instant seen, String request) {
        TrainingSummary summary = diff.published().summary();
        boolean over = diff.published().terminal() && diff.items().stream().noneMatch(item -> item.fact().isEnding());
        Fact checkpoint = null;
        for (OutgoingEvent item : diff.items()) {
            Fact fact = item.fact();
            Instant at = fact.time() == null ? seen : fact.time();
            OutgoingEvent event = !fact.isEnding() ? item
                    : item.with(summary.json(clock(fact, "createdAt"), clock(fact, "startedAt"), at));
            checkpoint = fact.kind() == FactType.CHECKPOINT_CHANGED ? fact : checkpoint;
            boolean ofCheckpoint = checkpoint != null && fact.data().path("origin").asText().equals("checkpoint");
            summary = over ? summary : summary.after(fact, at, item.previous(), ofCheckpoint ? checkpoint : null);
            if (source.publishes(fact.kind())) {
                events.add(envelope.of(event, seen, request));
            }
        }
        return diff.published().withSummary(summary);
    }

    private Instant clock(Fact fact, String field) {
        try {
            return Timestamps.parse(fact.data().get(field), source.zone());
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Adds a dead letter. */
    void deadLetter(EncodedEvent letter) {
        letters.add(letter);
    }

    DeferredEnd ending(ParseResult result) {
        return new DeferredEnd(result, observedAt, requestId);
    }

    /** An end is published as it was seen, in another answer than the one it is published with; null for none. */
    JobState publish(DeferredEnd end, JobState state) {
        if (end == null) {
            return state;
        }
        StateDiff diff = StateDiff.ofEnd(state.published(), end.result());
        return state.with(publish(diff, end.observedAt(), end.requestId()));
    }

    /** A deferred end is older than the status that is shown now. */
    JobState publishDeferredBefore(Fact shown, JobState state) {
        return state.deferred() == null || shown.kind() != FactType.JOB_STATUS_CHANGED
                || state.deferred().status().equals(shown.status()) ? state : publish(DeferredEnd.of(state), state);
    }

    /** Defers an end: it is published with what is read last of its job, or when there is nothing to read any more. */
    JobState defer(ParseResult end, JobState state) {
        return state.knowsEnd(end.fact().status()) ? state : state.deferring(ending(end).deferred());
    }

    void remember(JobState state) {
        if (!state.equals(state(state.job()))) {
            states.put(state.job(), state);
        }
    }

    /** Of a page: the reading goes on while it is committed. */
    Batch page() {
        Batch page = batch(new Confirmation(poll.unconfirmed().basis()));
        poll.unconfirmed().drafted(page);
        return page;
    }

    /** Of a failure: the reading goes on once it is committed. */
    Batch batch() {
        return batch(null);
    }

    private Batch batch(Confirmation confirmation) {
        return new Batch(poll.session(), events, letters, List.copyOf(states.values()),
                (event, why) -> deadLetters.ofEvent(event, why, poll.getAttempt(), observedAt), confirmation);
    }
}
