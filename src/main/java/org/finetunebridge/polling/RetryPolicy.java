package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.state.Suspension;

/**
 * What is done about a failed request: how long to wait, whether the whole source waits, and whether there is a dead
 * letter. Waits grow exponentially, with jitter between half and all of the step, so that what failed together is not
 * tried again together. Pure: the same failure after the same failures, with the same seed, gives the same decision.
 */
final class RetryPolicy {

    /** No provider is obeyed for longer, and no wait that was written is believed to be longer. */
    static final Duration LONGEST_WAIT = Duration.ofDays(1);
    /** A disk that is full or a broker that starts is tried every few seconds, however long it takes. */
    private static final int SINK_STEPS = 4;
    /** An answer that makes no sense may be a proxy's hiccup; this many in a row are not. */
    private static final int ODD_IN_A_ROW = 5;
    /** This many failures of any job, without an answer between them, are the provider's, not the jobs'. */
    private static final int FAILURES_OF_ALL = 10;
    /** A wait worth remembering over a restart. */
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration FIRST_PARKED = Duration.ofMinutes(5);
    private static final Duration LONGEST_PARKED = Duration.ofHours(1);

    private RetryPolicy() {}

    /**
     * The failures of one resource in a row.
     *
     * @param count      how many
     * @param odd        how many of the last made no sense
     * @param page       how many of its pages had been read when it failed last
     * @param since      when the first of them was, in nanoseconds; -1 if it has been read since
     * @param until      not asked before, in nanoseconds
     * @param suspension why it is suspended; null if it is not
     * @param reason     of the last one, for a person
     * @param ofAll      whether the whole source had to wait for the last one
     */
    record Failures(int count, int odd, int page, long since, long until, Suspension suspension, String reason,
            boolean ofAll) {

        static final Failures NONE = new Failures(0, 0, 0, -1, 0, null, null, false);

        /** The suspension that was read from the state, on this process's clock. */
        static Failures of(Suspension read, Moment now) {
            return new Failures(0, 0, 0, -1, now.nanos() + remaining(read, now.wall()), read, read.reason(), false);
        }

        /** Asked before its time, as after a restart. */
        Failures askedAtOnce() {
            return new Failures(count, odd, page, since, 0, suspension, reason, ofAll);
        }

        /** A page came that did not come before: it fails anew. What made no sense still counts: that may be another page. */
        Failures progressed() {
            return new Failures(0, odd, page, -1, 0, suspension, reason, false);
        }
    }

    /**
     * What to do.
     *
     * @param failures   of the resource, this one included
     * @param suspension to remember, of the source or of the resource; null if nothing
     * @param until      not asked before, in nanoseconds
     * @param ofAll      the whole source waits, because the key is shared
     * @param publish    dead-letter it
     */
    record Decision(Failures failures, Suspension suspension, long until, boolean ofAll, boolean publish) {

        /** Without a dead letter: there is one of the same error. */
        Decision unpublished() {
            return new Decision(failures, suspension, until, ofAll, false);
        }

        boolean suspends() {
            return suspension != null && suspension.parked();
        }
    }

