package org.finetunebridge.simulator;

import java.time.Instant;

/**
 * One line a job tells.
 *
 * @param status the job's status at that moment
 * @param text   what is said, word for word; null = whatever this provider says of such a status
 */
public record SimulatedLogLine(Instant at, String level, String status, String text) {
}
