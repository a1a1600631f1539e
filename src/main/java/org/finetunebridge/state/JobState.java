package org.finetunebridge.state;

/**
 * What is remembered of one job. Immutable; replaced only by what a commit confirmed.
 *
 * <p>The job {@code ""} stands for the source itself: the bad records of its list and the trouble of its account.
 *
 * @param source     the configured account
 * @param job        the job's id
 * @param told       what was told of it
 * @param graceReads whole reads since it ended, the one that showed the end or anything after it being the first
 * @param retired    why it is read no more; null while it is watched
 * @param trouble    what keeps it from being read; null if nothing does
 * @param held       its end, if that was seen and is not told yet; null if not
 */
public record JobState(String source, String job, PublishedState told, int graceReads, Retired retired, Suspension trouble,
        DeferredEvent held) {

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
    public boolean isUntold() {
        return told.equals(PublishedState.NOTHING);
    }

    /** Whether it was told, or is held back, that the job ended so. */
    public boolean knowsEnd(String status) {
        return told.statuses("").contains(status) || held != null && held.status().equals(status);
    }

    /** Holding back this end until it is told. */
    public JobState holding(DeferredEvent end) {
        return new JobState(source, job, told, graceReads, retired, trouble, end);
    }

    /** Having told more. */
    public JobState with(PublishedState more) {
        return more == told ? this : new JobState(source, job, more, 0, retired, trouble,
                held != null && more.statuses("").contains(held.status()) ? null : held);
    }

    /** In this trouble; or with null, in none. */
    public JobState with(Suspension now) {
        return new JobState(source, job, told, graceReads, retired, now, held);
    }

    /** After everything that is followed of it was read to the end. */
    public JobState readWhole() {
        if (!told.terminal() || retired != null) {
            return this;
        }
        return graceReads < GRACE_READS ? new JobState(source, job, told, graceReads + 1, null, trouble, held)
                : retired(Retired.FINISHED);
    }

    /** Read no more. Only a job that may come back keeps its memory whole. */
    public JobState retired(Retired why) {
        return new JobState(source, job, why == Retired.VANISHED ? told : told.tombstone(), graceReads, why, null,
                null);
    }

    /** Shown by the provider: one that had vanished is watched again. */
    public JobState seen() {
        return retired == Retired.VANISHED ? new JobState(source, job, told, graceReads, null, trouble, held) : this;
    }
}
