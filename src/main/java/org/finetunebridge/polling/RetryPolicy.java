package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.state.Suspension;

/** What is to be done about a failure: how long to wait, who waits, and whether somebody must be told. */
final class RetryPolicy {

    /** An answer that makes no sense may be a proxy's hiccup; this many in a row are not. */
    private static final int ODD_IN_A_ROW = 5;
    /** This many failures of any job, without an answer between them, are the provider's, not the jobs'. */
    private static final int FAILURES_OF_ALL = 10;
    /** A wait worth remembering over a restart. */
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int TOO_MANY_REQUESTS = 429;

    private final Backoff backoff;
    private final Map<String, Strikes> strikes = new HashMap<>();
    private int inARow;

    /** Failures of one job in a row, and how many of the last made no sense. */
    private record Strikes(int count, int odd, Instant since, Instant until) {}

    /**
     * @param suspension to remember, of the source or of the job; null if nothing
     * @param until   not asked before
     * @param ofAll   the whole source waits, because the key is shared
     * @param publish    dead-letter it
     */
    record Verdict(Suspension suspension, Instant until, boolean ofAll, boolean publish) {

        boolean parked() {
            return suspension != null && suspension.parked();
        }
    }

    RetryPolicy(Backoff backoff) {
        this.backoff = backoff;
    }

    /**
     * Counts a failure and decides.
     *
     * @param known the trouble remembered of the job or source so far; may be null
     */
    Verdict failed(String job, ProviderException failure, Suspension known, Instant now) {
        Strikes before = strikes.get(job);
        int count = before == null ? 1 : before.count() + 1;
        int odd = failure.means() != ErrorAction.ODD ? 0 : before == null ? 1 : before.odd() + 1;
        inARow++;
        ErrorAction means = odd >= ODD_IN_A_ROW ? ErrorAction.JOB : failure.means();
        Verdict verdict = means == ErrorAction.JOB || means == ErrorAction.SOURCE
                ? parked(means, job, failure, known, count, now)
                : waiting(means, failure, count, now);
        strikes.put(job, new Strikes(count, odd, before == null || before.since() == null ? now : before.since(), verdict.until()));
        return verdict;
    }

    /** The job was read. */
    void succeeded(String job) {
        strikes.remove(job);
        inARow = 0;
    }

    /** Forgets the jobs that are not known any more. */
    void retain(Predicate<String> known) {
        strikes.keySet().removeIf(job -> !known.test(job));
    }

    /**
     * A page of the job came: whoever fails now fails alone, and fails anew. What made no sense still counts, for the page
     * that came may be another than the one that makes none.
     */
    void answered(String job) {
        inARow = 0;
        strikes.computeIfPresent(job, (same, known) -> new Strikes(0, known.odd(), null, Instant.EPOCH));
    }

    /** Before which a job that failed lately is not asked again. */
    Instant until(String job) {
        Strikes known = strikes.get(job);
        return known == null ? Instant.EPOCH : known.until();
    }

    /** Since when a job fails; null if it does not. */
    Instant since(String job) {
        Strikes known = strikes.get(job);
        return known == null ? null : known.since();
    }

    private Verdict parked(ErrorAction means, String job, ProviderException failure, Suspension known, int count, Instant now) {
        String error = error(means, failure);
        boolean publish = known == null || !known.parked() || !known.error().equals(error);
        if (!publish && known.until().isAfter(now)) {
            // Others asked at the same time: theirs is the same failure, not a further one.
            return new Verdict(known, known.until(), means == ErrorAction.SOURCE, false);
        }
        int attempts = publish ? count : known.attempts() + 1;
        Instant until = now.plus(longer(backoff.parked(publish ? 1 : attempts), failure.retryAfter()));
        return new Verdict(new Suspension(word(means), error, reason(means, job, failure), attempts, true, until), until,
                means == ErrorAction.SOURCE, publish);
    }

    private Verdict waiting(ErrorAction means, ProviderException failure, int count, Instant now) {
        boolean ofAll = failure.retryAfter() != null || means == ErrorAction.THROTTLED || failure.status() == TOO_MANY_REQUESTS
                || inARow >= FAILURES_OF_ALL;
        Duration wait = longer(backoff.after(Math.max(count, inARow - FAILURES_OF_ALL)), failure.retryAfter());
        Instant until = now.plus(wait);
        boolean remember = ofAll && wait.compareTo(LONG) > 0;
        return new Verdict(remember ? new Suspension(word(means), error(means, failure), failure.getMessage(), count, false,
                until) : null, until, ofAll, false);
    }

    /** Not the message: some hold a new request id every time. */
    private static String error(ErrorAction means, ProviderException failure) {
        return word(means) + ' ' + failure.name() + ' ' + failure.status() + ' ' + failure.code();
    }

    /** The list stands in the memory where the account does: only its name tells them apart. */
    private static String reason(ErrorAction means, String job, ProviderException failure) {
        return means == ErrorAction.JOB && job.isEmpty() ? "the list of jobs cannot be read: " + failure.getMessage()
                : failure.getMessage();
    }

    static String word(ErrorAction means) {
        return means.name().toLowerCase(Locale.ROOT);
    }

    private static Duration longer(Duration one, Duration other) {
        return other == null || one.compareTo(other) >= 0 ? one : other;
    }
}
