package org.finetunebridge.state;

import java.time.Instant;

/**
 * What keeps a job, or a whole source, from being read.
 *
 * @param means    how it is dealt with, in the words of the error tables
 * @param error    what tells this error from another: told once as a dead letter, however often it comes
 * @param reason   one line for a person; no secret, nothing a terminal would obey
 * @param attempts how many reads in a row failed
 * @param parked   set aside and polled slowly; else only asked to wait
 * @param until    not asked before, UTC
 * @param list     what keeps the list of jobs from being read besides, where this is of the whole source; may be null
 */
public record Suspension(String means, String error, String reason, int attempts, boolean parked, Instant until,
        Suspension list) {

    /** With nothing besides. */
    public Suspension(String means, String error, String reason, int attempts, boolean parked, Instant until) {
        this(means, error, reason, attempts, parked, until, null);
    }

    /** The same beside what keeps the list from being read; null for nothing. */
    public Suspension beside(Suspension other) {
        return new Suspension(means, error, reason, attempts, parked, until, other);
    }
}
