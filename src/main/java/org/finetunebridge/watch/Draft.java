package org.finetunebridge.watch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.finetunebridge.deadletter.DeadLetters;
import org.finetunebridge.event.Envelope;
import org.finetunebridge.event.Event;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Finding;
import org.finetunebridge.event.Kind;
import org.finetunebridge.event.Telling;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.memory.News;
import org.finetunebridge.memory.Told;
import org.finetunebridge.sink.Batch;

/** Gathers the batch of one page. */
final class Draft {

    private final Poll poll;
    private final Envelope envelope;
    private final DeadLetters deadLetters;
    private final String requestId;
    private final Instant observedAt;
    private final List<Event> events = new ArrayList<>();
    private final List<Event> letters = new ArrayList<>();
    private final Map<String, JobMemory> memories = new LinkedHashMap<>();

    /**
     * @param envelope   of the source's events
     * @param requestId  as the page says it; null to go by the answer's headers
     * @param observedAt when the answer came
     */
    Draft(Poll poll, Envelope envelope, String requestId, Instant observedAt) {
        this.poll = poll;
        this.envelope = envelope;
        this.deadLetters = new DeadLetters(envelope);
        this.requestId = requestId == null ? poll.getAttempt().requestId() : requestId;
        this.observedAt = observedAt;
    }

    /** With what this batch tells already: a page may show one job twice. */
    JobMemory memory(String job) {
        JobMemory drafted = memories.get(job);
        return drafted == null ? poll.session().of(poll.getSource(), job) : drafted;
    }

    boolean knows(String job) {
        return memories.containsKey(job) || poll.session().knows(poll.getSource(), job);
    }

    Told tell(News news) {
        return tell(news, poll.isReading() ? poll.getResource() : "");
    }

    Told tell(News news, String resource) {
        poll.known(news.known());
        for (Telling telling : news.items()) {
            events.add(event(telling));
        }
        for (Finding refused : news.refused()) {
            letters.add(deadLetters.ofRecord(refused, poll.getJob(), resource, poll.getAttempt()));
        }
        return news.told();
    }

    /** Adds a dead letter. */
    void deadLetter(Event letter) {
        letters.add(letter);
    }

    Ending ending(Finding finding) {
        return new Ending(finding, observedAt, requestId);
    }

    /** What is held back of a job is told now, whatever else there may be to read of it. */
    JobMemory tellHeld(JobMemory memory) {
        Ending held = Ending.of(memory);
        if (held == null) {
            return memory;
        }
        News news = News.ofState(memory.told(), List.of(held.finding()));
        news.items().forEach(item -> events.add(envelope.of(item, held.observedAt(), held.requestId())));
        return memory.with(news.told());
    }

    /** An end that is held back is older than the status that is shown now. */
    JobMemory tellHeldBefore(Fact shown, JobMemory memory) {
        return memory.held() == null || shown.kind() != Kind.JOB_STATUS_CHANGED
                || memory.held().status().equals(shown.status()) ? memory : tellHeld(memory);
    }

    /** Holds an end back: it is told with what is read last of its job, or when there is nothing to read any more. */
    JobMemory hold(Finding end, JobMemory memory) {
        return memory.knowsEnd(end.fact().status()) ? memory : memory.holding(ending(end).held());
    }

    /** What was held back was seen in another answer than the one it is told with. */
    private Event event(Telling telling) {
        Ending held = poll.ending();
        return held != null && telling.fact() == held.finding().fact()
                ? envelope.of(telling, held.observedAt(), held.requestId())
                : envelope.of(telling, observedAt, requestId);
    }

    void remember(JobMemory memory) {
        if (!memory.equals(memory(memory.job()))) {
            memories.put(memory.job(), memory);
        }
    }

    Batch batch() {
        return new Batch(poll.session(), events, letters, List.copyOf(memories.values()),
                (event, why) -> deadLetters.ofEvent(event, why, poll.getAttempt()));
    }
}
