package org.finetunebridge.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.state.JobState;

/**
 * What one page comes to: all of it is committed, or none.
 *
 * @param session     the session whose state the page was compared with
 * @param events      to publish, in this order
 * @param deadLetters what could not be used
 * @param states      the jobs' states once the commit is confirmed
 * @param rejected    the dead letter for an event that can never be written, and why not; null if there is none
 */
public record Batch(SinkSession session, List<EncodedEvent> events, List<EncodedEvent> deadLetters,
        List<JobState> states, BiFunction<EncodedEvent, String, EncodedEvent> rejected) {

    /** A batch that is written whole or not at all. */
    public Batch(SinkSession session, List<EncodedEvent> events, List<EncodedEvent> deadLetters,
            List<JobState> states) {
        this(session, events, deadLetters, states, null);
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
                states, rejected);
    }

    int bytes() {
        return events.stream().mapToInt(event -> event.value().length).sum();
    }
}
