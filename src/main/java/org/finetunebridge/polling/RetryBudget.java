package org.finetunebridge.polling;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.finetunebridge.settings.SourceSettings;

/**
 * How long a poll cycle keeps at what fails.
 *
 * @param retry how long one failing request is tried again before the cycle ends without it
 * @param all   whether everything is read, suspended or not, before the cycle is over
 */
public record RetryBudget(Duration retry, boolean all) {

    /** One full catch-up: two minutes a request. */
    public static final RetryBudget ONCE = new RetryBudget(Duration.ofMinutes(2), true);

    /** Watching: what fails longer than until the next cycle waits for it; with a cron expression that may be far. */
    public static RetryBudget watching(SourceSettings source) {
        Duration retry = ONCE.retry();
        return new RetryBudget(source.cron() == null ? Collections.min(List.of(source.period(), retry)) : retry, false);
    }
}
