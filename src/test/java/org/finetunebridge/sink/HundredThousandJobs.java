package org.finetunebridge.sink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.finetunebridge.memory.Cursor;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.memory.JobMemory.Retired;
import org.finetunebridge.memory.Told;

/**
 * Writes the memory of 100,000 jobs, one in ten of them watched and with ten checkpoints and a cursor, compacts it, and
 * opens it again. Prints {@code <bytes a job> <milliseconds to open>}. A process of its own, for its heap is the test.
 */
final class HundredThousandJobs {

    private static final int JOBS = 100_000;

    private HundredThousandJobs() {}

    /** @param arguments a directory */
    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]);
        write(root);
        FileSink sink = sink(root);
        long start = System.nanoTime();
        Session session = new Session(sink.open());
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        if (session.all().size() != JOBS || !session.of("acme", name(0)).told().things().containsKey("checkpoint-7")) {
            throw new IllegalStateException("not what was written");
        }
        sink.close();
        System.out.println(Files.size(root.resolve("state/memory.log")) / JOBS + " " + took.toMillis());
    }

    private static void write(Path root) {
        FileSink sink = sink(root);
        sink.open();
        for (int from = 0; from < JOBS; from += 500) {
            List<JobMemory> jobs = IntStream.range(from, from + 500).mapToObj(HundredThousandJobs::memory).toList();
            sink.write(List.of(new Batch(null, List.of(), List.of(), jobs)));
        }
        sink.forget(List.of());
        sink.close();
    }

    private static FileSink sink(Path root) {
        return new FileSink(root.resolve("events"), root.resolve("dead-letters"), root.resolve("state"), Instant::now);
    }

    private static String name(int job) {
        return "ft-202603010800-" + job;
    }

    private static JobMemory memory(int job) {
        JobMemory watched = watched("acme", name(job));
        return job % 10 == 0 ? watched : watched.retired(Retired.FINISHED);
    }

    /** A job with ten checkpoints, each told twice, and a cursor at its fullest. */
    static JobMemory watched(String source, String job) {
        Map<String, List<String>> things = new TreeMap<>();
        things.put("", List.of("PENDING", "QUEUED", "RUNNING", "SUCCEEDED"));
        IntStream.range(0, 10).forEach(n -> things.put("checkpoint-" + n, List.of("AVAILABLE_NOT_EXPORTED", "READY")));
        List<String> last = IntStream.range(0, 12).mapToObj(n -> "abcdefghijklmnopqrstuvwx" + (10 + n)).toList();
        var cursor = new Cursor(12_345, last, Instant.parse("2026-03-01T08:00:00.123Z"), null, null);
        return new JobMemory(source, job, new Told("SUCCEEDED", things, List.of(), Map.of("events", cursor)), 0, null,
                null, null);
    }
}
