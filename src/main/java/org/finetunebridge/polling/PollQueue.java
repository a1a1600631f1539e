package org.finetunebridge.polling;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** What is still to be read in one sweep, and when. */
final class PollQueue {

    private final Map<String, Task> tasks = new LinkedHashMap<>();

    private record Task(PollTask poll, Instant due) {}

    void add(PollTask poll, Instant due) {
        tasks.put(poll.getJob(), new Task(poll, due));
    }

    /** Again, but not before. */
    void postpone(String job, Instant due) {
        tasks.computeIfPresent(job, (name, task) -> new Task(task.poll(), due));
    }

    void remove(String job) {
        tasks.remove(job);
    }

    boolean has(String job) {
        return tasks.containsKey(job);
    }

    void clear() {
        tasks.clear();
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    List<PollTask> due(Instant now) {
        return tasks.values().stream().filter(task -> !task.due().isAfter(now)).map(Task::poll).toList();
    }

    /** When the first of those is due; null if there is none. */
    Instant next(Predicate<PollTask> of) {
        return tasks.values().stream().filter(task -> of.test(task.poll())).map(Task::due).min(Instant::compareTo)
                .orElse(null);
    }

    /** Gives up what is not due before its own last moment; returns those jobs. */
    List<String> giveUp(Instant notBefore, Function<String, Instant> last) {
        List<String> late = tasks.entrySet().stream()
                .filter(task -> later(task.getValue().due(), notBefore).isAfter(last.apply(task.getKey())))
                .map(Map.Entry::getKey).toList();
        late.forEach(tasks::remove);
        return late;
    }

    /** The same of one job alone. */
    List<String> giveUp(String job, Instant notBefore, Instant last) {
        Task task = tasks.get(job);
        return task != null && later(task.due(), notBefore).isAfter(last) && tasks.remove(job) != null
                ? List.of(job) : List.of();
    }

    static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
