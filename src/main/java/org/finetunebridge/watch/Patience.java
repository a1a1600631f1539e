package org.finetunebridge.watch;

import java.time.Duration;
import org.finetunebridge.settings.SourceSettings;

/**
 * How long a sweep keeps at what fails.
 *
 * @param retry how long one failing request is tried again before the sweep ends without it
 * @param all   whether everything is read, parked or not, before the sweep is over
 */
public record Patience(Duration retry, boolean all) {

    /** One full catch-up: two minutes a request. */
    public static final Patience ONCE = new Patience(Duration.ofMinutes(2), true);

    /** Watching: what fails longer than until the next sweep waits for it; with a cron expression that may be far. */
    public static Patience watching(SourceSettings source) {
        boolean soon = source.cron() == null && source.period().compareTo(ONCE.retry()) < 0;
        return new Patience(soon ? source.period() : ONCE.retry(), false);
    }
}
