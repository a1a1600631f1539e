package org.finetunebridge.sink;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.state.JobState;

/**
 * What one page comes to: all of it is committed, or none.
 *
 * @param session      the session whose state the page was compared with
 * @param events       to publish, in this order
 * @param deadLetters  what could not be used
 * @param states       the jobs' states once the commit is confirmed
 * @param rejected     the dead letter for an event that can never be written, and why not; null if there is none
 * @param confirmation says what becomes of it; null if the publisher is to wait until that is known
 */
public record Batch(SinkSession session, List<EncodedEvent> events, List<EncodedEvent> deadLetters,
        List<JobState> states, BiFunction<EncodedEvent, String, EncodedEvent> rejected, Confirmation confirmation) {

    /** A batch that is written whole or not at all; the publisher waits until it is known which. */
    public Batch(SinkSession session, List<EncodedEvent> events, List<EncodedEvent> deadLetters,
            List<JobState> states) {
        this(session, events, deadLetters, states, null, null);
    }

    /** The same; an event that can never be written becomes a dead letter. */
    public Batch(SinkSession session, List<EncodedEvent> events, List<EncodedEvent> deadLetters,
            List<JobState> states, BiFunction<EncodedEvent, String, EncodedEvent> rejected) {
        this(session, events, deadLetters, states, rejected, null);
    }

    /** Whether there is nothing to commit. */
    public boolean isEmpty() {
        return events.isEmpty() && deadLetters.isEmpty() && states.isEmpty();
    }

    /** With a dead letter in place of the event that it was rejected for; null if that cannot be. */
    Batch without(EventRejectedException why) {
        if (rejected == null || why.event() == null || !events.contains(why.event())) {
            return null;
        }
        List<EncodedEvent> letters = new ArrayList<>(deadLetters);
        letters.add(rejected.apply(why.event(), why.getMessage()));
        return new Batch(session, events.stream().filter(event -> !event.equals(why.event())).toList(), letters,
                states, rejected, confirmation);
    }

    /** The states that several batches leave, which are committed together, by name: of each job the last. */
    public static Map<String, JobState> lastStates(List<Batch> batches) {
        Map<String, JobState> last = new LinkedHashMap<>();
        batches.forEach(batch -> batch.states().forEach(state -> last.put(state.name(), state)));
        return last;
    }

    Batch confirming(Confirmation other) {
        return new Batch(session, events, deadLetters, states, rejected, other);
    }

    int bytes() {
        return bytes(events) + bytes(deadLetters);
    }

    private static int bytes(List<EncodedEvent> events) {
        return events.stream().mapToInt(event -> event.value().length).sum();
    }
}
