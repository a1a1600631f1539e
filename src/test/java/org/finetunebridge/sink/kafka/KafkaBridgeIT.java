package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.finetunebridge.CompatibilityWorld;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.simulator.ExpectedFacts;
import org.finetunebridge.simulator.Sandbox;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From the provider's answer to the topic, by either delivery. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class KafkaBridgeIT extends BrokerFixture {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EXACTLY_ONCE = "exactly-once";
    private static final String AT_LEAST_ONCE = "at-least-once";

    private final String events = "events-" + UUID.randomUUID();
    private final String deadLetters = "dead-letters-" + UUID.randomUUID();
    private final Simulation world = Simulation.empty();
    private Sandbox sandbox;

    @BeforeEach
    void start() {
        sandbox = Sandbox.start(world);
    }

    @AfterEach
    void close() {
        sandbox.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {EXACTLY_ONCE, AT_LEAST_ONCE})
    void publishesEachFactOnceAlsoAfterARestart(String delivery) throws Exception {
        world.account("dashscope").finished(12, 3, 0);
        world.account("minimax").finished(4, 0, 250);
        assertThat(once(Map.of("bridge.kafka.delivery", delivery))).containsExactly(new CycleResult(12, 0, null),
                new CycleResult(4, 0, null));
        world.account("minimax").finished(1, 0, 120);
        once(Map.of("bridge.kafka.delivery", delivery));

        var received = new ReceivedEvents(broker.read(events));
        received.holdEachFactOnce();
        received.holdAllOf(ExpectedFacts.visible(world));
        assertThat(broker.read(deadLetters)).isEmpty();
        assertThat(broker.read(events)).allSatisfy(record -> {
            assertThat(new String(record.key(), UTF_8)).isEqualTo(json(record).path("subject").asText());
            assertThat(header(record, "content-type")).isEqualTo("application/cloudevents+json; charset=UTF-8");
            assertThat(record.headers()).hasSize(1);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {EXACTLY_ONCE, AT_LEAST_ONCE})
    void deadLettersALineThatIsTooLargeOnceAndPublishesTheOthers(String delivery) throws Exception {
        SimulatedJob job = world.account("minimax").create().become("RUNNING").publish("INFO", "small")
                .publish("INFO", "x".repeat(1_200_000)).publish("INFO", "small again");
        world.account("minimax").finished(3, 0, 30);
        for (int run = 0; run < 2; run++) {
            assertThat(once(Map.of("bridge.kafka.delivery", delivery, "dashscope.api-key", "")))
                    .containsExactly(new CycleResult(4, 0, null));
        }

        List<JsonNode> lines = broker.read(events).stream().map(KafkaBridgeIT::json)
                .filter(event -> event.path("subject").asText().equals(job.id()))
                .filter(event -> event.path("data").has("sequence")).toList();
        assertThat(lines).extracting(event -> event.at("/data/sequence").asInt()).containsExactly(0, 1, 2, 4);
        assertThat(broker.read(events)).hasSize(4 + 2 + 3 * (30 + 4));
        assertThat(broker.read(deadLetters)).singleElement().satisfies(record -> {
            JsonNode data = json(record).path("data");
            assertThat(record.value()).hasSizeLessThan(100_000);
            assertThat(data.path("jobId").asText()).isEqualTo(job.id());
            assertThat(data.path("stage").asText()).isEqualTo("publish");
            assertThat(data.at("/error/message").asText()).contains("max.request.size");
            assertThat(data.path("payload").asText()).contains("xxxxx");
            assertThat(data.path("payloadTruncated").asBoolean()).isTrue();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {EXACTLY_ONCE, AT_LEAST_ONCE})
    void writesTheAttributesAsHeadersInBinaryMode(String delivery) throws Exception {
        SimulatedJob job = world.account("dashscope").finished(1, 0, 0).jobs().get(0);
        once(Map.of("bridge.kafka.delivery", delivery, "bridge.kafka.content-mode", "binary"));

        assertThat(broker.read(events)).singleElement().satisfies(record -> {
            assertThat(header(record, "content-type")).isEqualTo("application/json");
            assertThat(header(record, "ce_specversion")).isEqualTo("1.0");
            assertThat(header(record, "ce_type")).isEqualTo("org.finetunebridge.job.status-changed.v1");
            assertThat(header(record, "ce_source")).isEqualTo("urn:finetune:dashscope:dashscope");
            assertThat(header(record, "ce_subject")).isEqualTo(job.id());
            assertThat(header(record, "ce_id")).isNotEmpty();
            assertThat(record.headers().headers("ce_datacontenttype")).isEmpty();
            assertThat(json(record).path("jobId").asText()).isEqualTo(job.id());
        });
    }

    static Stream<Path> versions() {
        return CompatibilityWorld.versions("kafka");
    }

    /** docs/compatibility.md */
    @ParameterizedTest
    @MethodSource("versions")
    void continuesFromTheStateTopicOfAnEarlierVersion(Path kept) throws Exception {
        broker.create("state-" + events, 1, Map.of("cleanup.policy", "compact"));
        try (var producer = broker.producer(Map.of())) {
            for (String line : CompatibilityWorld.lines(kept.resolve("state.ndjson"))) {
                JsonNode record = JSON.readTree(line);
                producer.send(new ProducerRecord<>("state-" + events, record.get(0).asText().getBytes(ISO_8859_1),
                        record.get(1).asText().getBytes(UTF_8))).get();
            }
        }
        try (CompatibilityWorld kind = CompatibilityWorld.kept()) {
            kind.goOn();
            once(kind.keys(), () -> CompatibilityWorld.later(kept));
        }
        CompatibilityWorld.assertContinued(kept, CompatibilityWorld.lines(kept.resolve("published.txt")),
                broker.read(events).stream().map(KafkaBridgeIT::json).toList());
        assertThat(broker.read(deadLetters)).isEmpty();
    }

    private List<CycleResult> once(Map<String, String> more) throws Exception {
        return once(more, Clock.systemUTC());
    }

    private List<CycleResult> once(Map<String, String> more, InstantSource clock) throws Exception {
        Map<String, String> keys = new TreeMap<>(Map.of("bridge.sink", "kafka", "bridge.kafka.brokers",
                broker.address(), "bridge.http.port", "0", "dashscope.base-url", sandbox.url(), "dashscope.api-key",
                Simulation.KEY, "minimax.base-url", sandbox.url(), "minimax.api-key", Simulation.KEY));
        keys.putAll(Map.of("bridge.kafka.topic", events, "bridge.kafka.dead-letter-topic", deadLetters,
                "bridge.kafka.state-topic", "state-" + events));
        keys.putAll(more);
        world.account("dashscope");
        world.account("minimax");
        var files = new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(), List.of());
        try (Bridge bridge = new Bridge(files, keys, true, clock)) {
            bridge.init();
            bridge.start();
            for (SourcePoller poller : bridge.pollers()) {
                poller.awaitFirstCycle();
            }
            return bridge.pollers().stream().map(SourcePoller::result).toList();
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    private static JsonNode json(ConsumerRecord<byte[], byte[]> record) {
        try {
            return JSON.readTree(record.value());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
