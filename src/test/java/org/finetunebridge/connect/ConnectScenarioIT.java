package org.finetunebridge.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.connect.Connected.JSON;
import static org.finetunebridge.connect.Connected.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.sink.kafka.BridgeProcess;
import org.finetunebridge.sink.kafka.BrokerFixture;
import org.finetunebridge.state.JobState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The zip in a real worker that lives on: one connector after the other. Those that are killed are in {@link ConnectIT}. */
@Timeout(900)
class ConnectScenarioIT extends BrokerFixture {

    private static final Duration THINKING = Duration.ofSeconds(60);

    @TempDir
    private static Path home;
    private static ConnectWorker worker;

    private Connected jobs;

    @BeforeAll
    static void startWorker() throws IOException {
        StuckPartitioner.pack(ConnectWorker.plugins(home));
        // On a slow machine a task that is to stop may take its time, as long as it does not wait for its provider.
        worker = new ConnectWorker(broker.address(), home, "scenarios", Map.of("task.shutdown.graceful.timeout.ms", "20000")).start();
    }

    @AfterAll
    static void stopWorker() {
        worker.close();
    }

    @BeforeEach
    void start() {
        jobs = new Connected(broker, worker);
    }

    @AfterEach
    void delete() {
        jobs.sandbox.faults().end();
        jobs.send("DELETE", "", null);
        jobs.close();
    }

    @Test
    void isPackedForThePluginPath() throws IOException {
        Path zip = ConnectWorker.zip();
        assertThat(Files.size(zip)).isLessThan(30_000_000);
        try (var file = new ZipFile(zip.toFile())) {
            List<String> names = file.stream().map(ZipEntry::getName).toList();
            String root = names.get(0).substring(0, names.get(0).indexOf('/'));
            assertThat(names).allMatch(name -> name.startsWith(root + "/"))
                    .contains(root + "/manifest.json", root + "/doc/README.md", root + "/doc/LICENSE", root + "/etc/finetune-bridge.json")
                    .noneMatch(name -> name.matches(".*/(kafka-clients|connect-api|slf4j|log4j|zstd|snappy|lz4).*"));
            JsonNode manifest = JSON.readTree(file.getInputStream(file.getEntry(root + "/manifest.json")));
            assertThat(root).isEqualTo(manifest.at("/owner/username").asText() + "-" + manifest.path("name").asText() + "-"
                    + manifest.path("version").asText());
            assertThat(manifest.path("component_types").get(0).asText()).isEqualTo("source");
        }
    }

    @Test
    void publishesEachFactOnceAndKeepsItsStateInOffsets() {
        assertThat(worker.get("/connector-plugins").body().findValuesAsText("class"))
                .contains("org.finetunebridge.connect.FineTuneSourceConnector");
        Map<String, String> wrong = new TreeMap<>(jobs.properties);
        wrong.put("dashscope.perod", "1s");
        assertRefused(worker.configure("wrong", wrong), "did you mean dashscope.period?");
        jobs.sandbox.faults().end();
        jobs.world.account("dashscope").create("ft-refused");
        jobs.sandbox.faults().always(".*/ft-refused.*", Fault.status(404));
        jobs.run(2);
        await().untilAsserted(() -> assertThat(jobs.deadLetters()).isNotEmpty());
        jobs.sandbox.faults().end();

        jobs.holdsEachFactOnceWhenAllIsRead();

        ConsumerRecord<byte[], byte[]> record = jobs.records().get(0);
        Map<String, String> headers = Connected.headers(record);
        assertThat(headers).containsEntry("content-type", "application/json").containsEntry("ce_specversion", "1.0")
                .containsEntry("ce_subject", new String(record.key(), UTF_8));
        assertThat(Connected.json(record.value()).path("jobId").asText()).isEqualTo(headers.get("ce_subject"));
        assertThat(jobs.deadLetters()).hasSize(1);
        assertThat(Connected.headers(jobs.deadLetters().get(0))).containsEntry("ce_type", "org.finetunebridge.dead-letter.v1");
        assertThat(jobs.offset(jobs.alive.id()).isMissingNode()).isFalse();

        // One of the same name goes on where the former was; it may be restarted at any moment.
        jobs.send("DELETE", "", null);
        long before = jobs.written();
        jobs.thingsHappen();
        jobs.run(2);
        jobs.awaitMoreThan(before + Connected.MARKERS);
        assertThat(jobs.send("POST", "/restart?includeTasks=true", null).status()).isEqualTo(202);
        jobs.holdsEachFactOnceWhenAllIsRead();

        assertRefused(jobs.send("DELETE", "/offsets", null), "must be in the STOPPED state");
        jobs.stop();
        ObjectNode none = JSON.createObjectNode();
        none.putArray("offsets").addObject().putNull("offset").putObject("partition").put("source", "minimax")
                .put("job", jobs.alive.id());
        assertRefused(jobs.send("PATCH", "/offsets", none), "the index still lists the job");
        assertThat(jobs.send("DELETE", "/offsets", null).status()).isEqualTo(200);
        assertThat(jobs.offsets()).isEmpty();
    }

