package org.finetunebridge.state;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is remembered of one job for the facts that time makes: that it stalled, that a checkpoint expires. Immutable; of
 * most jobs it is {@link #NONE}.
 *
 * @param news          when the job showed something new last, UTC by this machine's clock; null if it has ended, or showed
 *                      nothing since that is remembered
 * @param stalled       whether it is published that there was nothing new since
 * @param expires       when the next of its checkpoints expires that is not published as expiring, UTC; null if none is known
 * @param expiring      the checkpoints that were published as expiring, and when each of them expires
 * @param expiringUntil what expires until then counts as published; null if no names were forgotten
 */
public record Timing(Instant news, boolean stalled, Instant expires, Map<String, Instant> expiring, Instant expiringUntil) {

    /** Nothing to remember. */
    public static final Timing NONE = new Timing(null, false, null, Map.of(), null);

    /** A job with checkpoints without end must not grow its state without end. */
    private static final int KEPT = 4096;
    /** No time that was written is believed to be further ahead. */
    private static final Duration DAY = Duration.ofDays(1);

    /**
     * The job showed something new: an episode without news is over. Two episodes never begin at the same moment, wherever
     * the clock is set meanwhile.
     */
    Timing progressed(Instant at) {
        boolean later = news == null || at.isAfter(news) || isBeyond(at);
        return new Timing(later ? at : news.plusMillis(1), false, expires, expiring, expiringUntil);
    }

    /** Whether the last news are from a time that the clock, which was set back since, will not reach soon. */
    boolean isBeyond(Instant now) {
        return news.isAfter(now.plus(DAY));
    }

    Timing asStalled() {
        return new Timing(news, true, expires, expiring, expiringUntil);
    }

    /** Of a job that has ended. */
    Timing quiet() {
        return news == null ? this : of(null, false, expires, expiring, expiringUntil);
    }

    Timing expires(Instant next) {
        return of(news, stalled, next, expiring, expiringUntil);
    }

    /** Whether the checkpoint was published as expiring; once it was, no other time makes it expire again. */
    boolean isPublished(String checkpoint, Instant at) {
        return expiring.containsKey(checkpoint) || expiringUntil != null && !at.isAfter(expiringUntil);
    }

    Timing published(String checkpoint, Instant at) {
        Map<String, Instant> all = new LinkedHashMap<>(expiring);
        all.put(checkpoint, at);
        Instant until = expiringUntil;
        if (all.size() > KEPT) {
            var first = all.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
            all.remove(first.getKey());
            until = Cursor.later(until, first.getValue());
        }
        return of(news, stalled, expires, all, until);
    }

    /** Of a job that is read no more, but when its next checkpoint is about to expire: a moment in the place of names. */
    Timing tombstone() {
        Instant last = expiring.values().stream().max(Comparator.naturalOrder()).orElse(null);
        return of(null, false, expires, Map.of(), expiringUntil == null ? last : Cursor.later(expiringUntil, last));
    }

    private static Timing of(Instant news, boolean stalled, Instant expires, Map<String, Instant> expiring, Instant until) {
        return news == null && expires == null && expiring.isEmpty() && until == null ? NONE
                : new Timing(news, stalled, expires, expiring, until);
    }
}
