package org.finetunebridge.sink;

import java.util.List;
import org.finetunebridge.event.Event;
import org.finetunebridge.memory.JobMemory;

/**
 * What one page comes to: all of it is committed, or none.
 *
 * @param session     the session whose memory the page was held against
 * @param events      to publish, in this order
 * @param deadLetters what could not be used
 * @param memories    what is remembered once the commit is confirmed
 */
public record Batch(Session session, List<Event> events, List<Event> deadLetters, List<JobMemory> memories) {

    /** Whether there is nothing to commit. */
    public boolean isEmpty() {
        return events.isEmpty() && deadLetters.isEmpty() && memories.isEmpty();
    }

    int bytes() {
        return events.stream().mapToInt(event -> event.value().length).sum();
    }
}
