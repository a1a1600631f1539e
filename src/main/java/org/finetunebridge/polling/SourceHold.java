package org.finetunebridge.polling;

import java.time.Duration;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.polling.RetryPolicy.Decision;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.Suspension;

/**
 * What keeps a source as a whole from being asked: waits that its provider or its sink needs, and a suspension of the
 * account. Immutable.
 *
 * @param until        nothing is asked before because something failed, in nanoseconds
 * @param restUntil    nothing is asked before because the account has no request left, in nanoseconds
 * @param suspension   of the account, as it is published or remembered; null if there is none
 * @param probing      whether one task at a time finds out if the account can be read again, for two that differ in what
 *                     they find would overwrite each other's finding
 * @param probe        the job that does; null if none does now
 * @param inARow       failures without any answer between them
 * @param sinkFailures of the sink in a row
 * @param sinkSince    when the first of them was, in nanoseconds
 * @param sinkReason   of the last one, for a person; null before the first
 */
record SourceHold(long until, long restUntil, Suspension suspension, boolean probing, String probe, int inARow,
        int sinkFailures, long sinkSince, String sinkReason) {

    static final SourceHold NONE = new SourceHold(0, 0, null, false, null, 0, 0, 0, null);

    /** Before which nothing is asked, in nanoseconds. */
    long end() {
        return Math.max(until, restUntil);
    }

    /**
     * With what is known of the source from the state, and not from this process.
     *
     * @param atOnce whether a suspended account is looked at all the same
     * @param given  whether jobs are given, so that what was remembered of the list is to be forgotten
     */
    SourceHold recalled(JobState own, boolean atOnce, boolean given, Moment now) {
        Suspension read = own.suspensions().get(JobState.WHOLE);
        boolean unknown = suspension == null && read != null;
        long waits = !unknown || read.parked() && atOnce ? 0 : now.nanos() + RetryPolicy.remaining(read, now.wall());
        Suspension known = unknown ? read : suspension;
        return new SourceHold(Math.max(until, waits), restUntil, known, known != null || given && !own.suspensions().isEmpty(),
                null, inARow, sinkFailures, sinkSince, sinkReason);
    }

    /** What keeps the source from being read, or its list: a suspension of the account, if there is one, counts more. */
    Suspension worse(Suspension ofList) {
        return ofList == null || suspension != null && suspension.parked() ? suspension : ofList;
    }

    /** A request was answered. */
    SourceHold answered(Duration rest, Moment now) {
        long rests = rest == null ? 0 : now.nanos() + rest.toNanos();
        return new SourceHold(until, Math.max(restUntil, rests), suspension, probing, probe, 0, sinkFailures, sinkSince,
                sinkReason);
    }

    /** A page was committed. */
    SourceHold committed(String job, boolean whole) {
        boolean over = whole && job.equals(probe);
        return new SourceHold(until, restUntil, over ? null : suspension, probing && !over, probe, inARow, 0, sinkSince,
                sinkReason);
    }

    /** A request failed. */
    SourceHold failed() {
        return new SourceHold(until, restUntil, suspension, probing, probe, inARow + 1, sinkFailures, sinkSince, sinkReason);
    }

    SourceHold decided(Decision decision) {
        Suspension now = decision.suspension() == null ? suspension : decision.suspension();
        return !decision.ofAll() ? this : new SourceHold(Math.max(until, decision.until()), restUntil, now, now != null,
                probe, inARow, sinkFailures, sinkSince, sinkReason);
    }

    /** The sink failed: it is not certain any more that what was published is remembered. */
    SourceHold unwritable(String reason, long now) {
        return new SourceHold(until, restUntil, null, probing, probe, inARow, sinkFailures + 1,
                sinkFailures == 0 ? now : sinkSince, reason);
    }

    SourceHold heldUntil(long moment) {
        return new SourceHold(Math.max(until, moment), restUntil, suspension, probing, probe, inARow, sinkFailures, sinkSince,
                sinkReason);
    }

    /** @param job that finds out whether the account can be read; null for none */
    SourceHold probed(String job) {
        return new SourceHold(until, restUntil, suspension, probing, job, inARow, sinkFailures, sinkSince, sinkReason);
    }
}
