package org.finetunebridge.state;

/**
 * What is remembered of one job. Immutable; replaced only by what a commit confirmed.
 *
 * <p>The job {@code ""} stands for the source itself: the bad records of its list and the trouble of its account.
 *
 * @param source     the configured account
 * @param job        the job's id
 * @param published       what was told of it
 * @param graceReads whole reads since it ended, the one that showed the end or anything after it being the first
 * @param retired    why it is read no more; null while it is watched
 * @param suspension    what keeps it from being read; null if nothing does
 * @param deferred       its end, if that was seen and is not told yet; null if not
 */
public record JobState(String source, String job, PublishedState published, int graceReads, Retired retired, Suspension suspension,
        DeferredEvent deferred) {

    /** Why a job is read no more. */
    public enum Retired {
        /** It ended, and showed nothing new since, however often it was read whole. */
        FINISHED,
        /** Its account lists it no more. */
        VANISHED,
        /** It is older than the source's {@code since}. */
        OLD
    }

    /** Late logs and checkpoints: a job that ended is read this often after the last read that showed anything new. */
    private static final int GRACE_READS = 3;

    /** Nothing told yet. */
    public static JobState blank(String source, String job) {
        return new JobState(source, job, PublishedState.NOTHING, 0, null, null, null);
    }

    /** The name of this memory among all: source, slash, job. Source names have no slash. */
    public String name() {
        return name(source, job);
    }

    /** @see #name() */
    public static String name(String source, String job) {
        return source + '/' + job;
    }

    /** Whether nothing was told of it: it may be remembered for its troubles alone. */
    public boolean isUnpublished() {
        return published.equals(PublishedState.NOTHING);
    }

    /** Whether this end is the status published last, or is deferred. */
    public boolean knowsEnd(String status) {
        return status.equals(published.status()) || deferred != null && deferred.status().equals(status);
    }

    /** Holding back this end until it is told. */
    public JobState deferring(DeferredEvent end) {
        return new JobState(source, job, published, graceReads, retired, suspension, end);
    }

    /** Having told more. */
    public JobState with(PublishedState more) {
        return more == published ? this : new JobState(source, job, more, 0, retired, suspension,
                deferred != null && deferred.status().equals(more.status()) ? null : deferred);
    }

    /** In this trouble; or with null, in none. */
    public JobState with(Suspension now) {
        return new JobState(source, job, published, graceReads, retired, now, deferred);
    }

    /** After everything that is followed of it was read to the end. */
    public JobState readWhole() {
        if (!published.terminal() || retired != null) {
            return this;
        }
        return graceReads < GRACE_READS ? new JobState(source, job, published, graceReads + 1, null, suspension, deferred)
                : retired(Retired.FINISHED);
    }

    /** Read no more. Only a job that may come back keeps its memory whole. */
    public JobState retired(Retired why) {
        return new JobState(source, job, why == Retired.VANISHED ? published : published.tombstone(), graceReads, why, null,
                null);
    }

    /** Shown by the provider: one that had vanished is watched again. */
    public JobState seen() {
        return retired == Retired.VANISHED ? new JobState(source, job, published, graceReads, null, suspension, deferred) : this;
    }
}
