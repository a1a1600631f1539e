package org.finetunebridge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that tests read whole. */
public final class TextFiles {

    private TextFiles() {}

    /** What a file in UTF-8 holds; a test that cannot read it fails. */
    public static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
