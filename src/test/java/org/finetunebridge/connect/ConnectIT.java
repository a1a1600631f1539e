package org.finetunebridge.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.finetunebridge.simulator.ExpectedFacts;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.finetunebridge.sink.kafka.BridgeProcess;
import org.finetunebridge.sink.kafka.Broker;
import org.finetunebridge.sink.kafka.ReceivedEvents;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The zip in real workers, which are killed; an independent reader of committed records counts. Another version of Connect:
 * {@code -Dconnect.version=4.1.1}.
 */
@Timeout(value = 120, unit = TimeUnit.MINUTES)
class ConnectIT {

    private static final int KILLS = Integer.getInteger("kills", 20);
    private static final Duration LONG = Duration.ofSeconds(180);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STRINGS = "org.apache.kafka.connect.storage.StringConverter";
    private static final String NAME = "jobs";

    @TempDir
    private static Path home;
    private static Broker broker;

    private final Simulation world = Simulation.empty();
    private final Random random = new Random(20_261_126);
    private final Map<String, String> properties = new TreeMap<>();
    private final String group = "connect-" + UUID.randomUUID();
    private final String events = "events-" + group;
    private final String deadLetters = "dead-letters-" + group;
    private FaultySandbox sandbox;
    private ConnectWorker worker;
    private SimulatedJob alive;

