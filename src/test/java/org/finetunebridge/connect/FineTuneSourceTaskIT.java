package org.finetunebridge.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.connect.source.SourceRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.finetunebridge.CommonScenario;
import org.finetunebridge.CompatibilityWorld;
import org.finetunebridge.Ndjson;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.JobShard;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.simulator.ExpectedFacts;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.finetunebridge.sink.kafka.ReceivedEvents;
import org.finetunebridge.state.JobState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole tasks, on a worker that dies where it hurts. */
class FineTuneSourceTaskIT {

    private static final String EVENTS = "finetune.events";
    private static final String DEAD_LETTERS = "finetune.dead-letters";
    private static final Duration THINKING = Duration.ofSeconds(50);

    private final Simulation world = Simulation.empty();
    private final Random random = new Random(20_261_126);
    private final Map<String, String> properties = new TreeMap<>();
    private FaultySandbox sandbox;

    @BeforeEach
    void start() {
        sandbox = FaultySandbox.start(world);
        world.account("dashscope").finished(6, 3, 0);
        world.account("minimax").finished(3, 0, 120);
        for (String source : List.of("dashscope", "minimax")) {
            properties.put(source + ".base-url", sandbox.url());
            properties.put(source + ".api-key", Simulation.KEY);
            properties.put(source + ".period", "1s");
        }
        properties.put("bridge.kafka.content-mode", "structured");
        // Nobody looks at the MBeans of these tasks, and they take a third of a start.
        properties.put("camel.main.jmxEnabled", "false");
    }

