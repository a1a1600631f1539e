package org.finetunebridge.simulator;

import java.time.Instant;

/**
 * One line of a job's log.
 *
 * @param status the job's status at that moment
 * @param text   the line, word for word; null for the provider's usual line about such a status
 */
public record SimulatedLogLine(Instant at, String level, String status, String text) {
}
