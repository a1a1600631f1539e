package org.finetunebridge.polling;

import java.time.Instant;
import java.time.InstantSource;

/**
 * What time it is, and how much time passes. Waits inside a process go by {@link #nanos}, which no step of the wall clock
 * moves; only what outlives the process is written as an instant, in UTC.
 */
public interface PollClock extends InstantSource {

    /**
     * One moment on both clocks.
     *
     * @param nanos of {@link PollClock#nanos}
     * @param wall  UTC
     */
    record Moment(long nanos, Instant wall) {}

    /** Nanoseconds since some moment that stays the same while the process lives; never goes back. */
    long nanos();

    /** Now, on both clocks. */
    default Moment now() {
        return new Moment(nanos(), instant());
    }

    /** The clock itself if it counts nanoseconds, else together with {@link System#nanoTime}. */
    static PollClock of(InstantSource wall) {
        return wall instanceof PollClock clock ? clock : new PollClock() {

            private final long origin = System.nanoTime();

            @Override
            public Instant instant() {
                return wall.instant();
            }

            @Override
            public long nanos() {
                return System.nanoTime() - origin;
            }
        };
    }
}
