package org.finetunebridge.sink.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.finetunebridge.sink.file.Disk.batch;
import static org.finetunebridge.sink.file.Disk.event;
import static org.finetunebridge.sink.file.Disk.statuses;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.finetunebridge.sink.InstanceFencedException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A file system as Windows has one, in memory: with drives and backslashes, without owners, and with directories that
 * cannot be opened. Whether a file that is open can be renamed or deleted, it does not show.
 */
class FileSinkOnWindowsTest {

    @AutoClose
    private final FileSystem files = Jimfs.newFileSystem(Configuration.windows());
    private Disk disk;
    @AutoClose
    private FileSink sink;

    @BeforeEach
    void begin() throws IOException {
        disk = new Disk(Files.createDirectory(files.getPath("C:\\bridge")));
        sink = disk.sink();
    }

    @Test
    void publishesAndRemembersOverRestartsAndDays() {
        sink.open();
        sink.write(List.of(batch("a", "RUNNING")));
        sink.close();
        disk.now = disk.now.plus(Duration.ofDays(1));
        assertThat(statuses(sink.open())).isEqualTo(Map.of("a", "RUNNING"));
        sink.write(List.of(batch("a", "SUCCEEDED"), batch("b", "QUEUED")));
        sink.close();

        assertThat(statuses(sink.open())).isEqualTo(Map.of("a", "SUCCEEDED", "b", "QUEUED"));
        assertThat(disk.lines()).containsExactly("{\"id\":\"a/RUNNING\"}", "{\"id\":\"a/SUCCEEDED\"}", "{\"id\":\"b/QUEUED\"}");
    }

    @Test
    void cutsOffWhatWasNotCommitted() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "RUNNING")));
        sink.close();
        Files.writeString(disk.eventsOf("2026-03-01"), "{\"id\":\"lost\"}\n", StandardOpenOption.APPEND);

        sink.open();
        sink.write(List.of(batch("b", "RUNNING")));

        assertThat(disk.lines()).containsExactly("{\"id\":\"a/RUNNING\"}", "{\"id\":\"b/RUNNING\"}");
    }

    @Test
    void keepsASecondInstanceOut() {
        sink.open();
        try (FileSink second = disk.sink()) {
            assertThatExceptionOfType(InstanceFencedException.class).isThrownBy(second::open).withMessageContaining("another instance");
        }
        sink.write(List.of(batch("a", "RUNNING")));
        assertThat(disk.lines()).hasSize(1);
    }

    /** Both rewrite a file and put it in the place of the old one. */
    @Test
    void takesDeadLettersOutAndForgetsJobs() {
        sink.open();
        sink.write(List.of(batch("a", "RUNNING", List.of(event("a", "one"), event("a", "two"))), batch("b", "RUNNING")));
        sink.removeDeadLetters(letter -> letter.contains("one"));
        sink.forget(List.of("acme/b"));
        sink.write(List.of(batch("c", "RUNNING", List.of(event("c", "three")))));
        sink.close();

        assertThat(statuses(sink.open())).isEqualTo(Map.of("a", "RUNNING", "c", "RUNNING"));
        assertThat(sink.deadLetters()).containsExactly("{\"id\":\"a/two\"}", "{\"id\":\"c/three\"}");
    }

    @Test
    void keepsAsideWhatDamageLeaves() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "RUNNING")));
        long good = Files.size(disk.log());
        sink.write(List.of(batch("a", "SUCCEEDED")));
        sink.close();
        byte[] log = Files.readAllBytes(disk.log());
        log[(int) good + 20] ^= 1;
        Files.write(disk.log(), log);

        assertThat(statuses(sink.open())).isEqualTo(Map.of("a", "RUNNING"));
        assertThat(disk.lines()).containsExactly("{\"id\":\"a/RUNNING\"}");
        try (var kept = Files.list(disk.state)) {
            assertThat(kept.map(Path::getFileName).map(Path::toString)).anyMatch(name -> name.startsWith("memory.log.cut-"));
        }
    }
}