    /** Connect ends a batch early then, and would commit what was sent of it, if the task had let it. */
    @Test
    void losesNothingWhenItIsStoppedWhileASendIsRetried() throws Exception {
        Path stuck = Files.createFile(home.resolve("stuck-" + jobs.name));
        jobs.only("minimax");
        jobs.properties.putAll(Map.of("producer.override.partitioner.class", StuckPartitioner.class.getName(),
                "producer.override." + StuckPartitioner.FILE, stuck.toString(),
                "producer.override." + StuckPartitioner.TOPIC, jobs.events));
        jobs.run(1);
        jobs.awaitMoreThan(StuckPartitioner.SENT / 2);

        jobs.stop();
        assertThat(jobs.records().size()).as("committed, of pages that were sent whole").isLessThan(StuckPartitioner.SENT / 2);
        Files.delete(stuck);
        jobs.resume();

        jobs.holdsEachFactOnceWhenAllIsRead();
    }

    @Test
    void dealsAccountsAnewWhileTheyAreRead() {
        jobs.run(2);
        for (int[] deal : new int[][] {{2, 3}, {3, 5}, {1, 1}}) {
            jobs.moreHappensAndIsWritten();
            jobs.properties.putAll(Map.of("dashscope.jobs.shards", Integer.toString(deal[0]), "minimax.jobs.shards",
                    Integer.toString(deal[0]), "tasks.max", Integer.toString(deal[1])));
            jobs.run(Math.min(2 * deal[0], deal[1]));
            jobs.thingsHappen();
        }
        jobs.holdsEachFactOnceWhenAllIsRead();
    }

    @Test
    void failsAtAnOffsetThatWasRemovedOrDamagedByHandUntilItIsSet() {
        jobs.only("dashscope");
        jobs.run(1);
        jobs.holdsEachFactOnceWhenAllIsRead();
        String job = jobs.world.account("dashscope").jobs().get(0).id();
        long published = jobs.keys().stream().filter(job::equals).count();
        jobs.stop();

        write(offsetKey(job), null);
        assertFails(job, "set its offset to");
        write(offsetKey(job), "no JSON");
        assertFails(job, "damaged");

        ObjectNode blank = JSON.createObjectNode();
        ArrayNode offsets = blank.putArray("offsets");
        offsets.add(JSON.valueToTree(Map.of("partition", SourceOffsets.partition("dashscope", job), "offset",
                SourceOffsets.offset(JobState.blank("dashscope", job)))));
        jobs.offsets().forEach(one -> {
            if (one.at("/offset/jobs").asText().contains(job)) {
                offsets.add(one);
            }
        });
        ConnectWorker.Answer answer = jobs.send("PATCH", "/offsets", blank);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        jobs.resume();
        await().untilAsserted(() -> assertThat(jobs.keys().stream().filter(job::equals).count()).isEqualTo(2 * published));
        jobs.received().withoutRepeats().holdEachFactOnce();
    }

    private void assertFails(String... why) {
        int before = jobs.records().size();
        jobs.resume();
        worker.await(jobs.name, "RUNNING[FAILED]");
        assertThat(jobs.send("GET", "/status", null).body().at("/tasks/0/trace").asText()).contains(why);
        jobs.stop();
        assertThat(jobs.records()).hasSize(before);
    }

    private byte[] offsetKey(String job) {
        return broker.read(worker.offsetsTopic()).stream().map(ConsumerRecord::key)
                .filter(key -> new String(key, UTF_8).contains(jobs.name) && new String(key, UTF_8).contains(job)).findFirst().orElseThrow();
    }

    private static void write(byte[] key, String value) {
        try (var producer = broker.producer(Map.of())) {
            producer.send(new ProducerRecord<>(worker.offsetsTopic(), key, value == null ? null : value.getBytes(UTF_8)));
        }
    }

    @Test
    void putsADeadLetterInThePlaceOfARecordThatIsTooLarge() {
        jobs.only("minimax");
        jobs.world.account("minimax").create("ft-wordy").publish("INFO", "x".repeat(1_100_000)).publish("INFO", "after");
        jobs.run(1);

        await().untilAsserted(() -> assertThat(jobs.records()).anyMatch(record -> new String(record.value(), UTF_8).contains("\"after\"")));

        assertThat(jobs.records()).noneMatch(record -> record.value().length > 100_000);
        assertThat(jobs.deadLetters()).singleElement().satisfies(letter -> assertThat(new String(letter.key(), UTF_8)).isEqualTo("ft-wordy"));
        jobs.awaitTasks(1);
    }

    @Test
    void stopsAlthoughItsProviderThinks() {
        jobs.run(2);
        jobs.sandbox.faults().always("", Fault.slow(THINKING));
        long before = jobs.sandbox.requests().received();
        await().until(() -> jobs.sandbox.requests().received() > before + 2);
        int logged = worker.log().length();
        long began = System.nanoTime();

        jobs.stop();

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(THINKING.dividedBy(2));
        assertThat(worker.log().substring(logged)).doesNotContain("Graceful stop of task");
        jobs.sandbox.faults().end();
        jobs.resume();
        jobs.holdsEachFactOnceWhenAllIsRead();
    }

