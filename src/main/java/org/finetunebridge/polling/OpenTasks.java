package org.finetunebridge.polling;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.finetunebridge.polling.PollAction.Read;

/**
 * The tasks of a source that are in flight, or were left before their end in this cycle or the one before: what was read
 * of a long list is not read again. Not safe for threads: the poller guards it.
 */
final class OpenTasks {

    private final Map<String, String> reading = new HashMap<>();
    private final Set<String> unreported = new HashSet<>();
    private Map<String, PollTask> tasks = new HashMap<>();
    private Map<String, PollTask> earlier = Map.of();

    /** A cycle begins: the list is read from its beginning. */
    void beginCycle() {
        tasks.remove("");
        earlier = tasks;
        tasks = new HashMap<>();
    }

    /** The task that was left of what is to be read now; null if there is none. */
    PollTask left(Read read) {
        PollTask task = tasks.getOrDefault(read.job(), earlier.get(read.job()));
        return task != null && Set.copyOf(task.remaining()).equals(Set.copyOf(read.resources())) ? task : null;
    }

    void begin(Read read, PollTask task) {
        tasks.put(read.job(), task);
        unreported.add(read.job());
        task.resume(read.probe());
    }

    /** A page is about to be read. */
    void reading(PollTask task) {
        reading.put(task.getJob(), task.getResource());
        unreported.add(task.getJob());
    }

    /** The page was read, or not: the resource it is of. */
    String reported(PollTask task) {
        unreported.remove(task.getJob());
        return reading.remove(task.getJob());
    }

    /** The task is given back; returns whether what became of it was reported. */
    boolean end(PollTask task) {
        reading.remove(task.getJob());
        List<String> remaining = task.remaining();
        if (remaining.isEmpty()) {
            tasks.remove(task.getJob(), task);
        }
        return !unreported.remove(task.getJob());
    }
}
