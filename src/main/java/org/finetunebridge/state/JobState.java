package org.finetunebridge.state;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.finetunebridge.event.FactCodec;

/**
 * What is remembered of one job. Immutable; replaced only by what a commit confirmed.
 *
 * <p>The job {@code ""} stands for the source itself: the bad records of its list, and why it is not read.
 *
 * @param source      the configured account
 * @param job         the job's id
 * @param published   what was published of it
 * @param graceReads  whole reads since it ended, the one that showed the end or anything after it being the first; the
 *                    fourth is the last that is counted
 * @param retired     why it is read no more; null while it is watched
 * @param suspensions what keeps it from being read: by resource, or {@link #WHOLE} or {@link #LIST}
 * @param deferred    its end, if that was seen and is not published yet; null if not
 * @param endedAt     when it ended, UTC: as the provider says, or else when that was seen; null if it has not ended
 * @param quietSince  when the read was that showed its end, or the last that was new since, UTC; null before
 * @param timing      what is remembered for the facts that time makes
 */
public record JobState(String source, String job, PublishedState published, int graceReads, Retired retired,
        Map<String, Suspension> suspensions, DeferredEvent deferred, Instant endedAt, Instant quietSince, Timing timing) {

    /** Why a job is read no more. */
    public enum Retired {
        /** It ended, and showed nothing new since, however often it was read whole. */
        FINISHED,
        /** Its account lists it no more. */
        VANISHED,
        /** It is older than the source's {@code since}. */
        OLD
    }

    /** The key of a suspension of a whole source; versions before knew no other, and used it of jobs too. */
    public static final String WHOLE = "";
    /** The key of a suspension of a source's list of jobs alone. */
    public static final String LIST = "list";
    /** Late logs and checkpoints: a job that ended is read this often at growing intervals, the first read included. */
    public static final int GRACE_READS = 4;

    /** A state without anything that time makes of it. */
    public JobState(String source, String job, PublishedState published, int graceReads, Retired retired,
            Map<String, Suspension> suspensions, DeferredEvent deferred, Instant endedAt, Instant quietSince) {
        this(source, job, published, graceReads, retired, suspensions, deferred, endedAt, quietSince, Timing.NONE);
    }

    /** Nothing published yet. */
    public static JobState blank(String source, String job) {
        return new JobState(source, job, PublishedState.NOTHING, 0, null, Map.of(), null, null, null);
    }

    /** The name of this state among all: source, slash, job. Source names have no slash. */
    public String name() {
        return name(source, job);
    }

    /** @see #name() */
    public static String name(String source, String job) {
        return source + '/' + job;
    }

    /** Whether nothing was published of it: it may be remembered for its suspensions alone. */
    public boolean isUnpublished() {
        return published.equals(PublishedState.NOTHING);
    }

    /** Whether it has ended, as far as that is published, and is still read. */
    public boolean isEnded() {
        return retired == null && published.terminal();
    }

    /** Whether this end is the status published last, or is deferred. */
    public boolean knowsEnd(String status) {
        return status.equals(published.status()) || deferred != null && deferred.status().equals(status);
    }

    /** Deferring this end until it is published. */
    public JobState deferring(DeferredEvent end) {
        Instant time = FactCodec.read(end.fact(), job).time();
        Instant ended = time == null || time.isAfter(end.observedAt()) ? end.observedAt() : time;
        return new JobState(source, job, published, graceReads, retired, suspensions, end, ended, quietSince, timing);
    }

    /** Having published more. A job that shows another status than it ended with is watched again. */
    public JobState with(PublishedState more) {
        if (more == published) {
            return this;
        }
        boolean again = retired == Retired.FINISHED && !Objects.equals(more.status(), published.status());
        return new JobState(source, job, more, 0, again ? null : retired, suspensions,
                deferred != null && deferred.status().equals(more.status()) ? null : deferred,
                more.terminal() || deferred != null ? endedAt : null, null,
                more.terminal() ? timing.quiet() : timing);
    }

    /** With another memory of what time makes. */
    JobState with(Timing other) {
        return other.equals(timing) ? this : new JobState(source, job, published, graceReads, retired, suspensions, deferred,
                endedAt, quietSince, other);
    }

    /** It showed something new; that counts until its end is seen. */
    public JobState progressed(Instant at) {
        return retired != null || published.terminal() || deferred != null ? this : with(timing.progressed(at));
    }

    /** After everything that is followed of it was read: its next checkpoint to expire; null if none is known. */
    public JobState expiring(Instant next) {
        return with(timing.expires(next));
    }

    /**
     * Whether a checkpoint of it is about to expire, so that it is read, although it may be read no more otherwise.
     *
     * @param before how long before a checkpoint expires that is published; zero for never
     */
    public boolean isExpiring(Instant now, Duration before) {
        return timing.expires() != null && !before.isZero() && !now.isBefore(timing.expires().minus(before))
                && suspensions.isEmpty() && (retired == null || retired == Retired.FINISHED);
    }

    /** What keeps it from being read, the source or job as a whole before single resources; null if nothing does. */
    public Suspension suspension() {
        Suspension whole = suspensions.get(WHOLE);
        return whole != null ? whole : suspensions.values().stream()
                .max(Comparator.comparing(Suspension::parked).thenComparing(Suspension::until)).orElse(null);
    }

    /** What keeps one resource from being read; null if nothing does. */
    public Suspension suspensionOf(String resource) {
        return suspensions.getOrDefault(resource, job.isEmpty() ? null : suspensions.get(WHOLE));
    }

    /** Whether none of these resources is read at present. */
    public boolean isSuspended(Collection<String> resources) {
        return resources.stream().allMatch(one -> suspensionOf(one) != null);
    }

    /** With this suspension of a resource, or of {@link #WHOLE} or {@link #LIST}; null for none. */
    public JobState suspended(String resource, Suspension now) {
        if (Objects.equals(suspensions.get(resource), now)) {
            return this;
        }
        Map<String, Suspension> all = new TreeMap<>(suspensions);
        if (now == null) {
            all.remove(resource);
        } else {
            all.put(resource, now);
        }
        return with(all);
    }

    /** Suspended in nothing. */
    public JobState unsuspended() {
        return suspensions.isEmpty() ? this : with(Map.of());
    }

    private JobState with(Map<String, Suspension> all) {
        return new JobState(source, job, published, graceReads, retired, Map.copyOf(all), deferred, endedAt, quietSince, timing);
    }

    /**
     * After everything that is followed of it was read to the end, as far as it can be read.
     *
     * @param now    when the last answer came, UTC
     * @param every  how long until it is read again, once it was read often enough at growing intervals
     * @param during how long after its end it is read
     */
    public JobState readWhole(Instant now, Duration every, Duration during) {
        if (!isEnded()) {
            return retired == Retired.FINISHED ? retired(retired) : this;
        }
        boolean first = graceReads == 0 || quietSince == null;
        Instant ended = endedAt != null ? endedAt : published.cursors().values().stream().map(Cursor::newest)
                .filter(newest -> newest != null && newest.isBefore(now)).max(Comparator.naturalOrder()).orElse(now);
        int reads = Math.min(GRACE_READS, graceReads + 1);
        // A clock that was set back makes nothing end in the future.
        Instant until = (ended.isAfter(now) ? now : ended).plus(during);
        return reads == GRACE_READS && now.plus(every).isAfter(until) ? retired(Retired.FINISHED)
                : new JobState(source, job, published, reads, null, suspensions, deferred, ended, first ? now : quietSince,
                        timing);
    }

    /** Read no more. Only a job that may come back keeps its state whole. */
    public JobState retired(Retired why) {
        return new JobState(source, job, why == Retired.VANISHED ? published : published.tombstone(), graceReads, why, Map.of(),
                null, endedAt, null, why == Retired.VANISHED ? timing : timing.tombstone());
    }

    /** Shown by the provider: one that had vanished is watched again. */
    public JobState seen() {
        return retired == Retired.VANISHED ? new JobState(source, job, published, graceReads, null, suspensions, deferred,
                endedAt, quietSince, timing) : this;
    }
}
