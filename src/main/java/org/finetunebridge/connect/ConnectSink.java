package org.finetunebridge.connect;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.connect.source.SourceRecord;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.JobState;

/**
 * Hands commits to the task, which gives them to Connect's worker, and waits for the worker's confirmation.
 *
 * <p>It is opened once: while the task writes, Connect's offsets cannot be read again. Whatever leaves it in doubt what was
 * committed ends the task; started again, it begins from what is really there.
 */
final class ConnectSink implements Sink {

    private final RecordHandover handover;
    private final SourceRecordFactory records;
    private final boolean transactional;
    private final String deadLetters;
    private Collection<JobState> states;

    /**
     * @param settings      which topics
     * @param states        as the source offsets have them
     * @param handover      to the task
     * @param transactional whether all records of a commit are written in one transaction; if not, the state is written when
     *                      the cluster has the events, and a crash in between repeats events under their same ids
     */
    ConnectSink(ConnectorSettings settings, OffsetStates states, RecordHandover handover, boolean transactional) {
        this.handover = handover;
        this.records = new SourceRecordFactory(settings, states.indexes());
        this.transactional = transactional;
        this.deadLetters = settings.deadLetterTopic();
        this.states = states.states();
    }

    @Override
    public synchronized Collection<JobState> open() {
        if (handover.failure() != null) {
            throw new SinkUnavailableException(handover.failure().getMessage(), handover.failure());
        }
        if (states == null) {
            throw over(new SinkUnavailableException("a commit is in doubt; the task has to be started again", null));
        }
        Collection<JobState> read = states;
        states = null;
        return read;
    }

    @Override
    public void write(List<Batch> batches) {
        if (transactional) {
            handover.pass(fitting(() -> records.transaction(batches)));
        } else {
            handover.pass(fitting(() -> records.events(batches)));
            handover.pass(records.states(batches));
            handover.pass(records.parts(batches));
        }
    }

    private interface Making {
        List<SourceRecord> make();
    }

    private List<SourceRecord> fitting(Making making) {
        try {
            return making.make();
        } catch (SinkUnavailableException e) {
            throw over(e);
        }
    }

    private SinkUnavailableException over(SinkUnavailableException why) {
        handover.fail(why);
        return why;
    }

    @Override
    public Collection<JobState> peek() {
        throw new SinkUnavailableException("the state is in Connect's source offsets: GET /connectors/…/offsets", null);
    }

    @Override
    public void forget(Collection<String> names) {
        throw new SinkUnavailableException("the state is in Connect's source offsets: PATCH /connectors/…/offsets", null);
    }

    @Override
    public List<String> deadLetters() {
        throw new SinkUnavailableException("the dead letters are in the topic " + deadLetters, null);
    }

    @Override
    public void removeDeadLetters(Predicate<String> gone) {
        throw new SinkUnavailableException("the dead letters are in the topic " + deadLetters, null);
    }

    /** A session that is over leaves the task in doubt, unless it was never opened. */
    @Override
    public synchronized void close() {
        if (states == null) {
            handover.fail(new SinkUnavailableException("the sink was closed", null));
        }
    }
}
