package org.finetunebridge.sink.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The dead letters of the file sink, all days of them. */
final class FileDeadLetterStore {

    private final DailyFileDirectory days;

    FileDeadLetterStore(DailyFileDirectory days) {
        this.days = days;
    }

    /** Every letter, oldest first. */
    List<String> read() throws IOException {
        List<String> letters = new ArrayList<>();
        for (Path file : days.all()) {
            letters.addAll(Files.readAllLines(file, StandardCharsets.UTF_8));
        }
        return letters;
    }

    /** Takes letters out. A file is replaced whole, so a crash leaves it as it was or as it should be. */
    void remove(Predicate<String> gone) throws IOException {
        for (Path file : days.all()) {
            List<String> letters = Files.readAllLines(file, StandardCharsets.UTF_8);
            List<String> kept = letters.stream().filter(gone.negate()).toList();
            if (kept.size() < letters.size()) {
                Path next = file.resolveSibling(file.getFileName() + ".next");
                Files.deleteIfExists(next);
                try (AppendOnlyFile fresh = AppendOnlyFile.open(next, OwnerOnly.like(file))) {
                    fresh.append(kept.stream().map(letter -> letter.getBytes(StandardCharsets.UTF_8)).toList());
                }
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        AppendOnlyFile.syncDirectory(days.directory());
    }
}
