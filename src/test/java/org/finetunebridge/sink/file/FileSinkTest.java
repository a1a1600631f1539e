package org.finetunebridge.sink.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.finetunebridge.sink.file.Disk.batch;
import static org.finetunebridge.sink.file.Disk.event;
import static org.finetunebridge.sink.file.Disk.statuses;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.JobState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileSinkTest {

    private static final String A = "{\"id\":\"a/1\"}";
    private static final String B = "{\"id\":\"b/1\"}";
    private static final String C = "{\"id\":\"c/1\"}";

    @TempDir
    private Path root;
    private Disk disk;
    private FileSink sink;

    @BeforeEach
    void begin() {
        disk = new Disk(root);
        sink = disk.sink();
    }

    @AfterEach
    void end() {
        sink.close();
    }

    @Test
    void remembersWhatItPublished() {
        sink.open();
        sink.write(List.of(batch("a", "1"), batch("b", "1", List.of(event("b", "bad")))));

        assertThat(disk.lines()).containsExactly(A, B);
        assertThat(Disk.lines(disk.deadLetters)).containsExactly("{\"id\":\"b/bad\"}");
        assertThat(statuses(reopened())).isEqualTo(Map.of("a", "1", "b", "1"));
        assertThat(disk.lines()).containsExactly(A, B);
    }

    /** Whoever reads closes a handle of the file; what is written goes on where it was. */
    @Test
    void givesBackItsNewestEventsAndGoesOn() {
        sink.open();
        assertThat(sink.newest(100)).isEmpty();
        sink.write(List.of(batch("a", "1"), batch("b", "1")));

        assertThat(sink.newest(A.length() + 2)).containsExactly(B.getBytes(UTF_8));
        assertThat(sink.newest(100)).containsExactly(A.getBytes(UTF_8), B.getBytes(UTF_8));
        sink.write(List.of(batch("c", "1")));
        sink.close();

        assertThat(disk.lines()).containsExactly(A, B, C);
        assertThat(sink.newest(100)).hasSize(3);
    }

    @Test
    void cutsOffWhatWasNotCommitted() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        sink.close();
        append(disk.eventsOf("2026-03-01"), B + "\n{\"id\":\"c");

        assertThat(statuses(reopened())).isEqualTo(Map.of("a", "1"));
        assertThat(disk.lines()).containsExactly(A);
    }

    @Test
    void cutsOffAFirstFileThatWasNeverCommitted() throws IOException {
        sink.open();
        sink.close();
        Map<Path, byte[]> blank = disk.snapshot();
        sink.open();
        sink.write(List.of(batch("a", "1")));
        sink.close();
        byte[] log = Files.readAllBytes(disk.log());
        int secondLine = new String(log, UTF_8).indexOf('\n', blank.get(disk.log()).length) + 1;
        Files.write(disk.log(), Arrays.copyOf(log, secondLine));

        assertThat(reopened()).isEmpty();
        assertThat(disk.lines()).isEmpty();
    }

    @Test
    void beginsAFileAtMidnightOfUtc() {
        sink.open();
        disk.now = Instant.parse("2026-03-01T23:59:59.999Z");
        sink.write(List.of(batch("a", "1")));
        disk.now = Instant.parse("2026-03-02T00:00:00Z");
        sink.write(List.of(batch("b", "1")));

        assertThat(disk.eventsOf("2026-03-01")).hasContent(A);
        assertThat(disk.eventsOf("2026-03-02")).hasContent(B);
    }

    @Test
    void doesNotGoBackToYesterdaysFileWithTheClock() throws IOException {
        sink.open();
        disk.now = Instant.parse("2026-03-02T00:00:00Z");
        sink.write(List.of(batch("a", "1")));
        disk.now = disk.now.minusMillis(5);
        sink.write(List.of(batch("b", "1")));
        sink.close();
        append(disk.eventsOf("2026-03-02"), C + "\n");
        reopened();

        assertThat(disk.eventsOf("2026-03-01")).doesNotExist();
        assertThat(disk.lines()).containsExactly(A, B);
    }

    @Test
    void leavesAFileOfTheFutureOnceItIsTakenAway() throws IOException {
        sink.open();
        Instant today = disk.now;
        disk.now = today.plus(Duration.ofDays(3000));
        sink.write(List.of(batch("a", "1")));
        Files.delete(disk.eventsOf("2034-05-18"));
        disk.now = today;
        sink.write(List.of(batch("b", "1")));

        assertThat(disk.eventsOf("2026-03-01")).hasContent(B);
    }

    @Test
    void goesOnWhereSomebodyElseEmptiedTheFile() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        DurableFiles.truncate(disk.eventsOf("2026-03-01"), 0);
        sink.write(List.of(batch("b", "1")));

        assertThat(disk.lines()).containsExactly(B);
        assertThat(statuses(reopened())).isEqualTo(Map.of("a", "1", "b", "1"));
        assertThat(disk.lines()).containsExactly(B);
    }

    @Test
    void goesOnAtAWholeLineWhereSomebodyElseCutTheFile() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1"), batch("b", "1")));
        DurableFiles.truncate(disk.eventsOf("2026-03-01"), A.length() + 5);
        sink.write(List.of(batch("c", "1")));
        reopened();

        assertThat(disk.lines()).containsExactly(A, C);
    }

    @Test
    void goesOnWhereTheFileWasCutWhileNobodyRan() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1"), batch("b", "1")));
        sink.close();
        DurableFiles.truncate(disk.eventsOf("2026-03-01"), A.length() + 5);
        sink.open();
        sink.write(List.of(batch("c", "1")));
        reopened();

        assertThat(disk.lines()).containsExactly(A, C);
    }

    @Test
    void beginsAnewWhereSomebodyElseRemovedTheFile() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        Files.delete(disk.eventsOf("2026-03-01"));
        sink.write(List.of(batch("b", "1")));
        reopened();

        assertThat(disk.lines()).containsExactly(B);
    }

    @Test
    void leavesTheFilesOfAnEarlierStateAlone() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        sink.close();
        Files.delete(disk.log());

        assertThat(sink.open()).isEmpty();
        sink.close();
        sink.open();
        sink.write(List.of(batch("b", "1")));
        assertThat(statuses(reopened())).isEqualTo(Map.of("b", "1"));
        assertThat(disk.lines()).containsExactly(A, B);
    }

    @Test
    void keepsAFileTheStateKnowsNothingOfUnderAnotherName() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        sink.close();
        Map<Path, byte[]> backup = disk.snapshot();
        sink.open();
        disk.now = disk.now.plus(Duration.ofDays(1));
        sink.write(List.of(batch("b", "1")));
        sink.close();
        Files.write(disk.log(), backup.get(disk.log()));

        assertThat(statuses(reopened())).isEqualTo(Map.of("a", "1"));
        assertThat(disk.lines()).containsExactly(A);
        sink.write(List.of(batch("b", "1")));
        assertThat(disk.lines()).containsExactly(A, B);
        try (var files = Files.list(disk.events)) {
            assertThat(files.filter(file -> file.toString().contains(".cut-"))).singleElement()
                    .satisfies(aside -> assertThat(aside).hasContent(B));
        }
    }

    @Test
    void knowsItsFilesWhereverTheFolderWasMovedTo() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        sink.close();
        append(disk.eventsOf("2026-03-01"), B + "\n");
        for (Path part : List.of(disk.state, disk.events, disk.deadLetters)) {
            Files.createDirectories(root.resolve("moved"));
            Files.move(part, root.resolve("moved").resolve(part.getFileName()));
        }
        Disk moved = new Disk(root.resolve("moved"));
        FileSink there = moved.sink();

        assertThat(statuses(there.open())).isEqualTo(Map.of("a", "1"));
        there.write(List.of(batch("c", "1")));
        there.close();
        assertThat(moved.lines()).containsExactly(A, C);
    }

    /** The state first, as the runbook says: a copy in another place is brought back to it, and the original is left alone. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bringsACopyBackToItsStateAndLeavesTheOriginalAlone(boolean originalRuns) throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        copy(disk.state);
        sink.write(List.of(batch("b", "1")));
        copy(disk.events);
        copy(disk.deadLetters);
        if (!originalRuns) {
            sink.close();
        }
        Disk copied = new Disk(root.resolve("copy"));
        FileSink restored = copied.sink();

        assertThat(statuses(restored.open())).isEqualTo(Map.of("a", "1"));
        restored.write(List.of(batch("b", "1")));
        restored.close();
        assertThat(copied.lines()).containsExactly(A, B);
        assertThat(disk.lines()).containsExactly(A, B);
        if (originalRuns) {
            sink.write(List.of(batch("c", "1")));
        } else {
            assertThat(statuses(sink.open())).isEqualTo(Map.of("a", "1", "b", "1"));
            sink.write(List.of(batch("c", "1")));
        }
        assertThat(disk.lines()).containsExactly(A, B, C);
        assertThat(copied.lines()).containsExactly(A, B);
    }

    /** Of a file that was emptied the state knows nothing but its name: neither loses what came later. */
    @Test
    void leavesTheOriginalAloneAlsoWhereTheStateCountsNothing() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1", List.of(event("a", "spoilt")))));
        sink.removeDeadLetters(letter -> true);
        copy(disk.state);
        sink.write(List.of(batch("b", "1", List.of(event("b", "spoilt")))));
        copy(disk.events);
        copy(disk.deadLetters);
        List<String> letters = sink.deadLetters();
        sink.close();
        FileSink restored = new Disk(root.resolve("copy")).sink();

        restored.open();
        assertThat(restored.deadLetters()).isEmpty();
        restored.close();
        try (Stream<Path> files = Files.list(root.resolve("copy/dead-letters"))) {
            assertThat(files.filter(file -> file.toString().contains(".cut-"))).singleElement()
                    .satisfies(aside -> assertThat(aside).hasContent(letters.get(0)));
        }
        sink.open();
        assertThat(letters).hasSize(1).isEqualTo(sink.deadLetters());
    }

    private void copy(Path folder) throws IOException {
        Path to = Files.createDirectories(root.resolve("copy").resolve(folder.getFileName()));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /** Who looks at it would take it for none, and publish everything again elsewhere. */
    @ParameterizedTest
    @ValueSource(strings = {"", "no state at all\n"})
    void showsNoStateThatIsDamagedFromItsBeginningOn(String content) throws IOException {
        assertThat(sink.peek()).as("there is none").isEmpty();
        sink.open();
        sink.close();
        Files.writeString(disk.log(), content);

        assertThatThrownBy(sink::peek).isInstanceOf(SinkUnavailableException.class).hasMessageContaining("damaged from its beginning on");
        assertThatThrownBy(sink::inspect).isInstanceOf(SinkUnavailableException.class);
    }

    @Test
    void showsWhatStandsBeforeADamagedLine() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        long good = Files.size(disk.log());
        sink.write(List.of(batch("b", "1")));
        sink.close();
        byte[] log = Files.readAllBytes(disk.log());
        log[(int) good + 20] ^= 1;
        Files.write(disk.log(), log);

        assertThat(sink.peek()).extracting(JobState::job).containsExactly("a");
    }

    @Test
    void refusesASecondInstanceInTheSameProcess() {
        sink.open();

        assertThatThrownBy(() -> disk.sink().open()).isInstanceOf(InstanceFencedException.class)
                .hasMessageContaining("another instance").hasMessageContaining(disk.state.toString())
                .hasMessageContaining("bridge.state.directory");
        sink.write(List.of(batch("a", "1")));
        sink.close();
        FileSink second = disk.sink();
        assertThat(statuses(second.open())).isEqualTo(Map.of("a", "1"));
        second.close();
    }

    @Test
    void waitsForAnotherInstanceIfItStandsBy() {
        sink.open();
        FileSink second = disk.sink().standby(true);

        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(second::open).isInstanceOf(SinkUnavailableException.class).hasMessageContaining("stands by");
        }
        sink.write(List.of(batch("a", "1")));
        sink.close();
        assertThat(statuses(second.open())).isEqualTo(Map.of("a", "1"));
        second.close();
    }

    @Test
    void refusesTheFilesThatAnotherStateIsWrittenWith() {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        FileSink other = new FileSink(disk.events, disk.deadLetters, root.resolve("other"), () -> disk.now);

        assertThatThrownBy(other::open).isInstanceOf(InstanceFencedException.class).hasMessageContaining("another state")
                .hasMessageContaining(disk.eventsOf("2026-03-01").toString())
                .hasMessageContaining("bridge.file.directory");
        sink.write(List.of(batch("b", "1")));
        assertThat(disk.lines()).containsExactly(A, B);
        sink.close();
        FileSink third = new FileSink(disk.events, disk.deadLetters, root.resolve("other"), () -> disk.now);
        assertThat(third.open()).isEmpty();
        FileSink waiting = new FileSink(disk.events, disk.deadLetters, root.resolve("waiting"), () -> disk.now).standby(true);
        assertThatThrownBy(waiting::open).isInstanceOf(SinkUnavailableException.class).hasMessageContaining("this instance stands by");
        third.close();
        assertThat(waiting.open()).isEmpty();
        waiting.close();
    }

    @Test
    void staysClosedOnceItFoundAnotherInstanceAtWork() {
        FileSink late = disk.sink();
        sink.open();
        assertThatThrownBy(late::open).isInstanceOf(InstanceFencedException.class);
        sink.close();

        assertThatThrownBy(late::open).as("though the other has ended").isInstanceOf(InstanceFencedException.class);
        assertThat(sink.open()).isEmpty();
    }

    @Test
    void staysClosedOnceItFoundAnotherInstanceInItsFiles() {
        FileSink other = new FileSink(disk.events, disk.deadLetters, root.resolve("other"), () -> disk.now);
        sink.open();
        other.open();
        sink.write(List.of(batch("a", "1")));
        assertThatThrownBy(() -> other.write(List.of(batch("b", "1")))).isInstanceOf(InstanceFencedException.class);
        sink.close();
        other.close();

        assertThatThrownBy(other::open).isInstanceOf(InstanceFencedException.class);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void doesNotUnlockTheStateThatAnotherClassLoaderHolds() throws Exception {
        sink.open();
        URL[] classes = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(FileSinkTest::url).toArray(URL[]::new);
        try (var loader = new URLClassLoader(classes, ClassLoader.getPlatformClassLoader())) {
            Method take = loader.loadClass(DirectoryLock.class.getName()).getDeclaredMethod("take", Path.class);
            take.setAccessible(true);
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> take.invoke(null, disk.state)).rootCause()
                        .hasMessageContaining("another instance, in this very process");
                assertThat(isLocked(disk.state.resolve("lock"))).as("by the first holder").isTrue();
            }
            sink.close();
            try (var taken = (AutoCloseable) take.invoke(null, disk.state)) {
                assertThat(isLocked(disk.state.resolve("lock"))).as("by the second holder").isTrue();
            }
        }
    }

    private static URL url(String path) {
        try {
            return Path.of(path).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void removesNothingFromADirectoryThatIsConfiguredNoMore() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        sink.close();
        append(disk.eventsOf("2026-03-01"), B + "\n");
        Files.writeString(disk.eventsOf("2026-03-02"), C + "\n");
        sink = new FileSink(root.resolve("elsewhere"), disk.deadLetters, disk.state, () -> disk.now);

        assertThat(statuses(sink.open())).isEqualTo(Map.of("a", "1"));
        assertThat(disk.eventsOf("2026-03-01")).hasContent(A);
        assertThat(disk.eventsOf("2026-03-02")).hasContent(C);
        try (var files = Files.list(disk.events)) {
            assertThat(files.filter(file -> file.toString().contains(".cut-"))).singleElement()
                    .satisfies(aside -> assertThat(aside).hasContent(B));
        }
    }

    @Test
    void leavesAFileOfADirectoryThatIsConfiguredNoMoreToWhoeverWritesItNow() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        sink.close();
        FileSink other = new FileSink(disk.events, disk.deadLetters, root.resolve("other"), () -> disk.now);
        other.open();
        other.write(List.of(batch("b", "1")));
        sink = new FileSink(root.resolve("elsewhere"), root.resolve("letters"), disk.state, () -> disk.now);

        assertThat(statuses(sink.open())).isEqualTo(Map.of("a", "1"));
        sink.write(List.of(batch("c", "1")));
        other.close();
        assertThat(disk.lines()).containsExactly(A, B);
        assertThat(Disk.lines(root.resolve("elsewhere"))).containsExactly(C);
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void keepsStateAndDeadLettersForTheOwnerAlone() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1", List.of(event("a", "bad"), event("a", "worse")))));
        sink.forget(List.of());
        sink.removeDeadLetters(letter -> letter.contains("bad"));
        Files.writeString(disk.deadLetters.resolve("dead-letters-2026-03-02.ndjson"), "{}\n");
        Files.setPosixFilePermissions(disk.deadLetters.resolve("dead-letters-2026-03-02.ndjson"),
                PosixFilePermissions.fromString("rw-------"));
        reopened();

        for (Path directory : List.of(disk.state, disk.deadLetters)) {
            assertThat(permissions(directory)).as(directory.toString()).isEqualTo("rwx------");
            try (var files = Files.list(directory)) {
                assertThat(files.toList()).hasSizeGreaterThanOrEqualTo(2).allSatisfy(file ->
                        assertThat(permissions(file)).as(file.toString()).isEqualTo("rw-------"));
            }
        }
        assertThat(permissions(disk.events)).as("what a consumer reads").isNotEqualTo("rwx------");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void refusesThemAlsoIfNobodyHasWrittenYet() {
        FileSink other = new FileSink(disk.events, disk.deadLetters, root.resolve("other"), () -> disk.now);
        sink.open();
        other.open();
        sink.write(List.of(batch("a", "1")));

        assertThatThrownBy(() -> other.write(List.of(batch("b", "1")))).isInstanceOf(InstanceFencedException.class);
        other.close();
        sink.write(List.of(batch("b", "1")));
        assertThat(disk.lines()).containsExactly(A, B);
    }

    @Test
    void refusesThemBeforeTheFirstNewLine() {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        sink.close();
        sink.open();
        FileSink other = new FileSink(disk.events, disk.deadLetters, root.resolve("other"), () -> disk.now);

        assertThatThrownBy(other::open).isInstanceOf(InstanceFencedException.class);
    }

    @Test
    void mayKeepEverythingInOneDirectory() {
        sink = new FileSink(root, root, root, () -> disk.now);
        sink.open();
        sink.write(List.of(batch("a", "1", List.of(event("a", "bad")))));
        sink.close();

        assertThat(statuses(sink.open())).isEqualTo(Map.of("a", "1"));
        assertThat(Disk.lines(root)).hasSize(2);
    }

    @Test
    void takesNoEventForADeadLetterWhereEverythingIsInOneDirectory() {
        sink = new FileSink(root, root, root, () -> disk.now);
        sink.open();
        sink.write(List.of(batch("a", "1", List.of(event("a", "bad")))));

        assertThat(sink.deadLetters()).containsExactly("{\"id\":\"a/bad\"}");
        sink.removeDeadLetters(letter -> true);
        assertThat(Disk.lines(root)).containsExactly(A);
    }

    @Test
    void isLostWithoutADirectory() throws IOException {
        Files.writeString(disk.state, "in the way");

        assertThatThrownBy(sink::open).isInstanceOf(SinkUnavailableException.class).hasMessageContaining(disk.state.toString());
        Files.delete(disk.state);
        assertThat(sink.open()).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void losesACommitOnAFullDiskAndNothingElse() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        disk.now = disk.now.plus(Duration.ofDays(1));
        Files.createSymbolicLink(disk.eventsOf("2026-03-02"), Path.of("/dev/full"));

        assertThatThrownBy(() -> sink.write(List.of(batch("b", "1")))).isInstanceOf(SinkUnavailableException.class)
                .hasMessageContaining("No space left")
                .hasMessageContaining(disk.eventsOf("2026-03-02").toString());
        Files.delete(disk.eventsOf("2026-03-02"));
        assertThat(statuses(reopened())).isEqualTo(Map.of("a", "1"));
        sink.write(List.of(batch("b", "1")));
        assertThat(disk.lines()).containsExactly(A, B);
    }

    @Test
    void hasNothingOfACommitWhoseStateCouldNotBeWritten() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1")));
        append(disk.log(), "somebody else was here");

        assertThatThrownBy(() -> sink.write(List.of(batch("b", "1")))).isInstanceOf(SinkUnavailableException.class);
        assertThat(disk.lines()).containsExactly(A, B);
        assertThat(statuses(reopened())).isEqualTo(Map.of("a", "1"));
        assertThat(disk.lines()).containsExactly(A);
    }

    @Test
    void takesDeadLettersOutAndStillKnowsWhereTheFileEnds() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1", List.of(event("a", "bad"), event("a", "worse")))));
        sink.removeDeadLetters(letter -> letter.contains("bad"));
        sink.write(List.of(batch("b", "1", List.of(event("b", "bad")))));
        sink.close();
        append(disk.deadLetters.resolve("dead-letters-2026-03-01.ndjson"), "{}\n");
        sink.open();

        assertThat(sink.deadLetters()).containsExactly("{\"id\":\"a/worse\"}", "{\"id\":\"b/bad\"}");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void keepsOthersOutOfTheDeadLettersAfterItReadThem() throws IOException {
        Path file = disk.deadLetters.resolve("dead-letters-2026-03-01.ndjson");
        sink.open();
        sink.write(List.of(batch("a", "1", List.of(event("a", "bad"), event("a", "worse")))));
        assertThat(isLocked(file)).as("by the writing").isTrue();
        sink.deadLetters();
        assertThat(isLocked(file)).as("after reading").isTrue();
        sink.removeDeadLetters(letter -> letter.contains("bad"));
        assertThat(isLocked(file)).as("after taking out").isTrue();
    }

    /** As the system sees it: within the process a lock that is given up is still believed in. */
    private static boolean isLocked(Path file) throws IOException {
        String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
        return Files.readAllLines(Path.of("/proc/locks")).stream().anyMatch(line -> line.contains(inode));
    }

    @Test
    void takesNoDeadLettersOutWithoutTheLock() throws IOException {
        sink.open();
        sink.write(List.of(batch("a", "1", List.of(event("a", "bad")))));
        sink.close();

        assertThatThrownBy(() -> sink.removeDeadLetters(letter -> true)).isInstanceOf(SinkUnavailableException.class)
                .hasMessageContaining("not open");
        assertThatThrownBy(() -> sink.forget(List.of("acme/a"))).isInstanceOf(SinkUnavailableException.class);
        assertThat(sink.deadLetters()).containsExactly("{\"id\":\"a/bad\"}");
    }

    private Collection<JobState> reopened() {
        sink.close();
        return sink.open();
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }
}
