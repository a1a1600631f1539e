package org.finetunebridge.sink.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobState.Retired;
import org.finetunebridge.state.PublishedState;

/** The three directories of a file sink, and a clock; for tests that look at bytes. */
public final class Disk {

    public final Path state;
    final Path events;
    final Path deadLetters;
    Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final Path root;

    public Disk(Path root) {
        this.root = root;
        state = root.resolve("state");
        events = root.resolve("events");
        deadLetters = root.resolve("dead-letters");
    }

    public FileSink sink() {
        return new FileSink(events, deadLetters, state, () -> now);
    }

    Path log() {
        return state.resolve("memory.log");
    }

    Path previousLog() {
        return state.resolve("memory.previous.log");
    }

    Path eventsOf(String day) {
        return events.resolve("events-" + day + ".ndjson");
    }

    /** A batch with one fact of a job and its state. */
    static Batch batch(String job, String fact) {
        return batch(job, fact, List.of());
    }

    static Batch batch(String job, String fact, List<EncodedEvent> deadLetters) {
        return new Batch(null, List.of(event(job, fact)), deadLetters, List.of(state(job, fact)));
    }

    public static EncodedEvent event(String job, String fact) {
        String json = "{\"id\":\"" + job + '/' + fact + "\"}";
        return new EncodedEvent(job, json.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /** Of a job of which this was published last. */
    public static JobState state(String job, String fact) {
        PublishedState published = new PublishedState(fact, Map.of("", List.of(fact)), List.of(), Map.of());
        return JobState.blank("acme", job).with(published);
    }

    static JobState tombstone(String job) {
        return state(job, "SUCCEEDED").retired(Retired.FINISHED);
    }

    /** Every line of every event file, in order of the files. */
    List<String> lines() {
        return lines(events);
    }

    static List<String> lines(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<String> lines = new ArrayList<>();
            for (Path file : files.filter(path -> path.toString().endsWith(".ndjson")).sorted().toList()) {
                String text = Files.readString(file);
                if (!text.isEmpty() && !text.endsWith("\n")) {
                    throw new AssertionError(file + " ends in the middle of a line");
                }
                lines.addAll(text.lines().toList());
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is remembered last of each job. */
    static Map<String, String> statuses(Collection<JobState> states) {
        Map<String, String> statuses = new TreeMap<>();
        states.forEach(state -> statuses.put(state.job(), state.published().status()));
        return statuses;
    }

    /** Everything as it stands, somewhere else. Paths in the state still name this place. */
    Map<Path, byte[]> snapshot() throws IOException {
        Map<Path, byte[]> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.put(file, Files.readAllBytes(file));
            }
        }
        return all;
    }

    /** Puts everything back as it stood. */
    void restore(Map<Path, byte[]> snapshot) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!snapshot.containsKey(file)) {
                    Files.delete(file);
                }
            }
        }
        for (var file : snapshot.entrySet()) {
            Files.write(file.getKey(), file.getValue());
        }
    }

    static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
}
