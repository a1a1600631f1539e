package org.finetunebridge.state;

import java.time.Instant;

/**
 * Why a resource of a job, the list of jobs, or a whole source is not asked now, and until when.
 *
 * @param means    how it is dealt with, in the words of the error tables
 * @param error    what distinguishes this error from others: there is one dead letter of it, however often it comes
 * @param reason   one line for a person; no secret, nothing a terminal would obey
 * @param attempts how many reads in a row failed
 * @param parked   suspended because of an error, and asked slowly; else only asked to wait
 * @param until    not asked before, UTC
 */
public record Suspension(String means, String error, String reason, int attempts, boolean parked, Instant until) {}