    /**
     * Decides about a failure.
     *
     * @param before of the same resource in a row
     * @param known  the suspension of the resource or source that was published before; may be null
     * @param knownUntil when it ends, in nanoseconds, as far as this process knows
     * @param list   whether the account's list of jobs failed
     * @param page   how many pages of the resource were read before it failed
     * @param inARow failures of the source without any answer between them, this one included
     * @param salt   of the jitter
     */
    static Decision decide(ProviderException failure, Failures before, Suspension known, long knownUntil, boolean list,
            int page, int inARow, Moment now, long salt) {
        int count = before.count() + 1;
        int odd = failure.means() == ErrorAction.ODD ? before.odd() + 1 : 0;
        ErrorAction means = odd >= ODD_IN_A_ROW ? ErrorAction.JOB : failure.means();
        long since = before.since() < 0 ? now.nanos() : before.since();
        boolean suspends = means == ErrorAction.JOB || means == ErrorAction.SOURCE;
        var failures = new Failures(count, odd, page, since, 0, null, failure.getMessage(), false);
        if (!suspends) {
            return waiting(means, failure, inARow, failures, now, salt);
        }
        String error = error(means, failure);
        boolean publish = known == null || !known.parked() || !known.error().equals(error);
        if (!publish && knownUntil > now.nanos()) {
            // Others were asked at the same time: theirs is the same failure, not a further one.
            return decision(failures, known, knownUntil, means == ErrorAction.SOURCE, false);
        }
        int attempts = publish ? count : known.attempts() + 1;
        Duration wait = longer(step(FIRST_PARKED, LONGEST_PARKED, publish ? 1 : attempts, salt), failure.retryAfter());
        String reason = (list && means == ErrorAction.JOB ? "the list of jobs cannot be read: " : "") + failure.getMessage();
        var suspension = new Suspension(word(means), error, reason, attempts, true, now.wall().plus(wait));
        return decision(failures, suspension, now.nanos() + wait.toNanos(), means == ErrorAction.SOURCE, publish);
    }

    private static Decision waiting(ErrorAction means, ProviderException failure, int inARow, Failures failures, Moment now,
            long salt) {
        boolean ofAll = failure.retryAfter() != null || means == ErrorAction.THROTTLED
                || failure.status() == TOO_MANY_REQUESTS || inARow >= FAILURES_OF_ALL;
        int attempts = Math.max(failures.count(), inARow - FAILURES_OF_ALL);
        Duration wait = longer(step(FIRST, LONGEST, attempts, salt), failure.retryAfter());
        boolean remember = ofAll && wait.compareTo(LONG) > 0;
        var suspension = remember ? new Suspension(word(means), error(means, failure), failure.getMessage(), failures.count(), false, now.wall().plus(wait)) : null;
        return decision(failures, suspension, now.nanos() + wait.toNanos(), ofAll, false);
    }

    private static Decision decision(Failures failures, Suspension suspension, long until, boolean ofAll, boolean publish) {
        return new Decision(new Failures(failures.count(), failures.odd(), failures.page(), failures.since(), until,
                ofAll ? null : suspension, failures.reason(), ofAll), suspension, until, ofAll, publish);
    }

    /** Not the message: some hold a new request id every time. */
    private static String error(ErrorAction means, ProviderException failure) {
        return word(means) + ' ' + failure.name() + ' ' + failure.status() + ' ' + failure.code();
    }

    /** Before the sink is tried again, after so many failures of it. */
    static long sinkWait(int failures, long salt) {
        return step(FIRST, LONGEST, Math.min(failures, SINK_STEPS), salt).toNanos();
    }

    /**
     * How long a suspension that was written lasts still, in nanoseconds. One that was written while the clock was wrong
     * must not last for years: what is further ahead than any wait is over.
     */
    static long remaining(Suspension suspension, Instant now) {
        Duration left = Duration.between(now, suspension.until());
        return left.isNegative() || left.compareTo(LONGEST_WAIT) > 0 ? 0 : left.toNanos();
    }

    static String word(ErrorAction means) {
        return means.name().toLowerCase(Locale.ROOT);
    }

    private static Duration step(Duration first, Duration longest, int attempts, long salt) {
        long step = Math.min(longest.toMillis(), first.toMillis() << Math.min(20, Math.max(0, attempts - 1)));
        return Duration.ofMillis(step / 2 + Math.floorMod(mixed(salt + attempts), step / 2 + 1));
    }

    /** The finalizer of SplittableRandom: salts that differ by one give waits that have nothing in common. */
    private static long mixed(long salt) {
        long one = (salt ^ salt >>> 30) * 0xbf58476d1ce4e5b9L;
        long two = (one ^ one >>> 27) * 0x94d049bb133111ebL;
        return two ^ two >>> 31;
    }

    private static Duration longer(Duration one, Duration other) {
        return other == null || one.compareTo(other) >= 0 ? one : other;
    }
}
