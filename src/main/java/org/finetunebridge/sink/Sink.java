package org.finetunebridge.sink;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.finetunebridge.state.JobState;

/**
 * A destination that takes events and the state that says so in one commit. Used by one thread at a time.
 *
 * <p>Any failure but {@link EventRejectedException} and that of {@link #deadLetters} leaves it closed; {@link #open}
 * begins anew from what is really there.
 */
public interface Sink extends AutoCloseable {

    /**
     * Keeps every other instance out, clears away what was never committed, and reads the state.
     *
     * @return the state of every job
     * @throws SinkUnavailableException   if it cannot be opened now; trying again later may help
     * @throws InstanceFencedException if another instance has it
     */
    Collection<JobState> open();

    /**
     * Commits all of these batches or none. Returns when they are safe.
     *
     * @throws SinkUnavailableException     if that is not certain: believe neither, and open again
     * @throws EventRejectedException if one of them can never be written, and nothing was
     * @throws InstanceFencedException   if another instance took over
     */
    void write(List<Batch> batches);

    /**
     * The state of every job, read without keeping anybody out: for looking only.
     *
     * @throws SinkUnavailableException if it cannot be read
     */
    Collection<JobState> peek();

    /**
     * Asks whether it could be opened and written, without writing or creating anything.
     *
     * @throws SinkUnavailableException that says what keeps it from that; with an
     *         {@code InvalidConfigurationException} as its cause if only another configuration helps
     */
    default void inspect() {
        peek();
    }

    /**
     * Forgets jobs by their names: what is seen of them next is published as if for the first time. Only while open.
     *
     * @throws SinkUnavailableException if that is not certain
     */
    void forget(Collection<String> names);

    /**
     * The dead letters, as events in JSON, oldest first. Also while closed.
     *
     * @throws SinkUnavailableException if they cannot be read; an open sink stays open
     */
    List<String> deadLetters();

    /**
     * The events that were written last, the oldest first, for those who show them to a person. Also while closed.
     *
     * @param most bytes that are read
     * @return whole events in JSON; none if the sink cannot give them back
     * @throws SinkUnavailableException if they cannot be read; an open sink stays open
     * @throws InstanceFencedException  if another instance took over
     */
    default List<byte[]> newest(int most) {
        return List.of();
    }

    /**
     * Takes dead letters out of the store. Only while open.
     *
     * @param gone which
     * @throws SinkUnavailableException if that is not certain
     */
    void removeDeadLetters(Predicate<String> gone);

    /** Closes without waiting for anything. Harmless when closed. */
    @Override
    void close();

    /** Lets go, after it is closed for good, of what makes others stand by while it is closed for a moment. */
    default void resign() {
        // most keep nothing
    }
}
