package org.finetunebridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.deadletter.DeadLetter;
import org.finetunebridge.replay.DeadLetterReplayer;
import org.finetunebridge.replay.ReplayOutcome;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.sink.kafka.BrokerFixture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link ReplayIT} with the Kafka sink, in both content modes and by both deliveries. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ReplayKafkaIT extends BrokerFixture {

    private static final String UNREADABLE = "warning";
    private static final String ANOTHER = "about another job";

    @TempDir
    private Path folder;
    private final String topic = "events-" + UUID.randomUUID();

    @ParameterizedTest
    @CsvSource({"structured, exactly-once", "binary, exactly-once", "binary, at-least-once"})
    void keepsOnlyTheLettersThatItCannotPublish(String mode, String delivery) throws Exception {
        try (Rig rig = new Rig(folder, Instant.parse("2026-03-01T04:05:06Z")).source("minimax", "minimax")) {
            rig.with("bridge.sink", "kafka").with("bridge.kafka.brokers", broker.address()).with("bridge.kafka.topic", topic)
                    .with("bridge.kafka.dead-letter-topic", "dead-" + topic).with("bridge.kafka.state-topic", "state-" + topic)
                    .with("bridge.kafka.content-mode", mode).with("bridge.kafka.delivery", delivery);
            SimulatedJob job = rig.world.account("minimax").create().publish("INFO", "one").publish("WARN", UNREADABLE)
                    .publish("INFO", ANOTHER);
            rig.sandbox.faults().always("list_finetune_event", Fault.edited(text -> text.replaceAll(
                    "\\{\"id\":\"" + job.id() + "\"([^}]*" + ANOTHER + ")", "{\"id\":\"9999\"$1")));
            rig.route("minimax-events.jslt", Files.readString(Path.of("routes/minimax-events.jslt"))
                    .replace("\"key\": $moment", "\"key\": (if (.level == \"warn\") [null] else $moment)"));
            rig.once();
            assertThat(replay(rig).left()).isEqualTo(2);
            Files.delete(folder.resolve("routes/minimax-events.jslt"));
            List<String> before = events();

            ReplayOutcome first = replay(rig);
            ReplayOutcome second = replay(rig);

            assertThat(List.of(first.letters(), first.worked(), second.letters(), second.worked())).isEqualTo(List.of(2, 1, 1, 0));
            assertThat(second.reasons()).containsOnlyKeys("it is about another job than the one asked for");
            assertThat(events()).hasSize(before.size() + 1).startsWith(before.toArray(String[]::new)).doesNotHaveDuplicates();
            assertThat(events().get(before.size())).contains(UNREADABLE).contains("\"sequence\":2");
            assertThat(letters(rig)).singleElement().satisfies(letter -> {
                assertThat(letter.kind()).isEqualTo(DeadLetter.Kind.RECORD);
                assertThat(letter.record().path("message").asText()).isEqualTo(ANOTHER);
            });
        }
    }

    private List<String> events() {
        return broker.read(topic).stream().map(ConsumerRecord::value).map(value -> new String(value, UTF_8)).toList();
    }

    private static ReplayOutcome replay(Rig rig) throws Exception {
        try (Bridge bridge = rig.bridge(true)) {
            bridge.init();
            return new DeadLetterReplayer(bridge).run();
        }
    }

    private static List<DeadLetter> letters(Rig rig) throws Exception {
        try (Bridge bridge = rig.bridge(true).unwatched()) {
            bridge.init();
            return bridge.publisher().deadLetters().stream().map(DeadLetter::read).toList();
        }
    }
}
