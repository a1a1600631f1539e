package org.finetunebridge.page;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.finetunebridge.event.Event;

/** The last few events, as many as fit. */
final class Ring {

    private final int count;
    private final int bytes;
    private final Deque<Event> events = new ArrayDeque<>();
    private int held;

    Ring(int count, int bytes) {
        this.count = count;
        this.bytes = bytes;
    }

    synchronized void add(Event event) {
        events.addLast(event);
        held += event.value().length;
        while (events.size() > count || held > bytes) {
            held -= events.removeFirst().value().length;
        }
    }

    /** Oldest first. */
    synchronized List<Event> all() {
        return new ArrayList<>(events);
    }
}
