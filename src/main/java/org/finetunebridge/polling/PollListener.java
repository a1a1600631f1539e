package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import org.finetunebridge.provider.ProviderException;

/** Is called with how the polls of one source go, by the thread that polls: it must be quick and never fail. */
public interface PollListener {

    /**
     * A page was read, and what was new in it is published.
     *
     * @param known how many of its records were published before
     * @param took  how long the provider took to answer
     */
    default void read(int known, Duration took) {}

    /**
     * A request failed.
     *
     * @param took how long the provider took to answer; null if it did not
     */
    default void failed(ProviderException failure, Duration took) {}

    /** The whole source is not asked before. */
    default void deferred(Instant until) {}

    /**
     * Everything that is followed of a job was read to its end and committed.
     *
     * @param job with the empty name, the account's list of jobs
     */
    default void jobRead(String job) {}

    /** A poll cycle is over. */
    default void cycleEnded(CycleResult result) {}
}
