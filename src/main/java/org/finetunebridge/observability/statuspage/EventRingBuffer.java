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
    private int held;

    EventRingBuffer(int count, int bytes) {
        this.count = count;
        this.bytes = bytes;
    }

    synchronized void add(EncodedEvent event) {
        events.addLast(event);
        held += event.value().length;
        while (events.size() > count || held > bytes) {
            held -= events.removeFirst().value().length;
        }
    }

    /** Oldest first. */
    synchronized List<EncodedEvent> all() {
        return new ArrayList<>(events);
    }
}
