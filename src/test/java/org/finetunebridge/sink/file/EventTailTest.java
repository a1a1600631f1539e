package org.finetunebridge.sink.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventTailTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("events-2026-03-01.ndjson"), "a1\nb22\n");
        Files.writeString(folder.resolve("events-2026-03-02.ndjson"), "c333\nd4444\n");
        Files.writeString(folder.resolve("events-2026-03-03.ndjson"), "e\nf5, not whole yet");
        Files.writeString(folder.resolve("dead-letters-2026-03-03.ndjson"), "no event\n");
    }

    /** The last file is read up to its end, 19 bytes, of which the line that is not whole counts. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0    | ''
            17   | ''
            18   | ''
            19   | 'e'
            25   | 'e'
            26   | 'd4444,e'
            30   | 'c333,d4444,e'
            33   | 'c333,d4444,e'
            35   | 'b22,c333,d4444,e'
            9999 | 'a1,b22,c333,d4444,e'
            """)
    void holdsWholeLinesOnlyAndNoMoreThanIsAskedFor(int most, String lines) throws IOException {
        assertThat(text(EventTail.of(new DailyFileDirectory("events", folder), most))).isEqualTo(lines);
    }

    @Test
    void isEmptyWhereNothingWasPublished() throws IOException {
        assertThat(EventTail.of(new DailyFileDirectory("events", folder.resolve("nowhere")), 100)).isEmpty();
    }

    private static String text(List<byte[]> lines) {
        return String.join(",", lines.stream().map(line -> new String(line, StandardCharsets.UTF_8)).toList());
    }
}
