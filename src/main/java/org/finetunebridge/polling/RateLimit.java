package org.finetunebridge.polling;

import org.finetunebridge.polling.PollClock.Moment;

/**
 * A source's own limit of requests a second: one request in each interval, and no burst after a rest. Immutable. Nobody
 * waits for it: {@link PollSchedule} hands out no read before it allows one.
 *
 * @param interval nanoseconds between two requests; 0 without a limit
 * @param allowsAt before which no request is allowed, in nanoseconds
 */
record RateLimit(long interval, long allowsAt) {

    private static final double NANOS_A_SECOND = 1e9;

    /** @param perSecond requests; 0 for no limit */
    static RateLimit of(double perSecond) {
        return new RateLimit(perSecond > 0 ? (long) (NANOS_A_SECOND / perSecond) : 0, 0);
    }

    /** Whether there is a limit. */
    boolean isLimited() {
        return interval > 0;
    }

    boolean allows(Moment now) {
        return allowsAt <= now.nanos();
    }

    /** After a request at this moment. */
    RateLimit asked(Moment now) {
        return isLimited() ? new RateLimit(interval, now.nanos() + interval) : this;
    }
}
