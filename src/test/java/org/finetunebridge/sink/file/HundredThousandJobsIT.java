package org.finetunebridge.sink.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.camel.impl.DefaultCamelContext;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.Simulation;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.sink.kafka.BridgeProcess;
import org.finetunebridge.sink.kafka.BrokerFixture;
import org.finetunebridge.sink.kafka.KafkaSink;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobState.Retired;
import org.finetunebridge.state.PublishedState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * 100,000 jobs are remembered, one in ten of them watched and with ten checkpoints and a cursor: a process with a heap of
 * 256 MB asks its first question soon. So with {@code -Dfirst-poll=10}, in seconds, which is promised for a machine that does
 * nothing else; by default with 20,000 jobs and 80 MB.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HundredThousandJobsIT extends BrokerFixture {

    private static final Integer PROMISED = Integer.getInteger("first-poll");
    private static final int JOBS = PROMISED == null ? 20_000 : 100_000;
    private static final String HEAP = PROMISED == null ? "-Xmx80m" : "-Xmx256m";
    private static final int WATCHED = JOBS / 10;
    private static final String ID = "ft-202603010800-";
    private static final Duration FIRST_POLL = Duration.ofSeconds(PROMISED == null ? 90 : PROMISED);

    @TempDir
    private Path directory;
    private FaultySandbox sandbox;

    @BeforeEach
    void start() {
        Simulation world = Simulation.empty();
        world.account("dashscope").create("ft-another");
        sandbox = FaultySandbox.start(world);
    }

    @AfterEach
    void close() {
        sandbox.close();
    }

    @Test
    void areReadFromTheLogBeforeTheFirstPoll() throws IOException {
        FileSink sink = new FileSink(directory.resolve("events"), directory.resolve("dead-letters"),
                directory.resolve("state"), Instant::now);
        sink.open();
        write(sink);
        sink.forget(List.of());
        sink.close();
        long bytes = Files.size(directory.resolve("state/memory.log")) / JOBS;

        readsThemSoon("log", bytes, Map.of("bridge.file.directory", directory + "/events",
                "bridge.dead-letter.directory", directory + "/dead-letters", "bridge.state.directory",
                directory + "/state"), sink);
    }

    @Test
    void areReadFromTheTopicBeforeTheFirstPoll() {
        String name = "jobs-" + UUID.randomUUID();
        KafkaSink sink = new KafkaSink(new KafkaSettings(broker.address(), name + ".events", name + ".dead-letters", name + ".state",
                true, false, 1, 1, name, Map.of()), new DefaultCamelContext());
        sink.open();
        write(sink);
        sink.close();
        long bytes = broker.read(name + ".state").stream()
                .mapToLong(record -> record.serializedKeySize() + record.serializedValueSize()).sum() / JOBS;

        readsThemSoon("topic", bytes, Map.of("bridge.sink", "kafka", "bridge.kafka.brokers", broker.address(), "bridge.kafka.topic",
                name + ".events", "bridge.kafka.dead-letter-topic", name + ".dead-letters", "bridge.kafka.state-topic", name + ".state",
                "bridge.kafka.transactional-id", name), sink);
    }

    /** The account's list shows another job only, so every job that was watched has vanished: each of them was read. */
    private void readsThemSoon(String where, long bytes, Map<String, String> sinkKeys, Sink sink) {
        Map<String, String> keys = new TreeMap<>(sinkKeys);
        keys.putAll(Map.of("bridge.sources", "dashscope", "dashscope.base-url", sandbox.url(), "dashscope.api-key",
                Simulation.KEY, "bridge.http.port", "0"));
        long before = System.nanoTime();
        try (BridgeProcess once = BridgeProcess.start("once", keys, directory, List.of(), List.of(HEAP))) {
            await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(20))
                    .failFast(() -> once.exit(Duration.ZERO) != null).until(() -> sandbox.requests().received() > 0);
            Duration took = Duration.ofNanos(System.nanoTime() - before);
            System.out.println(JOBS + " jobs in the " + where + ": " + bytes + " bytes each, first poll after " + took);
            assertThat(once.exit(Duration.ofMinutes(2))).as(once::output).isZero();
            assertThat(took).isLessThan(FIRST_POLL);
        }
        assertThat(bytes).isLessThan(1_000);
        assertThat(sink.peek()).filteredOn(state -> state.job().startsWith(ID)).hasSize(JOBS)
                .filteredOn(state -> state.retired() == Retired.VANISHED).hasSize(WATCHED);
    }

    private static void write(Sink sink) {
        for (int from = 0; from < JOBS; from += 500) {
            List<JobState> jobs = IntStream.range(from, from + 500).mapToObj(HundredThousandJobsIT::state).toList();
            sink.write(List.of(new Batch(null, List.of(), List.of(), jobs)));
        }
    }

    private static JobState state(int job) {
        JobState watched = watched(ID + job);
        return job % (JOBS / WATCHED) == 0 ? watched : watched.retired(Retired.FINISHED);
    }

    /** A job with ten checkpoints, each published twice, and a cursor at its fullest. */
    private static JobState watched(String job) {
        Map<String, List<String>> things = new TreeMap<>();
        things.put("", List.of("PENDING", "QUEUED", "RUNNING", "SUCCEEDED"));
        IntStream.range(0, 10).forEach(n -> things.put("checkpoint-" + n, List.of("AVAILABLE_NOT_EXPORTED", "READY")));
        List<String> last = IntStream.range(0, 12).mapToObj(n -> "abcdefghijklmnopqrstuvwx" + (10 + n)).toList();
        var cursor = new Cursor(12_345, last, Instant.parse("2026-03-01T08:00:00.123Z"), null, null);
        var published = new PublishedState("SUCCEEDED", things, List.of(), Map.of("events", cursor));
        return JobState.blank("dashscope", job).with(published);
    }
}
