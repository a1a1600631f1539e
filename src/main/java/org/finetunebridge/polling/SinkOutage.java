package org.finetunebridge.polling;

import java.time.Instant;

/** The sink's failures in a row. Not safe for threads: the watch guards it. */
final class SinkOutage {

    private final Backoff backoff;
    private int failures;
    private Instant since;
    private String reason;

    SinkOutage(Backoff backoff) {
        this.backoff = backoff;
    }

    boolean isOn() {
        return failures > 0;
    }

    /** Since when nothing can be written; null if it can. */
    Instant since() {
        return isOn() ? since : null;
    }

    /** What the sink said last, for a person. */
    String reason() {
        return reason;
    }

    /** @return before which nothing is asked */
    Instant failed(String why, Instant now) {
        since = isOn() ? since : now;
        failures++;
        reason = why;
        return now.plus(backoff.after(Math.min(failures, SessionProvider.STEPS)));
    }

    void over() {
        failures = 0;
    }
}
