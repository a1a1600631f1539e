package org.finetunebridge.provider;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files that fixtures are held against. They are written by a run that asks for it, to be read in the diff. */
final class Golden {

    static final String HOW = "mvn test -Dtest='MappingTest,GoldenEventsTest' -Dgolden=write writes it";

    private static final boolean WRITES = "write".equals(System.getProperty("golden"));

    private Golden() {}

    /** Writes the file if this run writes golden files; deletes it if there is no text. */
    static void update(Path golden, String text) {
        try {
            if (WRITES && text == null) {
                Files.deleteIfExists(golden);
            } else if (WRITES) {
                Files.writeString(golden, text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
