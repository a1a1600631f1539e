package org.finetunebridge.settings;

import java.time.Duration;

/**
 * When time makes facts of a source's jobs.
 *
 * @param stalledAfter   a RUNNING job that showed nothing new for this long is published as stalled; zero for never
 * @param expiringBefore a checkpoint is published as expiring this long before it expires; zero for never
 */
public record TimedSettings(Duration stalledAfter, Duration expiringBefore) {

    /** Never. */
    public static final TimedSettings NONE = new TimedSettings(Duration.ZERO, Duration.ZERO);
}
