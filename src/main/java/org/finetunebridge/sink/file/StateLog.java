package org.finetunebridge.sink.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.finetunebridge.state.JobState;

/**
 * The file sink's memory: a log of commits. Reading stops at the first line that does not hold; what stands before it
 * is a state that was really committed. Compaction begins a new log with everything at once and keeps the log before
 * it as {@code memory.previous.log}, so that there is always a whole state to fall back on.
 */
final class StateLog implements AutoCloseable {

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
     * @param found what the output files hold already, for a memory that begins here
     */
    void open(Map<String, CommittedLength> found) throws IOException {
        if (Files.notExists(current) && Files.notExists(previous)) {
            begin(found);
        } else {
            var recovery = new LogRecovery(current, previous, next);
            state = recovery.recover();
            damaged = recovery.damaged();
        }
        log = AppendOnlyFile.open(current, OwnerOnly.file(current));
    }

    private void begin(Map<String, CommittedLength> found) throws IOException {
        state.apply(new CommitEntry(List.of(), found, true));
        state.write(next);
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
        AppendOnlyFile.syncDirectory(current.getParent());
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
        AppendOnlyFile.syncDirectory(current.getParent());
        log = AppendOnlyFile.open(current, OwnerOnly.file(current));
    }

    @Override
    public void close() throws IOException {
        if (log != null) {
            log.close();
            log = null;
        }
    }
}
