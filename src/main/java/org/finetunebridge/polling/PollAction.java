package org.finetunebridge.polling;

import java.util.Collection;
import java.util.List;
import org.finetunebridge.polling.RetryPolicy.Decision;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;

/** What a {@link PollSchedule} asks for, beside the schedule that follows; and what it looks at. */
final class PollAction {

    private PollAction() {}

    /**
     * To read of a job, or of the list.
     *
     * @param resources in order, those that have to wait last
     * @param probe     whether it is the only task in flight, and finds out whether the source can be read again
     */
    record Read(String job, List<String> resources, boolean probe) {}

    /** To read now. */
    record Reads(PollSchedule schedule, List<Read> reads) {}

    /** To remember and to dead-letter after a failure. */
    record Failed(PollSchedule schedule, Decision decision) {}

    /** What is remembered, as far as commits have confirmed it. */
    interface States {

        JobState of(String job);

        /** Without the source itself. */
        Collection<JobState> all();
    }

    /** What a session of the sink remembers of a source. */
    static States states(SinkSession session, String source) {
        return new States() {
            @Override
            public JobState of(String job) {
                return session.of(source, job);
            }

            @Override
            public Collection<JobState> all() {
                return session.jobs(source);
            }
        };
    }
}
