package org.finetunebridge.sink;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The output files of one sort, one a UTC day. How much of them counts, the memory log knows. */
final class DayFiles implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DayFiles.class);
    private static final String SUFFIX = ".ndjson";

    private final String sort;
    private final String key;
    private final Path directory;
    private final InstantSource clock;
    private LineFile open;

    /**
     * @param sort  the beginning of the files' names
     * @param key   of the directory in the configuration
     * @param clock tells the day
     */
    DayFiles(String sort, String key, Path directory, InstantSource clock) {
        this.sort = sort;
        this.key = key;
        this.directory = directory;
        this.clock = clock;
    }

    String sort() {
        return sort;
    }

    Path directory() {
        return directory;
    }

    /** Appends the lines to the file of the day. They count once the memory says so. */
    Committed append(List<byte[]> lines, MemoryLog memory) throws IOException {
        LineFile file = today(memory);
        file.append(lines);
        return committed(file);
    }

    /** The first line of a file waits until the memory knows from where on the file counts. */
    private LineFile today(MemoryLog memory) throws IOException {
        Path path = directory.resolve(name(memory.committed(sort)));
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
        if (!committed(open).equals(memory.committed(sort))) {
            memory.append(List.of(), Map.of(sort, committed(open)));
        }
        return open;
    }

    /** A clock that goes back does not open yesterday's file again: only the last file may hold what does not count. */
    private String name(Committed counts) {
        String today = sort + '-' + LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC) + SUFFIX;
        if (counts == null || !directory.equals(counts.path().getParent()) || Files.notExists(counts.path())) {
            return today;
        }
        String last = counts.path().getFileName().toString();
        return last.compareTo(today) > 0 ? last : today;
    }

    /** Adds how much the last file holds, if there is one; nobody else may be writing to it. */
    void find(Map<String, Committed> found) throws IOException {
        Path last = later(directory, "").stream().max(Path::compareTo).orElse(null);
        if (last != null) {
            if (Files.isWritable(last)) {
                alone(last).close();
            }
            found.put(sort, new Committed(last.toString(), lastLineEnd(last)));
        }
    }

    /** Cuts off what does not count; with the memory set back by damage or by hand, that is kept aside. */
    void cut(Committed counts, boolean damaged) throws IOException {
        if (counts == null) {
            setAside(later(directory, ""));
            return;
        }
        Path path = place(counts);
        long length = Files.exists(path) ? Files.size(path) : 0;
        if (length > counts.length()) {
            LOG.info("Cut {} bytes that were not committed off {}", length - counts.length(), path);
            if (damaged) {
                MemoryLog.keepAside(path, counts.length());
            }
            MemoryLog.truncate(path, counts.length());
        } else if (length < counts.length()) {
            LOG.warn("{} is {} bytes shorter than it was left; somebody else cut or removed it", path,
                    counts.length() - length);
        }
        setAside(later(path.getParent(), path.getFileName().toString()));
    }

    /** Takes up the last file where it was left, so that nobody else does. */
    void resume(Committed counts) throws IOException {
        if (counts != null && directory.equals(counts.path().getParent()) && Files.isWritable(counts.path())
                && Files.size(counts.path()) == counts.length()) {
            open = alone(counts.path());
        }
    }

    /** A folder that was moved with its files has them still, by their names. */
    private Path place(Committed counts) {
        Path moved = directory.resolve(counts.path().getFileName());
        return Files.notExists(counts.path()) && Files.exists(moved) ? moved : counts.path();
    }

    private static void setAside(List<Path> unknown) throws IOException {
        for (Path file : unknown) {
            if (Files.size(file) > 0) {
                LOG.warn("The memory knows nothing of {}: it is set aside as {}", file,
                        MemoryLog.keepAside(file, 0).getFileName());
            }
            Files.delete(file);
        }
    }

    private List<Path> later(Path folder, String last) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var all = Files.list(folder)) {
            return all.filter(file -> isOurs(file) && file.getFileName().toString().compareTo(last) > 0).toList();
        }
    }

    private boolean isOurs(Path file) {
        return file.getFileName().toString().matches(sort + "-\\d{4}-\\d\\d-\\d\\d\\" + SUFFIX);
    }

    /** Opens a file that nobody else writes to: of two states that share it, each would cut off lines of the other. */
    private LineFile alone(Path path) throws IOException {
        LineFile file = LineFile.open(path);
        if (!file.lock()) {
            file.close();
            throw new Fenced("another instance, with another state, writes to " + path + "; stop it, or give this one a "
                    + key + " of its own");
        }
        return file;
    }

    private static long lastLineEnd(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return LineReader.lastLineEnd(channel);
        }
    }

    private static Committed committed(LineFile file) {
        return new Committed(file.path().toString(), file.length());
    }

    @Override
    public void close() throws IOException {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
