package org.finetunebridge.sink;

import org.finetunebridge.event.Event;

/** A page can never be written, however often one tries. Nothing of it was. */
public final class Rejected extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Event event;

    /** @param why for a person */
    public Rejected(String why, Throwable cause) {
        this(why, null, cause);
    }

    /** @param event the one event that the page is rejected for; null if that is not known */
    public Rejected(String why, Event event, Throwable cause) {
        super(why, cause);
        this.event = event;
    }

    /** The one event that the page is rejected for; null if that is not known. */
    public Event event() {
        return event;
    }
}
