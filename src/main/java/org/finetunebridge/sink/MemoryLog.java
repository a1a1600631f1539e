package org.finetunebridge.sink;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.finetunebridge.memory.JobMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file sink's memory: a log of commits. Reading stops at the first line that does not hold; what stands before it
 * is a state that was really committed. Compaction begins a new log with everything at once and keeps the log before
 * it as {@code memory.previous.log}, so that there is always a whole state to fall back on.
 */
final class MemoryLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MemoryLog.class);
    private static final long SMALLEST_COMPACTED = 1024 * 1024;
    private static final int MEMORIES_A_LINE = 500;

    private final Path current;
    private final Path previous;
    private final Path next;
    private final Map<String, JobMemory> memory = new HashMap<>();
    private final Map<String, Committed> committed = new TreeMap<>();
    private LineFile log;
    private long compacted;
    private boolean damaged;

    /** @param directory of the log; must exist */
    MemoryLog(Path directory) {
        current = directory.resolve("memory.log");
        previous = directory.resolve("memory.previous.log");
        next = directory.resolve("memory.next.log");
    }

    /** The last good state, read without touching anything: an instance may be writing it. */
    static Collection<JobMemory> peek(Path directory) throws IOException {
        var log = new MemoryLog(directory);
        return log.read(log.current) > 0 || log.read(log.previous) > 0 ? log.memory() : List.of();
    }

    /**
     * Reads the last good state, and readies the log for appending.
     *
     * @param found what the output files hold already, for a memory that begins here
     */
    void open(Map<String, Committed> found) throws IOException {
        Files.deleteIfExists(next);
        boolean blank = Files.notExists(current) && Files.notExists(previous);
        if (!blank && !replay(current) && !fallBack()) {
            throw new IOException("the memory " + current + " is damaged from its beginning on, and there is no older"
                    + " one that holds; move " + current.getFileName() + " and " + previous.getFileName()
                    + " away to start with an empty memory, which tells everything again");
        }
        if (blank) {
            committed.putAll(found);
            write(next);
            Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
            LineFile.syncDirectory(current.getParent());
        }
        log = LineFile.open(current);
    }

    Collection<JobMemory> memory() {
        return memory.values();
    }

    /** How much of the output file of this sort counts; null if none was ever written. */
    Committed committed(String sort) {
        return committed.get(sort);
    }

    /** Whether more than the torn line of a crash was cut off: output files after the one that counts are void. */
    boolean damaged() {
        return damaged;
    }

    /** Commits. Safe when it returns. */
    void append(List<JobMemory> memories, Map<String, Committed> files) throws IOException {
        if (!log.isAsLeft()) {
            throw new IOException("somebody else changed " + current);
        }
        log.append(List.of(new Commit(memories, files, false).line()));
        memories.forEach(one -> memory.put(one.name(), one));
        committed.putAll(files);
        if (log.length() > Math.max(SMALLEST_COMPACTED, 4 * compacted)) {
            compact();
        }
    }

    /** Forgets jobs by their names. Safe when it returns. */
    void forget(Collection<String> names) throws IOException {
        names.forEach(memory::remove);
        compact();
    }

    @Override
    public void close() throws IOException {
        if (log != null) {
            log.close();
            log = null;
        }
    }

    /** A crash leaves the old log, the new one, or both under the names {@link #open} looks for. */
    private void compact() throws IOException {
        write(next);
        close();
        Files.move(current, previous, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
        LineFile.syncDirectory(current.getParent());
        log = LineFile.open(current);
    }

    private void write(Path path) throws IOException {
        List<JobMemory> all = List.copyOf(memory.values());
        try (LineFile fresh = LineFile.open(path)) {
            for (int from = 0; from < all.size(); from += MEMORIES_A_LINE) {
                int to = Math.min(all.size(), from + MEMORIES_A_LINE);
                fresh.add(new Commit(all.subList(from, to), Map.of(), false).line());
            }
            fresh.append(List.of(new Commit(List.of(), committed, true).line()));
            compacted = fresh.length();
        }
    }

    /** Between the two renames of a compaction, or with its result damaged, the log before it is the truth. */
    private boolean fallBack() throws IOException {
        if (Files.notExists(previous)) {
            return false;
        }
        if (Files.exists(current)) {
            LOG.warn("The memory {} is damaged from its beginning on; going back to {}", current, previous);
            keepAside(current, 0);
            damaged = true;
        }
        copy(previous, next);
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        LineFile.syncDirectory(current.getParent());
        return replay(current);
    }

    /** Reads what holds and cuts off the rest; false, and untouched, if not even a whole state holds. */
    private boolean replay(Path path) throws IOException {
        long good = read(path);
        if (good > 0 && good < Files.size(path)) {
            cut(path, good);
        }
        return good > 0;
    }

    /** @return how many bytes hold; 0 if not even a whole state does */
    private long read(Path path) throws IOException {
        memory.clear();
        committed.clear();
        compacted = 0;
        if (Files.notExists(path)) {
            return 0;
        }
        long good = 0;
        try (var lines = new LineReader(path)) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                Commit commit = Commit.read(line);
                if (commit == null) {
                    break;
                }
                good += line.length + 1;
                apply(commit, good);
            }
        }
        return compacted > 0 ? good : 0;
    }

    private void apply(Commit commit, long end) {
        commit.memories().forEach(one -> memory.put(one.name(), one));
        committed.putAll(commit.files());
        if (commit.whole()) {
            compacted = end;
        }
    }

    private void cut(Path path, long good) throws IOException {
        if (isTornLine(path, good)) {
            LOG.info("Cut off {} a commit that was not finished", path);
        } else {
            damaged = true;
            Path aside = keepAside(path, good);
            LOG.warn("The memory {} is damaged at byte {}: going back to the last commit before it. What came after is"
                    + " in {}", path, good, aside);
        }
        truncate(path, good);
    }

    /** On disk when it returns: the copy is about to take the place of something. */
    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        try (var copy = FileChannel.open(to, StandardOpenOption.WRITE)) {
            copy.force(true);
        }
    }

    static void truncate(Path path, long length) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(length);
            channel.force(true);
        }
    }

    static Path keepAside(Path path, long from) throws IOException {
        Path aside = path.resolveSibling(path.getFileName() + ".cut-" + System.currentTimeMillis());
        try (var in = Files.newInputStream(path); var out = Files.newOutputStream(aside)) {
            in.skipNBytes(from);
            in.transferTo(out);
        }
        return aside;
    }

    private static boolean isTornLine(Path path, long from) throws IOException {
        try (var rest = new LineReader(path)) {
            for (long read = 0; read < from;) {
                read += rest.next().length + 1;
            }
            return rest.next() == null;
        }
    }
}
