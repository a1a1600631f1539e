package org.finetunebridge.settings;

import java.time.Instant;
import java.time.ZoneId;

/** Says whether a cron expression can be used. Given in from outside, because its language is the scheduler's. */
@FunctionalInterface
public interface CronValidator {

    /** @return what is wrong with it and what is allowed; null if it fires at some time after {@code now} */
    String problem(String cron, ZoneId zone, Instant now);
}
