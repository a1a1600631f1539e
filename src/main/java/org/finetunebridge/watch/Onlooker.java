package org.finetunebridge.watch;

import java.time.Instant;
import org.finetunebridge.fetch.Failure;

/** Is told how the polls of one source go, by the thread that polls: quick, and never failing. */
public interface Onlooker {

    /**
     * A page was read, and what was new in it is told.
     *
     * @param known how many of its records were told before
     */
    default void read(int known) {}

    /** A request failed. */
    default void failed(Failure failure) {}

    /** The whole source is not asked before. */
    default void held(Instant until) {}

    /** A sweep is over. */
    default void swept(Tally tally) {}
}
