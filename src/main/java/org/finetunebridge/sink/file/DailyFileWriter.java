package org.finetunebridge.sink.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.file.StateLog.CommitEntry.CommittedLength;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The output files of one sort, one a UTC day. How much of them counts stands in the state log. */
final class DailyFileWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DailyFileWriter.class);

    private final String sort;
    private final String key;
    private final DailyFileDirectory folder;
    private final InstantSource clock;
    private final FileAttribute<?>[] attributes;
    private AppendOnlyFile open;

    /**
     * @param sort  the beginning of the files' names
     * @param key   of the directory in the configuration
     * @param owner whether only the owner may read new files
     * @param clock gives the day
     */
    DailyFileWriter(String sort, String key, Path directory, boolean owner, InstantSource clock) {
        this.attributes = owner ? DurableFiles.forOwner(directory) : new FileAttribute<?>[0];
        this.sort = sort;
        this.key = key;
        this.folder = new DailyFileDirectory(sort, directory);
        this.clock = clock;
    }

    String sort() {
        return sort;
    }

    DailyFileDirectory folder() {
        return folder;
    }

    /** Appends the lines to the file of the day. They count once the state log says so. */
    CommittedLength append(List<byte[]> lines, StateLog state) throws IOException {
        AppendOnlyFile file = today(state);
        file.append(lines);
        return committed(file);
    }

    /** Before the first line of a file, the state log gets an entry of how much of the file counts already. */
    private AppendOnlyFile today(StateLog state) throws IOException {
        Path path = folder.directory().resolve(name(state.committed(sort)));
        if (open != null && open.path().equals(path)) {
            if (open.isAsLeft()) {
                return open;
            }
            LOG.warn("{} was changed by somebody else: going on at its end. Two instances must not write to one"
                    + " directory", path);
        }
        close();
        open = alone(path);
        // Somebody else may have cut it in the middle of a line.
        long torn = open.cutTornLine();
        if (torn > 0) {
            LOG.warn("{} ended in the middle of a line; cut {} bytes off", path, torn);
        }
        if (!committed(open).equals(state.committed(sort))) {
            state.append(List.of(), Map.of(sort, committed(open)));
        }
        return open;
    }

    /** A clock that goes back does not open yesterday's file again: only the last file may hold what does not count. */
    private String name(CommittedLength counts) {
        String today = folder.name(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
        Path directory = folder.directory();
        Path last = counts == null ? null : counts.path(directory);
        boolean there = last != null && directory.equals(last.getParent()) && !Files.notExists(last);
        return there && last.getFileName().toString().compareTo(today) > 0 ? last.getFileName().toString() : today;
    }

    /** Adds how much the last file holds, if there is one; nobody else may be writing to it. */
    void find(Map<String, CommittedLength> found) throws IOException {
        List<Path> all = folder.all();
        if (!all.isEmpty()) {
            Path last = all.get(all.size() - 1);
            if (Files.isWritable(last)) {
                alone(last).close();
            }
            found.put(sort, new CommittedLength(last.toString(), lastLineEnd(last)));
        }
    }

    /** Takes up the last file where it was left, so that nobody else does. */
    void resume(CommittedLength counts) throws IOException {
        Path last = counts == null ? null : counts.path(folder.directory());
        if (last != null && folder.directory().equals(last.getParent()) && Files.isWritable(last)
                && Files.size(last) == counts.length()) {
            open = alone(last);
        }
    }

    /** Opens a file that nobody else writes to: of two states that share it, each would cut off lines of the other. */
    private AppendOnlyFile alone(Path path) throws IOException {
        AppendOnlyFile file = AppendOnlyFile.open(path, attributes);
        if (!file.lock()) {
            file.close();
            throw new InstanceFencedException("another instance, with another state, writes to " + path
                    + "; stop it, or give this one a " + key + " of its own");
        }
        return file;
    }

    private static long lastLineEnd(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return LineReader.lastLineEnd(channel);
        }
    }

    private static CommittedLength committed(AppendOnlyFile file) {
        return new CommittedLength(file.path().toString(), file.length());
    }

    @Override
    public void close() throws IOException {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
