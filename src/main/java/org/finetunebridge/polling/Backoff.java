package org.finetunebridge.polling;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with jitter between half and all of the step, so that what failed together is not tried again
 * together.
 */
final class Backoff {

    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration FIRST_PARKED = Duration.ofMinutes(5);
    private static final Duration LONGEST_PARKED = Duration.ofHours(1);

    private final RandomGenerator random;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** Before the next attempt, after so many that failed. */
    Duration after(int attempts) {
        return step(FIRST, LONGEST, attempts);
    }

    /** Before a parked job or source is looked at again. */
    Duration parked(int attempts) {
        return step(FIRST_PARKED, LONGEST_PARKED, attempts);
    }

    private Duration step(Duration first, Duration longest, int attempts) {
        long step = Math.min(longest.toMillis(), first.toMillis() << Math.min(20, Math.max(0, attempts - 1)));
        return Duration.ofMillis(step / 2 + random.nextLong(step / 2 + 1));
    }
}
