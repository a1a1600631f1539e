package org.finetunebridge.observability.statuspage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.finetunebridge.event.cloudevents.EncodedEvent;

/** The last few events, as many as fit. */
final class EventRingBuffer {

    private final int count;
    private final int bytes;
    private final Deque<EncodedEvent> events = new ArrayDeque<>();
    private int deferred;

    EventRingBuffer(int count, int bytes) {
        this.count = count;
        this.bytes = bytes;
    }

    synchronized void add(EncodedEvent event) {
        events.addLast(event);
        deferred += event.value().length;
        while (events.size() > count || deferred > bytes) {
            deferred -= events.removeFirst().value().length;
        }
    }

    /** Oldest first. */
    synchronized List<EncodedEvent> all() {
        return new ArrayList<>(events);
    }
}
