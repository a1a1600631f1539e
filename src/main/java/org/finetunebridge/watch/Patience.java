package org.finetunebridge.watch;

import java.time.Duration;

/**
 * How long a sweep keeps at what fails.
 *
 * @param retry how long one failing request is tried again before the sweep ends without it
 * @param all   whether everything is read, parked or not, before the sweep is over
 */
public record Patience(Duration retry, boolean all) {

    /** One full catch-up: two minutes a request. */
    public static final Patience ONCE = new Patience(Duration.ofMinutes(2), true);

    /** Watching: what fails longer than this waits for a later sweep. */
    public static Patience watching(Duration period) {
        return new Patience(period.compareTo(Duration.ofMinutes(2)) < 0 ? period : Duration.ofMinutes(2), false);
    }
}
