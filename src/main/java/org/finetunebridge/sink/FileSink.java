package org.finetunebridge.sink;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
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
    private static final String SUFFIX = ".ndjson";
    private static final String DEAD_LETTERS = "dead-letters";

    private final Path state;
    private final Map<String, Path> directories;
    private final InstantSource clock;
    private final Map<String, LineFile> files = new TreeMap<>();
    private MemoryLog memory;
    private FileChannel lockFile;

    /**
     * @param events      directory of the events
     * @param deadLetters directory of the dead letters
     * @param state       directory of the memory and the lock
     * @param clock       tells the day
     */
    public FileSink(Path events, Path deadLetters, Path state, InstantSource clock) {
        this.state = state.toAbsolutePath().normalize();
        this.directories = Map.of("events", events.toAbsolutePath().normalize(),
                DEAD_LETTERS, deadLetters.toAbsolutePath().normalize());
        this.clock = clock;
    }

    @Override
    public Collection<JobMemory> open() {
        try {
            for (Path directory : directories.values()) {
                Files.createDirectories(directory);
            }
            Files.createDirectories(state);
            lock();
            memory = new MemoryLog(state);
            memory.open();
            for (String sort : directories.keySet()) {
                cutWhatWasNotCommitted(sort);
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
            append("events", batches.stream().flatMap(batch -> batch.events().stream()).toList(), lengths);
            append(DEAD_LETTERS, batches.stream().flatMap(batch -> batch.deadLetters().stream()).toList(), lengths);
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
            return new DeadLetterFiles(directories.get(DEAD_LETTERS)).read();
        } catch (IOException e) {
            throw new Lost("cannot read the dead letters: " + e, e);
        }
    }

    @Override
    public void removeDeadLetters(Predicate<String> gone) {
        try {
            closeQuietly(files.remove(DEAD_LETTERS));
            new DeadLetterFiles(directories.get(DEAD_LETTERS)).remove(gone);
            Committed before = memory.committed(DEAD_LETTERS);
            if (before != null && Files.exists(Path.of(before.file()))) {
                memory.append(List.of(), Map.of(DEAD_LETTERS, new Committed(before.file(),
                        Files.size(Path.of(before.file())))));
            }
        } catch (IOException e) {
            throw new Lost("cannot write the dead letters: " + e, e);
        }
    }

    @Override
    public void close() {
        files.values().forEach(FileSink::closeQuietly);
        files.clear();
        closeQuietly(memory);
        memory = null;
        closeQuietly(lockFile);
        lockFile = null;
    }

    private void lock() throws IOException {
        Path path = state.resolve("lock");
        lockFile = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = lockFile.tryLock();
            if (lock != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("{} is locked by this process", path);
        }
        closeQuietly(lockFile);
        lockFile = null;
        throw new Fenced("another instance uses the state in " + state + " (it holds the lock on " + path
                + "); stop it, or give this one a bridge.state.directory of its own");
    }

    private void append(String sort, List<Event> lines, Map<String, Committed> lengths) throws IOException {
        if (!lines.isEmpty()) {
            LineFile file = today(sort);
            file.append(lines.stream().map(Event::value).toList());
            lengths.put(sort, committed(file));
        }
    }

    /** The file of the day. The first line of a file waits until the memory knows from where on the file counts. */
    private LineFile today(String sort) throws IOException {
        Path path = directories.get(sort)
                .resolve(sort + "-" + LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC) + SUFFIX);
        LineFile open = files.get(sort);
        if (open != null && open.path().equals(path)) {
            return open;
        }
        closeQuietly(open);
        LineFile file = LineFile.open(path);
        files.put(sort, file);
        if (!committed(file).equals(memory.committed(sort))) {
            memory.append(List.of(), Map.of(sort, committed(file)));
        }
        return file;
    }

    private static Committed committed(LineFile file) {
        return new Committed(file.path().toString(), file.length());
    }

    private void cutWhatWasNotCommitted(String sort) throws IOException {
        Committed counts = memory.committed(sort);
        if (counts == null) {
            return;
        }
        Path path = Path.of(counts.file());
        long length = Files.exists(path) ? Files.size(path) : 0;
        if (length > counts.length()) {
            LOG.info("Cut {} bytes that were not committed off {}", length - counts.length(), path);
            if (memory.damaged()) {
                MemoryLog.keepAside(path, counts.length());
            }
            MemoryLog.truncate(path, counts.length());
        } else if (length < counts.length()) {
            LOG.warn("{} is {} bytes shorter than it was left; somebody else cut or removed it", path,
                    counts.length() - length);
        }
        if (memory.damaged()) {
            setAsideFilesAfter(path, sort);
        }
    }

    private static void setAsideFilesAfter(Path last, String sort) throws IOException {
        try (var all = Files.list(last.getParent())) {
            for (Path later : all.filter(file -> file.getFileName().toString().matches(sort + "-[-0-9]+\\" + SUFFIX))
                    .filter(file -> file.compareTo(last) > 0).toList()) {
                MemoryLog.keepAside(later, 0);
                Files.delete(later);
            }
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