    /** The states ride on heartbeats then. */
    @Test
    void keepsTheStateOfJobsWhoseRecordsATransformDrops() {
        jobs.only("dashscope");
        jobs.properties.putAll(Map.of("transforms", "drop", "transforms.drop.type", "org.apache.kafka.connect.transforms.Filter",
                "transforms.drop.predicate", "events", "predicates", "events",
                "predicates.events.type", "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
                "predicates.events.pattern", jobs.events));
        List<SimulatedJob> dropped = jobs.world.account("dashscope").jobs();
        jobs.run(1);
        await().until(() -> dropped.stream().allMatch(job -> jobs.offset(job.id()).toString().contains("graceReads")));
        // A task that still runs as it was would drop what comes next, and remember it.
        jobs.stop();
        jobs.properties.keySet().removeIf(key -> key.matches("(transforms|predicates).*"));
        assertThat(worker.configure(jobs.name, jobs.properties).status()).isEqualTo(200);
        jobs.resume();
        jobs.awaitTasks(1);

        // The second is seen when a whole cycle is over, which would have published all.
        for (String late : List.of("ft-late", "ft-later")) {
            jobs.world.account("dashscope").create(late);
            await().until(() -> jobs.keys().contains(late));
        }

        assertThat(jobs.keys()).containsOnly("ft-late", "ft-later");
    }

    /** And a dead letter that Connect wrote is published by the process. */
    @Test
    void movesOverFromTheProcessAndBackAndReplays() throws Exception {
        Path providers = Files.createDirectories(home.resolve("providers"));
        Files.writeString(providers.resolve("minimax-events.jslt"), Files.readString(Path.of("routes/minimax-events.jslt"))
                .replace("\"key\": $moment", "\"key\": (if (.level == \"warn\") [null] else $moment)"));
        jobs.properties.put("bridge.providers.directory", providers.toString());
        Map<String, String> keys = new TreeMap<>();
        jobs.properties.forEach((key, value) -> {
            if (key.matches("(bridge\\.kafka|dashscope|minimax)\\..*")) {
                keys.put(key, value);
            }
        });
        keys.putAll(Map.of("bridge.sink", "kafka", "bridge.kafka.brokers", broker.address(), "bridge.http.port", "0",
                "bridge.kafka.content-mode", "binary", "bridge.kafka.replication", "1", "bridge.kafka.state-topic", "state-" + jobs.name,
                "bridge.kafka.transactional-id", jobs.name));
        process("once", keys);
        String exported = process("state export", keys);
        JsonNode offsets = JSON.readTree(exported.substring(exported.indexOf("{\"offsets\""), exported.lastIndexOf("\n]}") + 3));

        assertThat(worker.send("POST", "/connectors", Map.of("name", jobs.name, "initial_state", "STOPPED", "config", jobs.properties))
                .status()).isEqualTo(201);
        worker.await(jobs.name, "STOPPED[]");
        ObjectNode one = JSON.createObjectNode();
        one.putArray("offsets").add(offsets.path("offsets").get(1));
        assertRefused(jobs.send("PATCH", "/offsets", one), "is not in the index");
        ConnectWorker.Answer patched = jobs.send("PATCH", "/offsets", offsets);
        assertThat(patched.status()).as(patched.body().toString()).isEqualTo(200);
        jobs.thingsHappen();
        jobs.resume();
        jobs.holdsEachFactOnceWhenAllIsRead();
        jobs.alive.publish("WARN", "not readable today");
        await().untilAsserted(() -> assertThat(jobs.deadLetters()).hasSize(1));
        assertThat(jobs.records()).noneMatch(record -> new String(record.value(), UTF_8).contains("not readable today"));

        jobs.stop();
        Path file = Files.writeString(home.resolve("offsets-" + jobs.name), jobs.send("GET", "/offsets", null).body().toString());
        keys.put("bridge.kafka.state-topic", "state-back-" + jobs.name);
        assertThat(process("state import " + file, keys)).contains("imported ");
        process("replay", keys);
        assertThat(jobs.records()).filteredOn(record -> new String(record.value(), UTF_8).contains("not readable today")).hasSize(1);
        jobs.thingsHappen();
        process("once", keys);
        jobs.holdsEachFactOnceWhenAllIsRead();
    }

    private static void assertRefused(ConnectWorker.Answer answer, String why) {
        assertThat(answer.status()).isGreaterThanOrEqualTo(400);
        assertThat(answer.body().toString()).contains(why);
    }

    private static String process(String verb, Map<String, String> keys) {
        try (BridgeProcess process = BridgeProcess.start(verb, keys, home)) {
            assertThat(process.exit(Connected.LONG)).as(process::output).isZero();
            return process.output();
        }
    }
}
