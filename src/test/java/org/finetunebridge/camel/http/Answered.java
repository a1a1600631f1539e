package org.finetunebridge.camel.http;

import java.time.Duration;
import java.time.Instant;
import org.finetunebridge.provider.RequestAttempt;

/** For tests without HTTP: the request under way got its answer. */
public final class Answered {

    private Answered() {}

    /** Lets the attempt have been answered now; a rest that was set stays. */
    public static void at(Instant now, RequestAttempt attempt) {
        Duration rest = attempt.rest();
        attempt.asked("POST", "/events", "");
        attempt.answered(new byte[0], now, null);
        attempt.rest(rest);
    }
}
