package org.finetunebridge.sink.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.finetunebridge.sink.file.StateLog.CommitEntry;
import org.finetunebridge.sink.file.StateLog.CommitEntry.CommittedLength;
import org.finetunebridge.state.JobState;

/** What the lines of a log come to: the last state of each job, and how much of each output file counts. */
final class StateLogSnapshot {

    private static final int STATES_A_LINE = 500;

    private final Map<String, JobState> state = new HashMap<>();
    private final Map<String, CommittedLength> committed = new TreeMap<>();
    private long end;
    private long compacted;
    private boolean damaged;

    /**
     * Reads up to the first damaged line; no further, since each line builds on those before it.
     *
     * @throws IOException if a line is whole, but was written by another version
     */
    static StateLogSnapshot read(Path log) throws IOException {
        var state = new StateLogSnapshot();
        // What nobody may look at is not absent.
        if (!Files.notExists(log)) {
            try (var lines = new LineReader(log)) {
                for (byte[] line = lines.next(); line != null && state.add(line, log);) {
                    line = lines.next();
                }
            }
        }
        return state;
    }

    private boolean add(byte[] line, Path log) throws IOException {
        CommitEntry commit = read(line, log);
        if (commit == null) {
            damaged = true;
            return false;
        }
        apply(commit);
        end += line.length + 1;
        if (commit.whole()) {
            compacted = end;
        }
        return true;
    }

    /** A whole line that cannot be read is no damage, and what follows from it is not this version's to decide. */
    private CommitEntry read(byte[] line, Path log) throws IOException {
        try {
            return CommitEntry.read(line);
        } catch (IOException e) {
            throw new IOException("the state " + log + " was written by another version, see byte " + end + " ("
                    + e.getMessage() + "); nothing was changed: use that version, or move memory.log and"
                    + " memory.previous.log away to start with an empty state, which publishes everything again", e);
        }
    }

    void apply(CommitEntry commit) {
        commit.states().forEach(one -> state.put(one.name(), one));
        committed.putAll(commit.files());
    }

    void forget(Collection<String> names) {
        names.forEach(state::remove);
    }

    /** Writes all of it as the beginning of a log. */
    void write(Path path) throws IOException {
        Files.deleteIfExists(path);
        List<JobState> all = List.copyOf(state.values());
        try (AppendOnlyFile fresh = AppendOnlyFile.open(path, DurableFiles.forOwner(path))) {
            for (int from = 0; from < all.size(); from += STATES_A_LINE) {
                int to = Math.min(all.size(), from + STATES_A_LINE);
                fresh.add(new CommitEntry(all.subList(from, to), Map.of(), false).line());
            }
            fresh.append(List.of(new CommitEntry(List.of(), committed, true).line()));
            compacted = fresh.length();
        }
    }

    /** Whether the beginning of the log, which holds everything, is undamaged. */
    boolean isWhole() {
        return compacted > 0;
    }

    /** Whether there is a damaged line, so that what follows from it on was not read. */
    boolean isDamaged() {
        return damaged;
    }

    /** Where the last undamaged line ends, in bytes. */
    long end() {
        return end;
    }

    /** How long the log was when everything was last written at once. */
    long compacted() {
        return compacted;
    }

    Collection<JobState> state() {
        return state.values();
    }

    CommittedLength committed(String sort) {
        return committed.get(sort);
    }
}