    @AfterEach
    void close() {
        sandbox.close();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(20));
    }

    /** While the task runs: one that failed does not come to it any more. */
    private static ConditionFactory await(FakeWorker.Running running) {
        return await().failFast(() -> assertThat(running.failure()).isNull());
    }

    @Test
    void publishesEachFactOnceOverDeathsAtAnyRecord() {
        var worker = new FakeWorker(true);
        for (int death = 0; death < 8; death++) {
            world.account("dashscope").finished(1, 3, 0);
            world.account("minimax").finished(1, 0, 120);
            try (FakeWorker.Run run = worker.startToDie(properties, 1 + random.nextInt(60), death % 2 == 0)) {
                await(run).until(run::isDead);
            }
        }
        runUntilAllIsPublished(worker);

        holdsEachFactOnce(worker);
        assertThat(worker.records(DEAD_LETTERS)).isEmpty();
    }

    static Stream<Path> versions() {
        return CompatibilityWorld.versions("connect");
    }

    /** docs/compatibility.md */
    @ParameterizedTest
    @MethodSource("versions")
    void continuesFromTheOffsetsOfAnEarlierVersion(Path kept) throws Exception {
        var worker = new FakeWorker(true);
        JsonNode offsets = new ObjectMapper().readTree(kept.resolve("offsets.json").toFile()).path("offsets");
        assertThat(offsets).isNotEmpty().allSatisfy(one -> worker.alter(map(one.path("partition")), map(one.path("offset"))));
        try (CompatibilityWorld kind = CompatibilityWorld.kept()) {
            kind.goOn();
            Map<String, String> keys = kind.keys();
            keys.put("bridge.kafka.content-mode", "structured");
            List.of("curves", "dashscope", "minimax", "refused", "team-t").forEach(source -> keys.put(source + ".period", "1s"));
            try (FakeWorker.Run run = worker.start(keys, new FineTuneSourceTask(() -> CompatibilityWorld.later(kept)))) {
                await(run).until(() -> accountsOf(worker, "new") == 4);
                // The second is seen when a whole cycle is over, which would have published all.
                for (String late : List.of("late-5", "late-6")) {
                    kind.goOn();
                    await(run).until(() -> accountsOf(worker, late) == 4);
                }
            }
        }
        List<JsonNode> continued = worker.values(EVENTS).stream().map(Ndjson::json)
                .filter(event -> !event.path("subject").asText().matches("ft-late-.*|170000000001[56]")).toList();
        CompatibilityWorld.assertContinued(kept, CompatibilityWorld.lines(kept.resolve("published.txt")), continued);
        assertThat(worker.records(DEAD_LETTERS)).isEmpty();
    }

    /** In how many accounts a job that began was published. */
    private static long accountsOf(FakeWorker worker, String job) {
        String number = "170000000001" + (job.equals("new") ? "4" : job.replace("late-", ""));
        return worker.records(EVENTS).stream().filter(record -> List.of("ft-" + job, number).contains(record.key()))
                .map(record -> Ndjson.json((String) record.value()).path("source").asText()).distinct().count();
    }

    private static Map<String, Object> map(JsonNode node) {
        return new ObjectMapper().convertValue(node, new TypeReference<Map<String, Object>>() { });
    }

    /** Without a transaction the worker may store the state of one record while the next is lost. */
    @Test
    void losesNothingWithoutTransactionsAndRepeatsUnderTheSameId() {
        var worker = new FakeWorker(false);
        for (int death = 0; death < 4; death++) {
            world.account("dashscope").finished(1, 3, 0);
            world.account("minimax").finished(1, 0, 120);
            try (FakeWorker.Run run = worker.startToDie(properties, 1 + random.nextInt(60), false)) {
                await(run).until(run::isDead);
            }
        }
        runUntilAllIsPublished(worker);

        assertThat(worker.records(EVENTS).size()).isGreaterThan(once(worker).size());
        ReceivedEvents.of(once(worker)).holdEachFactOnce();
    }

    private static String id(SourceRecord record) {
        String value = (String) record.value();
        return record.key() + value.replaceFirst(".*?\"id\":\"([^\"]+)\".*", "$1");
    }

    @Test
    void findsItsStateThoughThePartitionsWereMadeBySomebodyElse() {
        var worker = new FakeWorker(true);
        runUntilAllIsPublished(worker);
        var other = new FakeWorker(true);
        worker.offsets().forEach(other::alter);

        try (FakeWorker.Run run = other.start(properties)) {
            // The second is seen when the first cycle, which would have published all, is over.
            for (String late : List.of("ft-late", "ft-later")) {
                world.account("dashscope").create(late);
                await(run).until(() -> other.records(EVENTS).stream().anyMatch(record -> late.equals(record.key())));
            }
        }

        assertThat(other.records(EVENTS)).extracting(SourceRecord::key).containsOnly("ft-late", "ft-later");
    }

    @Test
    void failsAtADamagedOffsetInPlaceOfPublishingAgain() {
        var worker = new FakeWorker(true);
        runUntilAllIsPublished(worker);
        int before = worker.records().size();
        String job = world.account("dashscope").jobs().get(0).id();

        worker.damage(SourceOffsets.partition("dashscope", job));

        assertThat(failure(worker)).hasMessageContaining(job).hasMessageContaining("damaged");
        assertThat(worker.records()).hasSize(before);
    }

    @Test
    void failsAtAnOffsetThatIsGoneAndSaysHowToPublishTheJobAgain() {
        var worker = new FakeWorker(true);
        runUntilAllIsPublished(worker);
        String job = world.account("dashscope").jobs().get(0).id();
        long published = worker.records(EVENTS).stream().filter(record -> job.equals(record.key())).count();
        worker.alter(SourceOffsets.partition("dashscope", job), null);

        assertThat(failure(worker)).hasMessageContaining(job).hasMessageContaining("set its offset to");

        worker.alter(SourceOffsets.partition("dashscope", job), SourceOffsets.offset(JobState.blank("dashscope", job)));
        try (FakeWorker.Run run = worker.start(properties)) {
            await(run).until(() -> worker.records(EVENTS).stream().filter(record -> job.equals(record.key())).count() == 2 * published);
        }
    }

    @Test
    void failsAtAPartOfTheIndexThatIsGone() {
        var worker = new FakeWorker(true);
        var index = new JobIndex("dashscope");
        List<String> jobs = new ArrayList<>();
        for (int job = 0; jobs.size() <= JobIndex.SEGMENT; job++) {
            if (JobShard.bucket("ft-" + job) == 0) {
                jobs.add("ft-" + job);
            }
        }
        index.add(jobs).forEach(worker::alter);
        jobs.forEach(job -> worker.alter(SourceOffsets.partition("dashscope", job), SourceOffsets.offset(JobState.blank("dashscope", job))));
        worker.alter(SourceOffsets.index("dashscope", 0, 1), null);

        assertThat(failure(worker)).hasMessageContaining("index=0.1").hasMessageContaining("though the index says that there is");
    }

    private Throwable failure(FakeWorker worker) {
        try (FakeWorker.Run run = worker.start(properties)) {
            await().until(run::isOver);
            assertThat(run.failure()).isNotNull();
            return run.failure();
        }
    }

    @Test
    void publishesTheEndOfAJobThatVanishedWhileNothingRan() {
        var worker = new FakeWorker(true);
        SimulatedJob job = world.account("dashscope").create("ft-gone").become("RUNNING");
        runUntilAllIsPublished(worker);
        world.account("dashscope").forget(job);

        try (FakeWorker.Run run = worker.start(properties)) {
            await(run).until(() -> worker.offsets().get(SourceOffsets.partition("dashscope", "ft-gone")).toString().contains("VANISHED"));
        }
        int before = worker.records(EVENTS).size();
        world.account("dashscope").create("ft-new");
        try (FakeWorker.Run run = worker.start(properties)) {
            await(run).until(() -> worker.records(EVENTS).size() > before);
        }
        assertThat(worker.records(EVENTS).subList(before, worker.records(EVENTS).size())).extracting(SourceRecord::key)
                .containsOnly("ft-new");
    }

    @Test
    void putsADeadLetterInThePlaceOfARecordThatIsTooLarge() {
        world.account("minimax").create("ft-wordy").publish("INFO", "x".repeat(1_100_000)).publish("INFO", "after");
        var worker = new FakeWorker(true);

        try (FakeWorker.Run run = worker.start(properties)) {
            await(run).until(() -> worker.values(EVENTS).stream().anyMatch(value -> value.contains("\"after\"")));
        }

        assertThat(worker.records(EVENTS)).noneMatch(record -> ((String) record.value()).contains("xxx"));
        assertThat(worker.records(DEAD_LETTERS)).extracting(SourceRecord::key).containsExactly("ft-wordy");
    }

    @Test
    void spreadsAnAccountOverTasksAndDealsItAnew() {
        var worker = new FakeWorker(true);
        properties.put("bridge.sources", "dashscope");
        properties.keySet().removeIf(key -> key.startsWith("minimax"));
        world.account("dashscope").finished(40, 1, 0);
        for (int parts : new int[] {2, 3, 1}) {
            properties.put("dashscope.jobs.shards", Integer.toString(parts));
            var connector = new FineTuneSourceConnector();
            connector.start(properties);
            List<Map<String, String>> tasks = connector.taskConfigs(parts);
            assertThat(tasks).hasSize(parts);
            world.account("dashscope").finished(20, 1, 0);
            try (var runs = new FakeWorker.Runs(tasks.stream().map(worker::start).toList())) {
                await(runs).until(() -> worker.records(EVENTS).stream().map(SourceRecord::key).distinct().count()
                        == world.account("dashscope").jobs().size());
            }
        }
        ReceivedEvents received = ReceivedEvents.of(worker.values(EVENTS));
        received.holdEachFactOnce();
        Map<String, ExpectedFacts> all = ExpectedFacts.visible(world);
        all.keySet().removeIf(job -> world.account("dashscope").job(job) == null);
        received.holdAllOf(all);
    }

    @Test
    void keepsTheStateOfJobsWhoseRecordsAreAllDropped() {
        var worker = new FakeWorker(true);
        worker.drop(record -> record.topic().equals(EVENTS) && record.sourcePartition().containsValue("dashscope"));
        properties.put("transforms", "filter");
        world.account("dashscope").create("ft-running").become("RUNNING");
        List<String> jobs = world.account("dashscope").jobs().stream().map(SimulatedJob::id).toList();
        try (FakeWorker.Run run = worker.start(properties)) {
            await(run).until(() -> jobs.stream().allMatch(job -> String.valueOf(worker.offsets().get(SourceOffsets.partition("dashscope", job)))
                    .matches(".*(RUNNING|graceReads).*")));
        }
        worker.drop(record -> false);
        world.account("dashscope").create("ft-late");

        try (FakeWorker.Run run = worker.start(properties)) {
            await(run).until(() -> worker.records(EVENTS).stream()
                    .anyMatch(record -> "ft-late".equals(record.key())));
        }

        assertThat(worker.records(EVENTS)).extracting(SourceRecord::key).doesNotContainAnyElementsOf(jobs);
    }

    @Test
    void publishesWhatTheProcessPublishes(@TempDir Path folder) throws Exception {
        sandbox.close();
        sandbox = FaultySandbox.start(CommonScenario.world());
        properties.replaceAll((key, value) -> key.endsWith(".base-url") ? sandbox.url() : value);
        Map<String, String> keys = new TreeMap<>(properties);
        keys.putAll(Map.of("bridge.file.directory", folder.resolve("events").toString(), "bridge.dead-letter.directory",
                folder.resolve("letters").toString(), "bridge.state.directory", folder.resolve("state").toString()));
        var files = new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(), List.of());
        try (Bridge bridge = new Bridge(files, keys, true, () -> CommonScenario.NOW)) {
            bridge.init();
            bridge.start();
            for (SourcePoller poller : bridge.pollers()) {
                poller.awaitFirstCycle();
            }
        }
        Map<String, String> process = CommonScenario.data(Ndjson.lines(folder.resolve("events")));
        assertThat(process).hasSizeGreaterThan(CommonScenario.EVENTS);

        var worker = new FakeWorker(true);
        try (FakeWorker.Run run = worker.start(properties, new FineTuneSourceTask(() -> CommonScenario.NOW))) {
            await(run).until(() -> worker.records(EVENTS).size() >= process.size());
        }

        assertThat(CommonScenario.data(worker.values(EVENTS))).isEqualTo(process);
    }

    @Test
    void stopsSoonAndLeavesNoThreadWhileAProviderThinks() {
        var worker = new FakeWorker(true);
        runUntilAllIsPublished(worker);
        sandbox.faults().always("", Fault.slow(THINKING));
        long before = sandbox.requests().received();
        try (FakeWorker.Run run = worker.start(properties)) {
            await(run).until(() -> sandbox.requests().received() > before + 1);

            long began = System.nanoTime();
            run.close();

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(THINKING.dividedBy(2));
            assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("poll-worker") || name.contains("finetune-bridge-"));
            assertThat(run.failure()).isNull();
        }
    }

    private void runUntilAllIsPublished(FakeWorker worker) {
        try (FakeWorker.Run run = worker.start(properties)) {
            // Each look at all of it costs more than what is looked at.
            await(run).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> ReceivedEvents.of(once(worker)).holdAllOf(ExpectedFacts.visible(world)));
        }
    }

    /** The first record of each id. */
    private static List<String> once(FakeWorker worker) {
        Map<String, String> once = new LinkedHashMap<>();
        worker.records(EVENTS).forEach(record -> once.putIfAbsent(id(record), (String) record.value()));
        return List.copyOf(once.values());
    }

    private void holdsEachFactOnce(FakeWorker worker) {
        ReceivedEvents received = ReceivedEvents.of(worker.values(EVENTS));
        received.holdEachFactOnce();
        received.holdAllOf(ExpectedFacts.visible(world));
    }
}
