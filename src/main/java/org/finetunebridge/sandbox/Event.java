package org.finetunebridge.sandbox;

import java.time.Instant;

/**
 * One line a job tells.
 *
 * @param status the job's status at that moment
 * @param text   what is said, word for word; null = whatever this provider says of such a status
 */
public record Event(Instant at, String level, String status, String text) {
}