    @BeforeAll
    static void startBroker() {
        broker = Broker.start(home.resolve("broker"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void start() {
        world.account("dashscope").finished(10, 4, 0);
        world.account("minimax").finished(4, 0, 500);
        alive = world.account("minimax").create().become("RUNNING");
        sandbox = FaultySandbox.start(world);
        sandbox.faults().always("", Fault.slow(Duration.ofMillis(3)));
        properties.putAll(Map.of("connector.class", "org.finetunebridge.connect.FineTuneSourceConnector", "tasks.max", "2",
                "exactly.once.support", "required", "transaction.boundary", "connector",
                "key.converter", STRINGS, "value.converter", STRINGS, "header.converter", STRINGS,
                "topic.creation.default.partitions", "3", "topic.creation.default.replication.factor", "1"));
        properties.putAll(Map.of("bridge.kafka.topic", events, "bridge.kafka.dead-letter-topic", deadLetters,
                "bridge.connect.heartbeat-topic", "heartbeats-" + group));
        for (String source : List.of("dashscope", "minimax")) {
            properties.put(source + ".base-url", sandbox.url());
            properties.put(source + ".api-key", Simulation.KEY);
            properties.put(source + ".period", "1s");
        }
        broker.create(events, 3, Map.of());
        broker.create(deadLetters, 1, Map.of());
        worker = new ConnectWorker(broker.address(), home, group, Map.of());
    }

    @AfterEach
    void close() {
        worker.close();
        sandbox.close();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(500));
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
        worker.start();
        assertThat(worker.get("/connector-plugins").body().findValuesAsText("class"))
                .contains("org.finetunebridge.connect.FineTuneSourceConnector");
        Map<String, String> wrong = new TreeMap<>(properties);
        wrong.put("dashscope.perod", "1s");
        assertRefused(worker.configure("wrong", wrong), "did you mean dashscope.period?");
        sandbox.faults().end();
        world.account("dashscope").create("ft-refused");
        sandbox.faults().always(".*/ft-refused.*", Fault.status(404));
        run();
        await().untilAsserted(() -> assertThat(broker.read(deadLetters)).isNotEmpty());
        sandbox.faults().end();

        holdsEachFactOnceWhenAllIsRead();

        ConsumerRecord<byte[], byte[]> record = broker.read(events).get(0);
        Map<String, String> headers = headers(record);
        assertThat(headers).containsEntry("content-type", "application/json").containsEntry("ce_specversion", "1.0")
                .containsEntry("ce_subject", new String(record.key(), UTF_8));
        assertThat(json(record.value()).path("jobId").asText()).isEqualTo(headers.get("ce_subject"));
        assertThat(broker.read(deadLetters)).hasSize(1);
        assertThat(headers(broker.read(deadLetters).get(0))).containsEntry("ce_type", "org.finetunebridge.dead-letter.v1");
        JsonNode offsets = worker.get("/connectors/jobs/offsets").body().path("offsets");
        assertThat(offsets.findValuesAsText("job")).contains(alive.id());

        worker.send("PUT", "/connectors/jobs/stop", null);
        worker.await(NAME, "STOPPED[]");
        ObjectNode none = JSON.createObjectNode();
        none.putArray("offsets").addObject().putNull("offset").putObject("partition").put("source", "minimax").put("job", alive.id());
        assertRefused(worker.send("PATCH", "/connectors/jobs/offsets", none), "the index still lists the job");
        assertThat(worker.send("DELETE", "/connectors/jobs/offsets", null).status()).isEqualTo(200);
        assertThat(worker.get("/connectors/jobs/offsets").body().path("offsets")).isEmpty();
    }

    @Test
    void losesAndRepeatsNothingWhenTheWorkerIsKilledAgainAndAgain() {
        worker.start();
        run();
        for (int kill = 1; kill <= KILLS; kill++) {
            thingsHappen();
            if (kill % 2 == 0) {
                awaitMoreThan(broker.written(events));
                pause(random.nextInt(150));
            } else {
                pause(random.nextInt(4000));
            }
            worker.kill();
            thingsHappen();
            worker.start();
        }
        holdsEachFactOnceWhenAllIsRead();
        assertThat(broker.read(events).size()).isGreaterThan(KILLS);
    }

    @Test
    void losesAndRepeatsNothingWhenOneOfTwoWorkersIsKilled() {
        worker.start();
        try (var other = new ConnectWorker(broker.address(), home, group, Map.of("session.timeout.ms", "6000",
                "heartbeat.interval.ms", "1000", "rebalance.timeout.ms", "10000"))) {
            other.start();
            run();
            for (int kill = 1; kill <= Math.max(4, KILLS / 5); kill++) {
                thingsHappen();
                awaitMoreThan(broker.written(events));
                pause(random.nextInt(300));
                ConnectWorker dying = kill % 2 == 0 ? worker : other;
                dying.kill();
                thingsHappen();
                awaitMoreThan(broker.written(events));
                dying.start();
            }
            holdsEachFactOnceWhenAllIsRead();
        }
    }

    @Test
    void losesNothingOnAWorkerWithoutExactlyOnceAndSaysSo() {
        properties.keySet().removeAll(List.of("exactly.once.support", "transaction.boundary"));
        worker = new ConnectWorker(broker.address(), home, group, Map.of("exactly.once.source.support", "disabled",
                "offset.flush.interval.ms", "1000"));
        worker.start();
        run();
        for (int kill = 1; kill <= Math.max(4, KILLS / 5); kill++) {
            thingsHappen();
            awaitMoreThan(broker.written(events));
            pause(random.nextInt(1500));
            worker.kill();
            thingsHappen();
            worker.start();
        }
        await().untilAsserted(() -> received().withoutRepeats().holdAllOf(ExpectedFacts.visible(world)));
        received().withoutRepeats().holdEachFactOnce();
        assertThat(worker.log()).contains("Events are written at least once");
    }

    /** Connect ends a batch early then, and would commit what was sent of it, if the task had let it. */
    @Test
    void losesNothingWhenItIsStoppedWhileASendIsRetried() throws Exception {
        Path stuck = Files.createFile(home.resolve("stuck-" + group));
        StuckPartitioner.pack(ConnectWorker.plugins(home));
        properties.putAll(Map.of("bridge.sources", "minimax", "producer.override.partitioner.class", StuckPartitioner.class.getName(),
                "producer.override." + StuckPartitioner.FILE, stuck.toString(), "producer.override." + StuckPartitioner.TOPIC, events));
        properties.keySet().removeIf(key -> key.startsWith("dashscope."));
        worker.start();
        assertThat(worker.configure(NAME, properties).status()).isEqualTo(201);
        await().untilAsserted(() -> assertThat(broker.written(events)).isGreaterThanOrEqualTo(StuckPartitioner.SENT / 2));

        worker.send("PUT", "/connectors/jobs/stop", null);
        worker.await(NAME, "STOPPED[]");
        assertThat(broker.read(events).size()).as("committed, of pages that were sent whole").isLessThan(StuckPartitioner.SENT / 2);
        Files.delete(stuck);
        worker.send("PUT", "/connectors/jobs/resume", null);

        await().untilAsserted(() -> assertThat(received().all()).hasSizeGreaterThan(2000));
        Map<String, ExpectedFacts> all = ExpectedFacts.visible(world);
        all.keySet().removeIf(job -> world.account("minimax").job(job) == null);
        await().untilAsserted(() -> received().holdAllOf(all));
        received().holdEachFactOnce();
    }

    @Test
    void movesOverFromTheProcessAndBack() throws Exception {
        Map<String, String> keys = new TreeMap<>();
        properties.forEach((key, value) -> {
            if (key.matches("(bridge\\.kafka|dashscope|minimax)\\..*")) {
                keys.put(key, value);
            }
        });
        keys.putAll(Map.of("bridge.sink", "kafka", "bridge.kafka.brokers", broker.address(), "bridge.http.port", "0",
                "bridge.kafka.content-mode", "binary", "bridge.kafka.replication", "1", "bridge.kafka.state-topic", "state-" + group,
                "bridge.kafka.transactional-id", group));
        process("once", keys);
        String exported = process("state export", keys);
        JsonNode offsets = JSON.readTree(exported.substring(exported.indexOf("{\"offsets\""), exported.lastIndexOf("\n]}") + 3));

        worker.start();
        assertThat(worker.send("POST", "/connectors", Map.of("name", NAME, "initial_state", "STOPPED", "config", properties)).status())
                .isEqualTo(201);
        worker.await(NAME, "STOPPED[]");
        ObjectNode one = JSON.createObjectNode();
        one.putArray("offsets").add(offsets.path("offsets").get(1));
        assertRefused(worker.send("PATCH", "/connectors/jobs/offsets", one), "is not in the index");
        ConnectWorker.Answer patched = worker.send("PATCH", "/connectors/jobs/offsets", offsets);
        assertThat(patched.status()).as(patched.body().toString()).isEqualTo(200);
        thingsHappen();
        worker.send("PUT", "/connectors/jobs/resume", null);
        holdsEachFactOnceWhenAllIsRead();

        worker.send("PUT", "/connectors/jobs/stop", null);
        worker.await(NAME, "STOPPED[]");
        Path file = Files.writeString(home.resolve("offsets-" + group), worker.get("/connectors/jobs/offsets").body().toString());
        keys.put("bridge.kafka.state-topic", "state-back-" + group);
        assertThat(process("state import " + file, keys)).contains("imported ");
        thingsHappen();
        process("once", keys);
        holdsEachFactOnceWhenAllIsRead();
    }

    private static void assertRefused(ConnectWorker.Answer answer, String why) {
        assertThat(answer.status()).isGreaterThanOrEqualTo(400);
        assertThat(answer.body().toString()).contains(why);
    }

    private static String process(String verb, Map<String, String> keys) {
        try (BridgeProcess process = BridgeProcess.start(verb, keys, home)) {
            assertThat(process.exit(LONG)).as(process::output).isZero();
            return process.output();
        }
    }

    /** More to publish, so that there is something under way whenever somebody dies. */
    private void thingsHappen() {
        world.account("dashscope").finished(2, 4, 0);
        world.account("minimax").finished(3, 0, 300);
        for (int line = 0; line < 150; line++) {
            alive.publish("INFO", "step " + alive.events());
        }
    }

    private void run() {
        ConnectWorker.Answer answer = worker.configure(NAME, properties);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(201);
        worker.await(NAME, "RUNNING[RUNNING, RUNNING]");
    }

    private void holdsEachFactOnceWhenAllIsRead() {
        await().untilAsserted(() -> assertThat(received().all().size()).as(worker::log).isGreaterThanOrEqualTo(expected()));
        ReceivedEvents received = received();
        received.holdEachFactOnce();
        received.holdAllOf(ExpectedFacts.visible(world));
    }

    /** So many events at least. */
    private int expected() {
        return ExpectedFacts.visible(world).values().stream().mapToInt(job -> job.events().cardinality()
                + job.checkpoints().size()).sum();
    }

    /** As envelopes, whose attributes were headers. */
    private ReceivedEvents received() {
        return ReceivedEvents.of(broker.read(events).stream().map(record -> {
            ObjectNode event = JSON.createObjectNode();
            headers(record).forEach((name, value) -> event.put(name.replace("ce_", ""), value));
            return event.set("data", json(record.value())).toString();
        }).toList());
    }

    private static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
        Map<String, String> headers = new TreeMap<>();
        record.headers().forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
        return headers;
    }

    private static JsonNode json(byte[] text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitMoreThan(long before) {
        Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(broker.written(events)).as(worker::log).isGreaterThan(before));
    }

    /** Any moment is as good as another to die at. */
    private static void pause(int millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> System.nanoTime() > until);
    }
}
