package org.finetunebridge.polling;

/**
 * The part of an account's jobs that one instance reads, where several share an account. Each job is in one of
 * {@link #BUCKETS} buckets by its id alone, and each bucket belongs to one part.
 *
 * @param number of this part, from 0
 * @param of     how many parts there are; 1 to {@link #BUCKETS}
 */
public record JobShard(int number, int of) {

    /** So many parts at most. */
    public static final int BUCKETS = 16;
    /** All jobs of the account. */
    public static final JobShard WHOLE = new JobShard(0, 1);

    private static final int SPREAD = 0x9E3779B9;
    private static final int SHIFT = 28;

    /** Checks the numbers. */
    public JobShard {
        if (of < 1 || of > BUCKETS || number < 0 || number >= of) {
            throw new IllegalArgumentException("no part of an account: " + number + " of " + of);
        }
    }

    /** The bucket of a job, from 0; the same on every machine and in every version. */
    public static int bucket(String job) {
        return job.hashCode() * SPREAD >>> SHIFT;
    }

    /** Whether the job is read here. */
    public boolean owns(String job) {
        return ownsBucket(bucket(job));
    }

    /** Whether the jobs of that bucket are read here. */
    public boolean ownsBucket(int bucket) {
        return bucket % of == number;
    }

    /** Whether what is wrong with the account or its list is published here; every part reads the list. */
    public boolean ownsAccount() {
        return number == 0;
    }
}
