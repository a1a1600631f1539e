package org.finetunebridge.sink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobStateSerde;

/** A sink in memory, told how its next commits end. What it remembers goes through JSON, as on a disk. */
public final class FlakySink implements Sink {

    /** How a commit ends. */
    public enum Commit {
        /** It is confirmed. */
        GOOD,
        /** It fails, and nothing was written. */
        LOST,
        /** Everything was written, but nobody hears of it. */
        UNHEARD,
        /** It can never be written. */
        REJECTED,
        /** Its first event can never be written. */
        TOO_LARGE,
        /** Another instance took over. */
        FENCED
    }

    private final Map<String, String> state = new TreeMap<>();
    private final List<EncodedEvent> events = new ArrayList<>();
    private final List<EncodedEvent> deadLetters = new ArrayList<>();
    private final List<List<Batch>> commits = new ArrayList<>();
    private final Deque<Commit> next = new ArrayDeque<>();
    private boolean open;
    private int opened;

    /** The next commits end so; those after them are good. */
    public synchronized FlakySink next(Collection<Commit> ends) {
        next.addAll(ends);
        return this;
    }

    /** From now on every commit is good. */
    public synchronized void heal() {
        next.clear();
    }

    /** What was published, in order. */
    public synchronized List<EncodedEvent> events() {
        return List.copyOf(events);
    }


    /** The commits that took place. */
    public synchronized List<List<Batch>> commits() {
        return List.copyOf(commits);
    }

    /** How often it was opened. */
    public synchronized int opened() {
        return opened;
    }

    @Override
    public synchronized Collection<JobState> open() {
        open = true;
        opened++;
        return state.values().stream().map(FlakySink::read).toList();
    }

    @Override
    public synchronized void write(List<Batch> batches) {
        if (!open) {
            throw new IllegalStateException("written while closed");
        }
        Commit end = next.isEmpty() ? Commit.GOOD : next.poll();
        switch (end) {
            case REJECTED -> throw new EventRejectedException("never", null);
            case TOO_LARGE -> throw new EventRejectedException("too large", batches.get(0).events().get(0), null);
            case FENCED -> throw new InstanceFencedException("another");
            case LOST -> throw new SinkUnavailableException("no", null);
            case GOOD, UNHEARD -> keep(batches);
        }
        if (end == Commit.UNHEARD) {
            throw new SinkUnavailableException("no answer", null);
        }
    }

    @Override
    public synchronized void close() {
        open = false;
    }

    @Override
    public synchronized Collection<JobState> peek() {
        return state.values().stream().map(FlakySink::read).toList();
    }

    @Override
    public synchronized void forget(Collection<String> names) {
        names.forEach(state::remove);
    }

    @Override
    public synchronized List<String> deadLetters() {
        return deadLetters.stream().map(letter -> new String(letter.value(), StandardCharsets.UTF_8)).toList();
    }

    @Override
    public synchronized void removeDeadLetters(Predicate<String> gone) {
        deadLetters.removeIf(letter -> gone.test(new String(letter.value(), StandardCharsets.UTF_8)));
    }

    private void keep(List<Batch> batches) {
        commits.add(List.copyOf(batches));
        for (Batch batch : batches) {
            events.addAll(batch.events());
            deadLetters.addAll(batch.deadLetters());
            batch.states().forEach(one -> state.put(one.name(), JobStateSerde.write(one)));
        }
    }

    private static JobState read(String json) {
        try {
            return JobStateSerde.read(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
