package org.finetunebridge.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.finetunebridge.simulator.ExpectedFacts;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.finetunebridge.sink.kafka.Broker;
import org.finetunebridge.sink.kafka.CommittedReader;
import org.finetunebridge.sink.kafka.ReceivedEvents;

/** One connector: the accounts that it reads, its topics, and an independent reader of what it commits. */
final class Connected implements AutoCloseable {

    static final Duration LONG = Duration.ofSeconds(300);
    /** Ends of transactions that two tasks may leave behind in two partitions, and some more: they count as written. */
    static final int MARKERS = 8;
    private static final Duration OFTEN = Duration.ofMillis(150);
    static final ObjectMapper JSON = new ObjectMapper();
    private static final String STRINGS = "org.apache.kafka.connect.storage.StringConverter";

    final Simulation world = Simulation.empty();
    final Map<String, String> properties = new TreeMap<>();
    final String name = "jobs-" + UUID.randomUUID();
    final String events = "events-" + name;
    final String deadLetters = "dead-letters-" + name;
    final FaultySandbox sandbox;
    final SimulatedJob alive;
    private final Random random = new Random(20_261_126);
    private final Map<String, ExpectedFacts> gone = new TreeMap<>();
    private final Broker broker;
    private final CommittedReader reader;
    private final ConnectWorker worker;
    private final List<ConnectWorker> workers;

