package org.finetunebridge.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.simulator.ExpectedFacts;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.Simulation;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.sink.SinkUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Of two instances that stand by for one another one is active, and the other follows. docs/runbooks.md has the times that
 * {@code -Dsession=10000} measures, which is what it is without it.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class StandbyIT extends BrokerFixture {

    private static final Duration LONG = Duration.ofSeconds(90);
    private static final int SESSION = Integer.getInteger("session", 3000);

    @TempDir
    private Path directory;

    @Test
    void takesOverFromOneThatIsKilledAndPublishesEachFactOnce() {
        Simulation world = Simulation.empty();
        world.account("dashscope").finished(3, 2, 0);
        try (FaultySandbox sandbox = FaultySandbox.start(world); BridgeProcess first = run(sandbox)) {
            await().atMost(LONG).untilAsserted(() -> assertThat(broker.written("events")).as(first::output).isPositive());
            try (BridgeProcess second = run(sandbox)) {
                await().atMost(LONG).untilAsserted(() -> assertThat(second.output()).contains("INFO  Bridge  Nothing is polled: this instance stands by: another one of the"
                        + " group pair"));
                world.account("dashscope").finished(2, 2, 0);
                int before = world.account("dashscope").jobs().size();
                await().atMost(LONG).until(() -> jobs() == before);
                assertThat(first.output() + second.output()).doesNotContain("took over");

                first.close();
                world.account("dashscope").finished(2, 2, 0);
                long began = System.nanoTime();
                await().atMost(LONG).failFast(() -> second.exit(Duration.ZERO) != null).until(() -> jobs() == before + 2);
                System.out.println("StandbyIT: first event " + (System.nanoTime() - began) / 1_000_000 + " ms after the kill");

                second.stop();
                assertThat(second.exit(LONG)).as(second::output).isZero();
            }
        }
        var received = new ReceivedEvents(broker.read("events"));
        received.holdEachFactOnce();
        received.holdAllOf(ExpectedFacts.visible(world));
    }

    /** Somebody has to mend that before it is needed. */
    @Test
    void warnsOfWhatWouldKeepItFromTakingOver() throws IOException {
        Path state = Files.createDirectories(directory.resolve("state/lock")).getParent();
        Map<String, String> keys = Map.of("bridge.sources", "dashscope", "bridge.http.port", "0", "bridge.standby", "true",
                "bridge.state.directory", state.toString(), "dashscope.base-url", "http://127.0.0.1:1", "dashscope.api-key", Simulation.KEY);
        try (BridgeProcess bridge = BridgeProcess.start("run", keys, directory)) {
            await().atMost(LONG).failFast(() -> bridge.exit(Duration.ZERO) != null).untilAsserted(() -> assertThat(bridge.output())
                    .contains("WARN  Bridge  Nothing is polled: cannot open the files").contains(state.toString()));
        }
    }

    /** And whoever comes first stays, however many come. */
    @Test
    void followsAtOnceOneThatLeaves() {
        try (SinkRoute one = route(); SinkRoute two = route(); SinkRoute three = route()) {
            one.sink().open();
            assertStandsBy(two.sink());
            assertStandsBy(three.sink());
            one.sink().close();
            one.sink().open();
            assertStandsBy(two.sink());
            one.sink().close();
            one.sink().resign();

            long began = System.nanoTime();
            await().atMost(LONG).ignoreExceptionsInstanceOf(SinkUnavailableException.class).until(() -> {
                two.sink().open();
                return true;
            });
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            System.out.println("StandbyIT: open " + took.toMillis() + " ms after the other one left");
            assertThat(took).isLessThan(Duration.ofSeconds(9));
            assertStandsBy(three.sink());
            two.sink().resign();
            three.sink().resign();
        }
    }

    private static void assertStandsBy(Sink sink) {
        assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(sink::open).withMessageContaining("stands by: another one");
    }

    private SinkRoute route() {
        var route = new SinkRoute(new KafkaSettings(broker.address(), "e", "d", "s", true, false, 1, 1, "three", Map.of()));
        route.sink().standby(true);
        return route;
    }

    private long jobs() {
        return broker.read("events").stream().map(record -> new String(record.key())).distinct().count();
    }

    private BridgeProcess run(FaultySandbox sandbox) {
        Map<String, String> keys = new TreeMap<>(Map.of("bridge.sources", "dashscope", "bridge.sink", "kafka", "bridge.kafka.brokers",
                broker.address(), "bridge.http.port", "0", "bridge.standby", "true", "bridge.kafka.topic", "events",
                "bridge.kafka.transactional-id", "pair", "dashscope.base-url", sandbox.url(), "dashscope.api-key", Simulation.KEY,
                "dashscope.period", "1s"));
        keys.put("bridge.kafka.client.session.timeout.ms", Integer.toString(SESSION));
        keys.put("bridge.kafka.client.heartbeat.interval.ms", Integer.toString(SESSION / 4));
        return BridgeProcess.start("run", keys, directory);
    }
}
