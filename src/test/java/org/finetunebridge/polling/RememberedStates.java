package org.finetunebridge.polling;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.finetunebridge.polling.PollAction.States;
import org.finetunebridge.state.JobState;

/** What is remembered of the jobs of the source {@code acme}, which a test changes as it likes. */
abstract class RememberedStates implements States {

    final Map<String, JobState> states = new TreeMap<>();

    @Override
    public JobState of(String job) {
        return states.getOrDefault(job, JobState.blank("acme", job));
    }

    @Override
    public Collection<JobState> all() {
        return states.values().stream().filter(state -> !state.job().isEmpty()).toList();
    }
}
