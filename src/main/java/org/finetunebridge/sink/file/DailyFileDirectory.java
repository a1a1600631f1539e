package org.finetunebridge.sink.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.finetunebridge.sink.file.StateLog.CommitEntry.CommittedLength;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The output files of one sort as a start finds them. */
final class DailyFileDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(DailyFileDirectory.class);
    private static final String SUFFIX = ".ndjson";

    private final String sort;
    private final Path directory;

    /** @param sort the beginning of the files' names */
    DailyFileDirectory(String sort, Path directory) {
        this.sort = sort;
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    String name(LocalDate day) {
        return sort + '-' + day + SUFFIX;
    }

    /** Every file, the oldest first. */
    List<Path> all() throws IOException {
        return later(directory, "");
    }

    /** Every line of every file, the oldest first. */
    List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path file : all()) {
            lines.addAll(Files.readAllLines(file, StandardCharsets.UTF_8));
        }
        return lines;
    }

    /** Takes lines out. A file is replaced whole, so a crash leaves it as it was or as it should be. */
    void removeLines(Predicate<String> gone) throws IOException {
        for (Path file : all()) {
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            List<String> kept = lines.stream().filter(gone.negate()).toList();
            if (kept.size() < lines.size()) {
                Path next = file.resolveSibling(file.getFileName() + ".next");
                Files.deleteIfExists(next);
                try (AppendOnlyFile fresh = AppendOnlyFile.open(next, DurableFiles.like(file))) {
                    fresh.append(kept.stream().map(line -> line.getBytes(StandardCharsets.UTF_8)).toList());
                }
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        DurableFiles.syncDirectory(directory);
    }

    /**
     * Cuts off what does not count. That is kept aside if the state was set back by damage or by hand, or if the file is
     * not where the state says; in a directory that is configured no more nothing else is touched.
     */
    void cut(CommittedLength counts, boolean damaged) throws IOException {
        if (counts == null) {
            setAside(later(directory, ""));
            return;
        }
        Path path = place(counts);
        boolean ours = directory.equals(path.getParent());
        if (!ours && !isFree(path)) {
            LOG.warn("{} is written by another instance now; it is left as it is", path);
            return;
        }
        long length = Files.exists(path) ? Files.size(path) : 0;
        if (length > counts.length()) {
            LOG.info("Cut {} bytes that were not committed off {}", length - counts.length(), path);
            if (damaged || !ours || !path.equals(counts.path(directory))) {
                DurableFiles.keepAside(path, counts.length());
            }
            DurableFiles.truncate(path, counts.length());
        } else if (length < counts.length()) {
            LOG.warn("{} is {} bytes shorter than it was left; somebody else cut or removed it", path,
                    counts.length() - length);
        }
        if (ours) {
            setAside(later(directory, path.getFileName().toString()));
        }
    }

    /** In a directory that is configured no more there may be another bridge by now. */
    private static boolean isFree(Path path) throws IOException {
        if (!Files.isWritable(path)) {
            return Files.notExists(path);
        }
        try (AppendOnlyFile file = AppendOnlyFile.open(path)) {
            return file.lock();
        }
    }

    /** A folder that was moved with its files has them still, by their names; so has one that was copied or restored. */
    private Path place(CommittedLength counts) throws IOException {
        Path left = counts.path(directory);
        Path here = directory.resolve(left.getFileName());
        return Files.exists(here) && !here.equals(left) && (Files.notExists(left) || isCopy(here, left, counts.length()))
                ? here : left;
    }

    /** Whether both begin with what the state knows, which may be nothing: then the original is none of the copy's business. */
    private static boolean isCopy(Path here, Path original, long counts) throws IOException {
        long most = Math.min(counts, Math.min(Files.size(here), Files.size(original)));
        long different = Files.mismatch(here, original);
        return counts == 0 || most > 0 && (different < 0 || different >= most);
    }

    private static void setAside(List<Path> unknown) throws IOException {
        for (Path file : unknown) {
            if (Files.size(file) > 0) {
                LOG.warn("The state knows nothing of {}: it is kept aside as {}", file,
                        DurableFiles.keepAside(file, 0).getFileName());
            }
            Files.delete(file);
        }
    }

    private List<Path> later(Path folder, String last) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var all = Files.list(folder)) {
            return all.filter(file -> isOurs(file) && file.getFileName().toString().compareTo(last) > 0).sorted()
                    .toList();
        }
    }

    private boolean isOurs(Path file) {
        return file.getFileName().toString().matches(sort + "-\\d{4}-\\d\\d-\\d\\d\\" + SUFFIX);
    }
}
