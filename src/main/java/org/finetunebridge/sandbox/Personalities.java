package org.finetunebridge.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The files of {@code sandbox/}, read by exact name: neither a jar nor a bundle can be asked what it holds. */
final class Personalities {

    private Personalities() {
    }

    /** The providers that can be played. */
    static List<String> names() {
        return text("providers").lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    }

    static String text(String file) {
        try (InputStream in = Personalities.class.getResourceAsStream("/sandbox/" + file)) {
            if (in == null) {
                throw new IllegalArgumentException("the sandbox has no file " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read sandbox/" + file, e);
        }
    }
}
