package org.finetunebridge.sink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.finetunebridge.event.Event;
import org.finetunebridge.memory.JobMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events and dead letters as lines of JSON in a file a UTC day; exactly once, across any crash.
 *
 * <p>A commit appends the lines, forces them to disk, and then appends one entry to the memory log that says what was
 * told and how long each file is now. A crash before that entry leaves lines that do not count: the next start cuts
 * them off, and the next poll finds their facts again.
 */
public final class FileSink implements Sink {

    private static final Logger LOG = LoggerFactory.getLogger(FileSink.class);

    private final Path state;
    private final DayFiles events;
    private final DayFiles deadLetters;
    private final Deque<StateLock> locks = new ArrayDeque<>();
    private MemoryLog memory;

    /**
     * @param events      directory of the events
     * @param deadLetters directory of the dead letters
     * @param state       directory of the memory and the lock
     * @param clock       tells the day
     */
    public FileSink(Path events, Path deadLetters, Path state, InstantSource clock) {
        this.state = state.toAbsolutePath().normalize();
        this.events = new DayFiles("events", events.toAbsolutePath().normalize(), clock);
        this.deadLetters = new DayFiles("dead-letters", deadLetters.toAbsolutePath().normalize(), clock);
    }

    @Override
    public Collection<JobMemory> open() {
        close();
        try {
            lock();
            memory = new MemoryLog(state);
            Map<String, Committed> found = new TreeMap<>();
            events.find(found);
            deadLetters.find(found);
            memory.open(found);
            for (DayFiles files : List.of(events, deadLetters)) {
                files.cut(memory.committed(files.sort()), memory.damaged());
            }
            return List.copyOf(memory.memory());
        } catch (IOException e) {
            close();
            throw new Lost("cannot open the files: " + e, e);
        }
    }

    @Override
    public void write(List<Batch> batches) {
        try {
            Map<String, Committed> lengths = new TreeMap<>();
            append(events, batches.stream().flatMap(batch -> batch.events().stream()).toList(), lengths);
            append(deadLetters, batches.stream().flatMap(batch -> batch.deadLetters().stream()).toList(), lengths);
            memory.append(batches.stream().flatMap(batch -> batch.memories().stream()).toList(), lengths);
        } catch (IOException e) {
            throw new Lost("cannot write the files: " + e, e);
        }
    }

    @Override
    public Collection<JobMemory> peek() {
        try {
            return MemoryLog.peek(state);
        } catch (IOException e) {
            throw new Lost("cannot read the memory: " + e, e);
        }
    }

    @Override
    public void forget(Collection<String> names) {
        try {
            memory.forget(names);
        } catch (IOException e) {
            throw new Lost("cannot write the memory: " + e, e);
        }
    }

    @Override
    public List<String> deadLetters() {
        try {
            return new DeadLetterFiles(deadLetters.directory()).read();
        } catch (IOException e) {
            throw new Lost("cannot read the dead letters: " + e, e);
        }
    }

    @Override
    public void removeDeadLetters(Predicate<String> gone) {
        try {
            deadLetters.close();
            new DeadLetterFiles(deadLetters.directory()).remove(gone);
            Committed before = memory.committed(deadLetters.sort());
            if (before != null && Files.exists(before.path())) {
                memory.append(List.of(),
                        Map.of(deadLetters.sort(), new Committed(before.file(), Files.size(before.path()))));
            }
        } catch (IOException e) {
            throw new Lost("cannot write the dead letters: " + e, e);
        }
    }

    @Override
    public void close() {
        closeQuietly(events);
        closeQuietly(deadLetters);
        closeQuietly(memory);
        memory = null;
        while (!locks.isEmpty()) {
            closeQuietly(locks.pop());
        }
    }

    /** Two that remember apart but write to one file would cut off each other's lines. */
    private void lock() throws IOException {
        Set<Path> held = new HashSet<>();
        for (Path directory : List.of(state, events.directory(), deadLetters.directory())) {
            Files.createDirectories(directory);
            if (held.add(directory.toRealPath())) {
                locks.push(lock(directory));
            }
        }
    }

    private StateLock lock(Path directory) throws IOException {
        String what = directory.equals(state) ? "state" : "files";
        String key = directory.equals(state) ? "bridge.state.directory"
                : directory.equals(events.directory()) ? "bridge.file.directory" : "bridge.dead-letter.directory";
        StateLock lock = StateLock.of(directory, directory.equals(state) ? "lock" : ".lock");
        if (lock == null) {
            throw new Fenced("another instance uses the " + what + " in " + directory
                    + " (it holds the lock there); stop it, or give this one a " + key + " of its own");
        }
        return lock;
    }

    private void append(DayFiles files, List<Event> lines, Map<String, Committed> lengths) throws IOException {
        if (!lines.isEmpty()) {
            lengths.put(files.sort(), files.append(lines.stream().map(Event::value).toList(), memory));
        }
    }

    private static void closeQuietly(AutoCloseable open) {
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (Exception e) {
            LOG.debug("while closing: {}", e.toString());
        }
    }
}
