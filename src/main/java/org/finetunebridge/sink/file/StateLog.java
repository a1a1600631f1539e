package org.finetunebridge.sink.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.finetunebridge.sink.file.CommitEntry.CommittedLength;
import org.finetunebridge.state.JobState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file sink's state: a log of commits. Reading stops at the first damaged line; what stands before it is a state
 * that was really committed. Compaction begins a new log with everything at once and keeps the log before
 * it as {@code memory.previous.log}, so that there is always a whole state to fall back on.
 */
final class StateLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StateLog.class);
    private static final long SMALLEST_COMPACTED = 1024 * 1024;

    private final Path current;
    private final Path previous;
    private final Path next;
    private StateLogSnapshot state = new StateLogSnapshot();
    private AppendOnlyFile log;
    private boolean damaged;

    /** @param directory of the log; must exist */
    StateLog(Path directory) {
        current = directory.resolve("memory.log");
        previous = directory.resolve("memory.previous.log");
        next = directory.resolve("memory.next.log");
    }

    /** The last good state, read without touching anything: an instance may be writing it. */
    static Collection<JobState> peek(Path directory) throws IOException {
        var log = new StateLog(directory);
        StateLogSnapshot state = StateLogSnapshot.read(log.current);
        if (!state.isWhole()) {
            state = StateLogSnapshot.read(log.previous);
        }
        return state.isWhole() ? state.state() : List.of();
    }

    /**
     * Reads the last good state, and readies the log for appending.
     *
     * @param found what the output files hold already, for a state that begins here
     */
    void open(Map<String, CommittedLength> found) throws IOException {
        if (Files.notExists(current) && Files.notExists(previous)) {
            begin(found);
        } else {
            state = recover();
        }
        log = AppendOnlyFile.open(current, DurableFiles.forOwner(current));
    }

    private void begin(Map<String, CommittedLength> found) throws IOException {
        state.apply(new CommitEntry(List.of(), found, true));
        state.write(next);
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.syncDirectory(current.getParent());
    }

    /** Reads up to the first damaged line, and cuts off the rest; changes nothing if not even the head is whole. */
    private StateLogSnapshot recover() throws IOException {
        boolean crashed = Files.exists(next);
        StateLogSnapshot found = StateLogSnapshot.read(current);
        if (!found.isWhole()) {
            found = StateLogSnapshot.read(previous);
            if (!found.isWhole()) {
                throw new IOException("the state " + current + " is damaged from its beginning on, and there is no"
                        + " older one that is whole; move " + current.getFileName() + " and " + previous.getFileName()
                        + " away to start with an empty state, which publishes everything again");
            }
            fallBack(crashed);
        }
        Files.deleteIfExists(next);
        if (found.end() < Files.size(current)) {
            cut(found.end());
        }
        return found;
    }

    /** Between the two renames of a compaction, or with its result damaged or gone, the log before it is the truth. */
    private void fallBack(boolean crashed) throws IOException {
        damaged = !crashed || Files.exists(current);
        if (Files.exists(current)) {
            LOG.warn("The state {} is damaged from its beginning on; going back to {}. What it held is in {}", current,
                    previous, DurableFiles.keepAside(current, 0));
        } else if (damaged) {
            LOG.warn("The state {} was taken away; going back to {}", current, previous);
        }
        DurableFiles.copy(previous, 0, next);
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        DurableFiles.syncDirectory(current.getParent());
    }

    private void cut(long good) throws IOException {
        if (isTornLine(good)) {
            LOG.info("Cut off {} a commit that was not finished", current);
        } else {
            damaged = true;
            LOG.warn("The state {} is damaged at byte {}: going back to the last commit before it. What came after is"
                    + " in {}", current, good, DurableFiles.keepAside(current, good));
        }
        DurableFiles.truncate(current, good);
    }

    private boolean isTornLine(long from) throws IOException {
        try (var rest = new LineReader(current)) {
            for (long read = 0; read < from;) {
                read += rest.next().length + 1;
            }
            return rest.next() == null;
        }
    }

    Collection<JobState> state() {
        return state.state();
    }

    /** How much of the output file of this sort counts; null if none was ever written. */
    CommittedLength committed(String sort) {
        return state.committed(sort);
    }

    /** Whether more than the torn line of a crash was cut off: output files after the one that counts are void. */
    boolean damaged() {
        return damaged;
    }

    /** Commits. Safe when it returns. */
    void append(List<JobState> states, Map<String, CommittedLength> files) throws IOException {
        if (!log.isAsLeft()) {
            throw new IOException("somebody else changed " + current);
        }
        var commit = new CommitEntry(states, files, false);
        log.append(List.of(commit.line()));
        state.apply(commit);
        if (log.length() > Math.max(SMALLEST_COMPACTED, 4 * state.compacted())) {
            compact();
        }
    }

    /** Forgets jobs by their names. Safe when it returns. */
    void forget(Collection<String> names) throws IOException {
        state.forget(names);
        compact();
    }

    /** A crash leaves the old log, the new one, or both under the names {@link #open} looks for. */
    private void compact() throws IOException {
        state.write(next);
        close();
        Files.move(current, previous, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.syncDirectory(current.getParent());
        log = AppendOnlyFile.open(current, DurableFiles.forOwner(current));
    }

    @Override
    public void close() throws IOException {
        if (log != null) {
            log.close();
            log = null;
        }
    }
}
