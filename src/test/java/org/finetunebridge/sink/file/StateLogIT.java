package org.finetunebridge.sink.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.finetunebridge.sink.file.Disk.batch;
import static org.finetunebridge.sink.file.Disk.statuses;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.JobState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateLogIT {

    @TempDir(factory = MemoryDirectory.class)
    private Path root;

    /** Every byte: {@code -Dstate-log.step=1}. No field of a line is as short as five bytes. */
    private static final int STEP = Integer.getInteger("state-log.step", 5);

    /** A small history over a midnight, and after each commit what is remembered and what the files hold. */
    private record History(Map<Path, byte[]> end, Map<Map<String, String>, List<String>> states) {}

    @Test
    void readsTheLastGoodStateWhateverByteIsFlipped() throws IOException {
        Disk disk = new Disk(root);
        History history = history(disk);
        byte[] log = history.end().get(disk.log());
        for (int at = 0; at < log.length; at += STEP) {
            byte[] damaged = log.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            assertThatAGoodStateIsRead(disk, history, damaged, "byte " + at + " flipped");
        }
    }

    @Test
    void readsTheLastGoodStateWhereverTheLogIsCut() throws IOException {
        Disk disk = new Disk(root);
        History history = history(disk);
        byte[] log = history.end().get(disk.log());
        for (int length = 0; length < log.length; length++) {
            assertThatAGoodStateIsRead(disk, history, Arrays.copyOf(log, length), "cut at " + length);
        }
    }

    @Test
    void readsTheLastGoodStateOfACompactedLogWhateverByteIsFlipped() throws IOException {
        Disk disk = new Disk(root);
        History before = history(disk);
        FileSink sink = disk.sink();
        sink.open();
        sink.forget(List.of());
        sink.write(List.of(batch("z", "9")));
        Map<Map<String, String>, List<String>> states = new HashMap<>(before.states());
        sink.close();
        states.put(statuses(sink.open()), disk.lines());
        sink.close();
        History history = new History(disk.snapshot(), states);
        byte[] log = history.end().get(disk.log());
        for (int at = 0; at < log.length; at += STEP) {
            byte[] damaged = log.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            assertThat(stateRead(disk, history, damaged, "byte " + at + " flipped")).isTrue();
        }
    }

    @Test
    void survivesACrashAtEveryStepOfACompaction() throws IOException {
        Disk disk = new Disk(root);
        History history = history(disk);
        Map<Path, byte[]> before = history.end();
        FileSink sink = disk.sink();
        sink.open();
        sink.forget(List.of());
        sink.close();
        byte[] compacted = Files.readAllBytes(disk.log());
        assertThat(disk.previousLog()).exists();
        Path next = disk.state.resolve("memory.next.log");
        Map<String, String> last = new TreeMap<>(Map.of("a", "2", "b", "1", "c", "1"));

        for (int length : new int[] {0, 1, compacted.length / 2, compacted.length - 1, compacted.length}) {
            disk.restore(before);
            Files.write(next, Arrays.copyOf(compacted, length));
            assertThat(opened(disk)).as("a new log of %d bytes", length).isEqualTo(last);
        }
        disk.restore(before);
        Files.write(next, compacted);
        Disk.move(disk.log(), disk.previousLog());
        assertThat(opened(disk)).as("between the two renames").isEqualTo(last);
        Files.write(disk.state.resolve("memory.next.log"), Arrays.copyOf(compacted, 10));
        Files.deleteIfExists(disk.log());
        assertThat(opened(disk)).as("while the old log is copied back").isEqualTo(last);
        assertThat(disk.lines()).hasSize(4);
    }

    @Test
    void beginsAfterACrashOfTheVeryFirstStart() throws IOException {
        Disk disk = new Disk(root);
        Files.createDirectories(disk.state);
        Files.write(disk.state.resolve("memory.next.log"), new byte[] {'0', '1'});

        assertThat(opened(disk)).isEmpty();
    }

    @Test
    void saysWhatToDoIfNothingHolds() throws IOException {
        Disk disk = new Disk(root);
        history(disk);
        Files.write(disk.log(), new byte[] {'x', '\n'});
        Files.write(disk.previousLog(), new byte[] {'y', '\n'});

        Map<Path, byte[]> before = disk.snapshot();
        for (int attempt = 0; attempt < 3; attempt++) {
            assertThatIOException().isThrownBy(() -> new StateLog(disk.state).open(Map.of()))
                    .withMessageContaining("memory.log").withMessageContaining("memory.previous.log")
                    .withMessageContaining("move");
        }
        assertThat(disk.snapshot()).as("however often one tries").containsOnlyKeys(before.keySet());
        Files.delete(disk.log());
        Files.delete(disk.previousLog());
        assertThat(opened(disk)).isEmpty();
    }

    @Test
    void keepsWhatTheOlderLogKnowsNothingOfWhenSomebodyTookTheLogAway() throws IOException {
        Disk disk = new Disk(root);
        FileSink sink = disk.sink();
        sink.open();
        sink.write(List.of(batch("a", "1")));
        sink.forget(List.of());
        sink.write(List.of(batch("b", "1")));
        sink.close();
        Files.delete(disk.log());

        assertThat(opened(disk)).isEqualTo(Map.of("a", "1"));
        assertThat(disk.lines()).hasSize(1);
        assertThat(disk.snapshot()).anySatisfy((file, bytes) -> {
            assertThat(file.getFileName().toString()).startsWith("events-").contains(".cut-");
            assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("{\"id\":\"b/1\"}\n");
        });
    }

    @Test
    void refusesALogOfAnotherVersionAndLeavesEverythingAsItIs() throws IOException {
        Disk disk = new Disk(root);
        History history = history(disk);
        JobState foreign = Disk.state("d", "1").retired(JobState.Retired.FINISHED);
        String line = new String(new StateLog.CommitEntry(List.of(foreign), Map.of(), true).line(), StandardCharsets.UTF_8);
        for (String later : List.of(line.replace("FINISHED", "ASCENDED"),
                line.replace("\"version\":1", "\"version\":2"), line.replace("}]}", "}],"))) {
            assertThat(later).isNotEqualTo(line);
            disk.restore(history.end());
            var crc = new CRC32C();
            crc.update(later.getBytes(StandardCharsets.UTF_8), 8, later.length() - 8);
            Files.writeString(disk.log(), String.format("%08x", crc.getValue()) + later.substring(8) + "\n",
                    StandardOpenOption.APPEND);
            Files.writeString(disk.eventsOf("2026-03-02"), "{\"id\":\"d/1\"}\n", StandardOpenOption.APPEND);
            Files.writeString(disk.state.resolve("memory.next.log"), "torn");
            Map<Path, byte[]> before = disk.snapshot();

            FileSink sink = disk.sink();
            for (ThrowingCallable use : List.<ThrowingCallable>of(sink::open, sink::peek)) {
                assertThatThrownBy(use).isInstanceOf(SinkUnavailableException.class)
                        .hasMessageContaining("written by another version").hasMessageContaining("memory.log")
                        .hasMessageContaining("nothing was changed");
            }
            Map<Path, byte[]> after = disk.snapshot();
            before.remove(disk.state.resolve("lock"));
            after.remove(disk.state.resolve("lock"));
            assertThat(after).containsOnlyKeys(before.keySet());
            before.forEach((file, bytes) -> assertThat(after.get(file)).as(file.toString()).isEqualTo(bytes));
        }
    }

    @Test
    void readsALogThatDoesNotSayItsVersion() throws IOException {
        Disk disk = new Disk(root);
        history(disk);
        StringBuilder old = new StringBuilder();
        for (String line : Files.readAllLines(disk.log())) {
            String json = line.substring(8).replace("\"version\":1,", "");
            var crc = new CRC32C();
            crc.update(json.getBytes(StandardCharsets.UTF_8));
            old.append(String.format("%08x", crc.getValue())).append(json).append('\n');
        }
        assertThat(old.toString()).doesNotContain("version");
        Files.writeString(disk.log(), old);

        assertThat(opened(disk)).isEqualTo(Map.of("a", "2", "b", "1", "c", "1"));
    }

    @Test
    void growsNoFurtherThanSomeTimesWhatItHolds() throws IOException {
        Disk disk = new Disk(root);
        Files.createDirectories(disk.state);
        long largest = 0;
        try (var log = new StateLog(disk.state)) {
            log.open(Map.of());
            String long_ = "x".repeat(4_000);
            for (int commit = 0; commit < 1_500; commit++) {
                log.append(List.of(Disk.state("a" + commit % 3, long_ + commit)), Map.of());
                largest = Math.max(largest, Files.size(disk.log()));
            }
        }
        assertThat(largest).isLessThan(1_100_000);
        assertThat(disk.previousLog()).exists();
        assertThat(opened(disk)).hasSize(3).containsEntry("a2", "x".repeat(4_000) + 1499);
    }

    @Test
    void openingAHundredThousandJobsTakesSecondsAndCompactedTheyAreSmall() throws IOException {
        Disk disk = new Disk(root);
        Files.createDirectories(disk.state);
        try (var log = new StateLog(disk.state)) {
            log.open(Map.of());
            for (int from = 0; from < 100_000; from += 1_000) {
                log.append(IntStream.range(from, from + 1_000)
                        .mapToObj(job -> Disk.tombstone("ft-202603010800-" + job)).toList(), Map.of());
            }
            log.forget(List.of());
        }
        assertThat(Files.size(disk.log()) / 100_000).as("bytes a job").isLessThan(1_000);
        long start = System.nanoTime();
        assertThat(opened(disk)).hasSize(100_000);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertThat(took).isLessThan(Duration.ofSeconds(10));
    }

    private void assertThatAGoodStateIsRead(Disk disk, History history, byte[] log, String what) throws IOException {
        boolean read = stateRead(disk, history, log, what);
        int firstLine = new String(history.end().get(disk.log()), StandardCharsets.ISO_8859_1).indexOf('\n');
        boolean headHolds = log.length > firstLine && Arrays.equals(log, 0, firstLine + 1,
                history.end().get(disk.log()), 0, firstLine + 1);
        assertThat(read).as(what).isEqualTo(headHolds);
    }

    /** Whether a state was read; a clear error is the alternative. A state must be one there was, files and all. */
    private static boolean stateRead(Disk disk, History history, byte[] log, String what) throws IOException {
        disk.restore(history.end());
        Files.write(disk.log(), log);
        FileSink sink = disk.sink();
        try {
            Map<String, String> read = statuses(sink.open());
            assertThat(history.states()).as(what).containsKey(read);
            assertThat(disk.lines()).as(what).isEqualTo(history.states().get(read));
            assertThatItGoesOn(disk, sink, read, what);
            return true;
        } catch (SinkUnavailableException e) {
            assertThat(e.getMessage()).as(what).contains("damaged from its beginning");
            return false;
        } finally {
            sink.close();
        }
    }

    /** What is published again after going back stands in the files once. */
    private static void assertThatItGoesOn(Disk disk, FileSink sink, Map<String, String> read, String what) {
        sink.write(List.of(batch("y", "1")));
        sink.close();
        Map<String, String> more = new TreeMap<>(read);
        more.put("y", "1");
        assertThat(statuses(sink.open())).as(what).isEqualTo(more);
        assertThat(disk.lines()).as(what).doesNotHaveDuplicates().contains("{\"id\":\"y/1\"}");
    }

    private static Map<String, String> opened(Disk disk) {
        FileSink sink = disk.sink();
        try {
            return statuses(sink.open());
        } catch (SinkUnavailableException e) {
            return fail(e);
        } finally {
            sink.close();
        }
    }

    private static History history(Disk disk) throws IOException {
        Map<Map<String, String>, List<String>> states = new HashMap<>();
        FileSink sink = disk.sink();
        List<Batch> batches = List.of(batch("a", "1"), batch("b", "1"), batch("c", "1"), batch("a", "2"));
        states.put(statuses(sink.open()), List.of());
        for (Batch batch : batches) {
            sink.write(List.of(batch));
            disk.now = disk.now.plus(Duration.ofHours(8));
            sink.close();
            states.put(statuses(sink.open()), disk.lines());
        }
        sink.close();
        return new History(disk.snapshot(), states);
    }
}
