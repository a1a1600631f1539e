package org.finetunebridge.memory;

import java.time.Instant;

/**
 * What keeps a job, or a whole source, from being read.
 *
 * @param means    how it is dealt with, in the words of the error tables
 * @param reason   one line for a person; no secret, nothing a terminal would obey
 * @param attempts how many reads in a row failed
 * @param parked   set aside, polled slowly, and told as one dead letter
 * @param until    not asked before, UTC
 */
public record Trouble(String means, String reason, int attempts, boolean parked, Instant until) {}
