package org.finetunebridge.sink;

import org.finetunebridge.event.cloudevents.EncodedEvent;

/** A page can never be written, however often one tries. Nothing of it was. */
public final class EventRejectedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient EncodedEvent event;

    /** @param why for a person */
    public EventRejectedException(String why, Throwable cause) {
        this(why, null, cause);
    }

    /** @param event the one event that the page is rejected for; null if that is not known */
    public EventRejectedException(String why, EncodedEvent event, Throwable cause) {
        super(why, cause);
        this.event = event;
    }

    /** The one event that the page is rejected for; null if that is not known. */
    public EncodedEvent event() {
        return event;
    }
}