    /** @param workers that it may run on; the first is asked about it */
    Connected(Broker broker, ConnectWorker... workers) {
        this.broker = broker;
        this.worker = workers[0];
        this.workers = List.of(workers);
        world.account("dashscope").finished(10, 4, 0);
        world.account("minimax").finished(4, 0, 500);
        alive = world.account("minimax").create().become("RUNNING");
        sandbox = FaultySandbox.start(world);
        sandbox.faults().always("", Fault.slow(Duration.ofMillis(3)));
        properties.putAll(Map.of("connector.class", "org.finetunebridge.connect.FineTuneSourceConnector", "tasks.max", "2",
                "exactly.once.support", "required", "transaction.boundary", "connector",
                "key.converter", STRINGS, "value.converter", STRINGS, "header.converter", STRINGS,
                "topic.creation.default.partitions", "1", "topic.creation.default.replication.factor", "1"));
        properties.putAll(Map.of("bridge.kafka.topic", events, "bridge.kafka.dead-letter-topic", deadLetters,
                "bridge.connect.heartbeat-topic", "heartbeats-" + name));
        for (String source : List.of("dashscope", "minimax")) {
            properties.put(source + ".base-url", sandbox.url());
            properties.put(source + ".api-key", Simulation.KEY);
            properties.put(source + ".period", "1s");
        }
        broker.create(events, 2, Map.of());
        broker.create(deadLetters, 1, Map.of());
        // A broker that is busy may refuse a topic for a moment, and Connect would fail the task.
        broker.create(properties.get("bridge.connect.heartbeat-topic"), 1, Map.of("cleanup.policy", "compact"));
        reader = broker.reader(events);
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(200));
    }

    /** Reads this account alone, with one task. */
    void only(String source) {
        properties.putAll(Map.of("bridge.sources", source, "tasks.max", "1"));
        properties.keySet().removeIf(key -> key.matches("(dashscope|minimax)\\..*") && !key.startsWith(source + '.'));
        List.of("dashscope", "minimax").forEach(other -> {
            if (!other.equals(source)) {
                List.copyOf(world.account(other).jobs()).forEach(world.account(other)::forget);
            }
        });
    }

    /** Creates the connector, or changes it, and waits until so many tasks run. */
    void run(int tasks) {
        ConnectWorker.Answer answer = worker.configure(name, properties);
        assertThat(answer.status()).as(answer.body().toString()).isBetween(200, 201);
        awaitTasks(tasks);
    }

    void awaitTasks(int tasks) {
        worker.await(name, "RUNNING[" + String.join(", ", Collections.nCopies(tasks, "RUNNING")) + "]");
    }

    /** Stops it, and waits for that. */
    void stop() {
        send("PUT", "/stop", null);
        worker.await(name, "STOPPED[]");
    }

    void resume() {
        send("PUT", "/resume", null);
    }

    /** Asks the worker about the connector. */
    ConnectWorker.Answer send(String method, String path, Object body) {
        return worker.send(method, "/connectors/" + name + path, body);
    }

    JsonNode offsets() {
        return send("GET", "/offsets", null).body().path("offsets");
    }

    /** The offset of a job as GET shows it; missing if there is none. */
    JsonNode offset(String job) {
        for (JsonNode one : offsets()) {
            if (one.at("/partition/job").asText().equals(job)) {
                return one;
            }
        }
        return JSON.missingNode();
    }

    /** More to publish, so that there is something under way whenever somebody dies. */
    void thingsHappen() {
        world.account("dashscope").finished(1, 4, 0);
        world.account("minimax").finished(2, 0, 200);
        for (int line = 0; line < 120; line++) {
            alive.publish("INFO", "step " + alive.events());
        }
    }

    /** The provider lists the job no more; what was published of it stays. */
    void forget(SimulatedJob job) {
        gone.put(job.id(), ExpectedFacts.visible(world).get(job.id()));
        world.account("minimax").forget(job);
    }

    Map<String, ExpectedFacts> expected() {
        Map<String, ExpectedFacts> all = ExpectedFacts.visible(world);
        all.putAll(gone);
        return all;
    }

    void holdsEachFactOnceWhenAllIsRead() {
        holdsEachFactOnceWhenAllIsRead(() -> { });
    }

    /** @param meanwhile what an operator does until then */
    void holdsEachFactOnceWhenAllIsRead(Runnable meanwhile) {
        awaitAll(meanwhile);
        ReceivedEvents received = received();
        received.holdEachFactOnce();
        received.holdAllOf(expected());
    }

    /** Waits until there are as many events as there have to be at least, and then for each of them. */
    void awaitAll() {
        awaitAll(() -> { });
    }

    private void awaitAll(Runnable meanwhile) {
        int least = expected().values().stream().mapToInt(job -> job.events().cardinality() + job.checkpoints().size()).sum();
        await().untilAsserted(() -> {
            meanwhile.run();
            assertThat(records().size()).as(this::trouble).isGreaterThanOrEqualTo(least);
        });
        await().untilAsserted(() -> {
            meanwhile.run();
            received().withoutRepeats().holdAllOf(expected());
        });
    }

    /**
     * As an operator does: a worker asks the leader to fence a task's former producer, and gives the task up if that leader
     * has just died. Connect starts no failed task again by itself. A task that failed of anything else stays as it is.
     */
    void restartTasksOfADeadLeader() {
        for (ConnectWorker one : workers) {
            try {
                for (JsonNode task : one.send("GET", "/connectors/" + name + "/status", null).body().path("tasks")) {
                    if (task.path("state").asText().equals("FAILED")
                            && task.path("trace").asText().contains("IO Error trying to forward REST request")) {
                        one.send("POST", "/connectors/" + name + "/tasks/" + task.path("id").asInt() + "/restart", null);
                    }
                }
            } catch (UncheckedIOException e) {
                // It is the one that was killed, or it starts.
            }
        }
    }

    private String trouble() {
        return workers.stream().map(one -> "\n" + one.log()).collect(Collectors.joining());
    }

    List<ConsumerRecord<byte[], byte[]>> records() {
        return reader.all();
    }

    List<ConsumerRecord<byte[], byte[]>> deadLetters() {
        return broker.read(deadLetters);
    }

    /** The keys of the events: ids of jobs. */
    List<String> keys() {
        return records().stream().map(record -> new String(record.key(), UTF_8)).toList();
    }

    /** As envelopes, whose attributes were headers. */
    ReceivedEvents received() {
        return ReceivedEvents.of(records().stream().map(record -> {
            ObjectNode event = JSON.createObjectNode();
            headers(record).forEach((name, value) -> event.put(name.replace("ce_", ""), value));
            return event.set("data", json(record.value())).toString();
        }).toList());
    }

    static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
        Map<String, String> headers = new TreeMap<>();
        record.headers().forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
        return headers;
    }

    static JsonNode json(byte[] text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long written() {
        return broker.written(events);
    }

    /** Has more happen, and waits until some was written, be it committed or not. A fast task may have written all by then. */
    void moreHappensAndIsWritten() {
        moreHappensAndIsWritten(OFTEN, () -> { });
    }

    /** @param meanwhile what an operator does until then, so often */
    void moreHappensAndIsWritten(Duration often, Runnable meanwhile) {
        long before = written();
        thingsHappen();
        awaitMoreThan(before + MARKERS, often, meanwhile);
    }

    /** Waits until more was written than that, be it committed or not. */
    void awaitMoreThan(long before) {
        awaitMoreThan(before, OFTEN, () -> { });
    }

    /** @param meanwhile what an operator does until then, so often */
    void awaitMoreThan(long before, Duration often, Runnable meanwhile) {
        Awaitility.await().atMost(LONG).pollInterval(often).untilAsserted(() -> {
            meanwhile.run();
            assertThat(written()).as(this::trouble).isGreaterThan(before);
        });
    }

    /** Any moment is as good as another to die at. */
    void pause(int most) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(most));
        Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(20)).until(() -> System.nanoTime() > until);
    }

    @Override
    public void close() {
        reader.close();
        sandbox.close();
    }
}
