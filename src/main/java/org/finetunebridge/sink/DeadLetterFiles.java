package org.finetunebridge.sink;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The dead letters of the file sink, all days of them. */
final class DeadLetterFiles {

    private final Path directory;

    DeadLetterFiles(Path directory) {
        this.directory = directory;
    }

    /** Every letter, oldest first. */
    List<String> read() throws IOException {
        List<String> letters = new ArrayList<>();
        for (Path file : files()) {
            letters.addAll(Files.readAllLines(file, StandardCharsets.UTF_8));
        }
        return letters;
    }

    /** Takes letters out. A file is replaced whole, so a crash leaves it as it was or as it should be. */
    void remove(Predicate<String> gone) throws IOException {
        for (Path file : files()) {
            List<String> letters = Files.readAllLines(file, StandardCharsets.UTF_8);
            List<String> kept = letters.stream().filter(gone.negate()).toList();
            if (kept.size() < letters.size()) {
                Path next = file.resolveSibling(file.getFileName() + ".next");
                Files.write(next, kept, StandardCharsets.UTF_8);
                try (var channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        LineFile.syncDirectory(directory);
    }

    private List<Path> files() throws IOException {
        if (Files.notExists(directory)) {
            return List.of();
        }
        try (var all = Files.list(directory)) {
            return all.filter(file -> file.getFileName().toString().endsWith(".ndjson")).sorted().toList();
        }
    }
}
