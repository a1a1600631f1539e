package org.finetunebridge.polling;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.finetunebridge.state.JobState;

/** What one pass over an account's list has shown. */
final class ListSnapshot {

    private final Set<String> seen = new LinkedHashSet<>();
    private final Set<String> watched = new LinkedHashSet<>();
    private final Map<String, DeferredEnd> endings = new HashMap<>();
    private final boolean holdsEndings;

    /** @param holdsEndings whether a job's end waits until the job was read; else it is published with the list */
    ListSnapshot(boolean holdsEndings) {
        this.holdsEndings = holdsEndings;
    }

    boolean holdsEndings() {
        return holdsEndings;
    }

    /**
     * The list shows a job.
     *
     * @param watch  whether it is to be read
     * @param ending its end, if that is to be published with what is read of it; may be null
     */
    synchronized void shows(String job, boolean watch, DeferredEnd ending) {
        seen.add(job);
        if (watch) {
            watched.add(job);
        }
        if (ending != null) {
            endings.put(job, ending);
        }
    }

    /** Whether the list showed the job. */
    synchronized boolean shows(String job) {
        return seen.contains(job);
    }

    /** The jobs to read, in the order of the list. */
    synchronized List<String> watched() {
        return List.copyOf(watched);
    }

    /** The end of a job, once. */
    synchronized DeferredEnd ending(String job) {
        return endings.remove(job);
    }

    /** Those of the jobs watched so far that the list shows no more. */
    synchronized List<JobState> vanished(Collection<JobState> known) {
        return known.stream().filter(state -> state.retired() == null && !seen.contains(state.job())).toList();
    }
}
