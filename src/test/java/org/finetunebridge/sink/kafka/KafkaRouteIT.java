package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.JobState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The route between the sink and the topics: as it is shipped, and as a user may have edited it. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class KafkaRouteIT extends BrokerFixture {

    private static final String TO_KAFKA = "        - to:\n            uri: kafka:";
    private static final String COPY = """
                    - wireTap:
                        uri: direct:copy
            """;
    private static final String SECOND_ROUTE = """

            - route:
                id: copy
                from:
                  uri: direct:copy
                  steps:
            """;

    private final String name = "t" + UUID.randomUUID();
    private final String events = name + ".events";
    private final String deadLetters = name + ".dead-letters";

    /** docs/start.md: whatever the configuration says of the real topics. */
    @Test
    void theDemoFillsTopicsOfItsOwn(@TempDir Path home) throws Exception {
        try (var demo = BridgeProcess.start("demo --kafka " + broker.address(), Map.of("bridge.http.port", "0", "bridge.kafka.topic", events,
                "bridge.kafka.brokers", "127.0.0.1:1"), home)) {
            await().atMost(Duration.ofMinutes(2)).ignoreExceptions().until(() -> !broker.read("demo.events").isEmpty());
            demo.stop();
            assertThat(demo.exit(Duration.ofMinutes(1))).isZero();
        }
        assertThat(broker.read("demo.events")).extracting(record -> new String(record.value(), UTF_8))
                .allMatch(event -> event.contains("\"account\":\"dashscope\"") || event.contains("\"account\":\"minimax\""));
        assertThat(home.resolve("data")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sendsThroughTheRouteOnceItRunsAndAroundItBefore(boolean exactlyOnce) {
        String logged = "        - to:\n            uri: mock:seen\n";
        try (var route = new SinkRoute(settings(exactlyOnce, Map.of()), edit(logged))) {
            route.sink().open();
            route.sink().write(List.of(page(1, 3)));
            assertThat(route.context().getEndpoint("mock:seen")).extracting("receivedCounter")
                    .as("lists of records").isEqualTo(exactlyOnce ? 1 : 2);
            route.context().stop();
            route.sink().write(List.of(page(4, 2)));
        }
        assertThat(published()).containsExactly(1, 2, 3, 4, 5);
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "true, 2", "false, 0", "false, 2"})
    void commitsNothingWhenTheRouteDropsRecords(boolean exactlyOnce, int kept) {
        String dropped = "        - setBody:\n            simple: \"${bodyAs(java.util.List).subList(0," + kept
                + ")}\"\n";
        try (var route = new SinkRoute(settings(exactlyOnce, Map.of()), edit(dropped))) {
            route.sink().open();
            assertThatExceptionOfType(SinkUnavailableException.class)
                    .isThrownBy(() -> route.sink().write(List.of(page(1, 3))))
                    .withMessageContaining("publish-kafka-send").withMessageContaining("handed on " + kept + " of ")
                    .withMessageContaining("nothing is committed");
            assertThat(route.sink().peek()).isEmpty();
        }
        assertThat(published()).hasSizeLessThanOrEqualTo(exactlyOnce ? 0 : kept);
    }

    @Test
    void commitsNothingWhenTheRouteSendsTwice() {
        UnaryOperator<String> twice = yaml -> yaml + yaml.substring(yaml.lastIndexOf("        - to:"));
        try (var route = new SinkRoute(settings(true, Map.of()), twice)) {
            route.sink().open();
            assertThatExceptionOfType(SinkUnavailableException.class)
                    .isThrownBy(() -> route.sink().write(List.of(page(1, 3))))
                    .withMessageContaining("not the next of its list");
        }
        assertThat(published()).isEmpty();
    }

    /** The copy comes while the list is sent, or afterwards: in neither case does a fact stand there twice. */
    @Test
    void publishesNothingTwiceWhenTheRouteSendsACopyAside() {
        UnaryOperator<String> copied = yaml -> edit(COPY).apply(yaml) + SECOND_ROUTE
                + yaml.substring(yaml.lastIndexOf("        - to:"));
        try (var route = new SinkRoute(settings(true, Map.of()), copied)) {
            for (int round = 0; round < 5; round++) {
                int known = known(route.sink());
                try {
                    route.sink().write(List.of(page(known + 1, 20)));
                } catch (SinkUnavailableException e) {
                    assertThat(e).hasMessageContaining("publish-kafka-send");
                }
            }
            int known = known(route.sink());
            assertThat(published()).containsExactlyElementsOf(IntStream.rangeClosed(1, known).boxed().toList());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void deadLettersTheRecordThatTheProducerFindsTooLargeAndPublishesTheOthersOnce(boolean exactlyOnce) {
        deadLettersTheLarge(exactlyOnce, Map.of(), 1_200_000, 1_100_000, "max.request.size");
        assertThat(published()).containsExactly(1, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void deadLettersTheRecordThatOnlyTheBrokerFindsTooLargeAndPublishesTheOthersOnce(boolean exactlyOnce) {
        broker.create(events, 1, Map.of("max.message.bytes", "20000"));
        deadLettersTheLarge(exactlyOnce, Map.of("batch.size", "1000"), 40_000, 30_000, "larger than");
        assertThat(published()).containsExactly(1, 2, 3);
    }

    private void deadLettersTheLarge(boolean exactlyOnce, Map<String, String> client, int size, int otherSize,
            String reason) {
        List<EncodedEvent> large = List.of(new EncodedEvent("job", new byte[size], Map.of()),
                new EncodedEvent("job", new byte[otherSize], Map.of()));
        List<EncodedEvent> blamed = new ArrayList<>();
        try (var route = new SinkRoute(settings(exactlyOnce, client)); var publisher = new Publisher(route.sink())) {
            SinkSession session = publisher.session();
            publisher.publish(new Batch(session, List.of(event(1), large.get(0), event(2), large.get(1), event(3)),
                    List.of(), List.of(state(3)), (event, why) -> {
                        assertThat(why).contains(reason);
                        blamed.add(event);
                        return event(90 + blamed.size());
                    }));
            assertThat(publisher.session()).as("the session lives on").isSameAs(session);
            publisher.close();
            assertThat(route.sink().open()).containsExactly(state(3));
        }
        assertThat(blamed).hasSize(2).allMatch(event -> large.stream().anyMatch(one -> one == event));
        assertThat(broker.read(deadLetters)).extracting(KafkaRouteIT::number).containsExactlyInAnyOrder(91, 92);
    }

    @Test
    void leavesNoTransactionOpenWhenTheRouteIsAtFault() {
        String later = "        - delay:\n            constant: \"1500\"\n";
        UnaryOperator<String> twice = yaml -> yaml + later + yaml.substring(yaml.lastIndexOf("        - to:"));
        try (var route = new SinkRoute(settings(true, Map.of()), twice)) {
            route.sink().open();
            assertThatExceptionOfType(SinkUnavailableException.class)
                    .isThrownBy(() -> route.sink().write(List.of(page(1, 200))));
            assertThat(route.sink().open()).isEmpty();
        }
    }

    // fixtures

    /** How far the state knows that the job was published, of a session that is opened for it. */
    private static int known(KafkaSink sink) {
        return await().atMost(Duration.ofMinutes(1)).ignoreExceptionsInstanceOf(SinkUnavailableException.class)
                .until(sink::open, state -> true).stream().mapToInt(JobState::graceReads).max().orElse(0);
    }

    private KafkaSettings settings(boolean exactlyOnce, Map<String, String> client) {
        return new KafkaSettings(broker.address(), events, deadLetters, name + ".state", exactlyOnce, false, 1, 1, name,
                client);
    }

    /** Puts steps before the one that sends. */
    private static UnaryOperator<String> edit(String steps) {
        return yaml -> {
            assertThat(yaml).contains(TO_KAFKA);
            return yaml.replace(TO_KAFKA, steps + TO_KAFKA);
        };
    }

    private static Batch page(int first, int size) {
        return new Batch(null, IntStream.range(first, first + size).mapToObj(KafkaRouteIT::event).toList(), List.of(),
                List.of(state(first + size - 1)));
    }

    private static EncodedEvent event(int number) {
        return new EncodedEvent("job", Integer.toString(number).getBytes(UTF_8), Map.of());
    }

    private static JobState state(int number) {
        return new JobState("source", "job", JobState.blank("source", "job").published(), number, null, Map.of(), null, null,
                null);
    }

    private List<Integer> published() {
        return broker.read(events).stream().map(KafkaRouteIT::number).toList();
    }

    private static int number(ConsumerRecord<byte[], byte[]> record) {
        return Integer.parseInt(new String(record.value(), UTF_8));
    }
}
