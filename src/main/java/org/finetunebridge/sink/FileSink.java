package org.finetunebridge.sink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
    private MemoryLog memory;
    private StateLock lock;

    /**
     * @param events      directory of the events
     * @param deadLetters directory of the dead letters
     * @param state       directory of the memory and the lock
     * @param clock       tells the day
     */
    public FileSink(Path events, Path deadLetters, Path state, InstantSource clock) {
        this.state = state.toAbsolutePath().normalize();
        this.events = new DayFiles("events", "bridge.file.directory", events.toAbsolutePath().normalize(), clock);
        this.deadLetters = new DayFiles("dead-letters", "bridge.dead-letter.directory",
                deadLetters.toAbsolutePath().normalize(), clock);
    }

    @Override
    public Collection<JobMemory> open() {
        close();
        try {
            lock();
            Files.createDirectories(events.folder().directory());
            Files.createDirectories(deadLetters.folder().directory());
            memory = new MemoryLog(state);
            Map<String, Committed> found = new TreeMap<>();
            events.find(found);
            deadLetters.find(found);
            memory.open(found);
            for (DayFiles files : List.of(events, deadLetters)) {
                files.folder().cut(memory.committed(files.sort()), memory.damaged());
                files.resume(memory.committed(files.sort()));
            }
            return List.copyOf(memory.memory());
        } catch (IOException e) {
            close();
            throw new Lost("cannot open the files: " + e, e);
        } catch (Fenced e) {
            close();
            throw e;
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
            return new DeadLetterFiles(deadLetters.folder()).read();
        } catch (IOException e) {
            throw new Lost("cannot read the dead letters: " + e, e);
        }
    }

    @Override
    public void removeDeadLetters(Predicate<String> gone) {
        try {
            deadLetters.close();
            new DeadLetterFiles(deadLetters.folder()).remove(gone);
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
        closeQuietly(lock);
        lock = null;
    }

    private void lock() throws IOException {
        Files.createDirectories(state);
        lock = StateLock.of(state);
        if (lock == null) {
            throw new Fenced("another instance, " + StateLock.holder(state) + ", uses the state in " + state
                    + " (it holds the lock there); stop it, or give this one a bridge.state.directory of its own");
        }
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
