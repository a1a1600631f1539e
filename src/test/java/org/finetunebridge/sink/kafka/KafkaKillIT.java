package org.finetunebridge.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.finetunebridge.simulator.ExpectedFacts;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process dies, a second process comes: a reader of committed records sees each fact once. The broker dies in {@link
 * KafkaOutageIT}. {@code mvn verify -Dit.test=KafkaKillIT -Dkills=200} is the long version.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class KafkaKillIT extends BrokerFixture {

    private static final int KILLS = Integer.getInteger("kills", 2);
    private static final Duration LONG = Duration.ofSeconds(180);
    private static final int PARTITIONS = 3;

    @TempDir
    private Path directory;
    private final Simulation world = Simulation.empty();
    private final Random random = new Random(20261122);
    private final Map<String, String> keys = new TreeMap<>();
    private final String events = "events-" + UUID.randomUUID();
    private final String deadLetters = "dead-letters-" + UUID.randomUUID();
    private FaultySandbox sandbox;
    private SimulatedJob alive;

    @BeforeEach
    void start() {
        world.account("dashscope").finished(10, 4, 0);
        world.account("minimax").finished(3, 0, 300);
        alive = world.account("minimax").create().become("RUNNING");
        sandbox = FaultySandbox.start(world);
        sandbox.faults().always("", Fault.slow(Duration.ofMillis(3)));
        broker.create(events, PARTITIONS, Map.of());
        configure();
    }

    @AfterEach
    void close() {
        sandbox.close();
    }

    @Test
    void losesAndRepeatsNothingWhenTheProcessIsKilledAgainAndAgain() {
        killAgainAndAgain(KILLS);
        assertThatEachFactIsPublishedOnce();
    }

    @Test
    void losesNothingWithoutTransactionsAndThenEachFactIsThereOnceUnderItsId() {
        keys.put("bridge.kafka.delivery", "at-least-once");
        killAgainAndAgain(Math.max(2, KILLS / 2));
        ReceivedEvents received = caughtUp();
        received.withoutRepeats().holdEachFactOnce();
        received.withoutRepeats().holdAllOf(ExpectedFacts.visible(world));
    }

    @Test
    void leavesTheFieldToTheSecondInstance() {
        try (BridgeProcess first = run()) {
            awaitMoreThan(0, first);
            try (BridgeProcess second = run()) {
                await().atMost(LONG).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
                    alive.publish("INFO", "step " + alive.events());
                    assertThat(first.output()).as(second::output).contains("another instance took over");
                });
                long before = written();
                thingsHappen();
                awaitMoreThan(before, second);
                assertThat(second.output()).doesNotContain("another instance");
                second.stop();
                assertThat(second.exit(LONG)).as(second.output()).isZero();
            }
        }
        assertThatEachFactIsPublishedOnce();
    }

    /** More to tell, so that there is something under way whenever somebody dies. */
    private void thingsHappen() {
        world.account("dashscope").finished(2, 4, 0);
        world.account("minimax").finished(2, 0, 150);
        for (int line = 0; line < 80; line++) {
            alive.publish("INFO", "step " + alive.events());
        }
    }

    /** Every second time in the middle of its writing, else at any moment, its start included. */
    private void killAgainAndAgain(int kills) {
        for (int kill = 1; kill <= kills; kill++) {
            thingsHappen();
            try (BridgeProcess bridge = run()) {
                if (kill % 2 == 0) {
                    awaitMoreThan(written(), bridge);
                }
                assertThat(bridge.exit(Duration.ofMillis(random.nextInt(kill % 2 == 0 ? 150 : 4000))))
                        .as(bridge.output()).isNull();
            }
        }
    }

    private void assertThatEachFactIsPublishedOnce() {
        ReceivedEvents received = caughtUp();
        received.holdEachFactOnce();
        received.holdAllOf(ExpectedFacts.visible(world));
        assertThat(broker.read(deadLetters)).isEmpty();
    }

    private ReceivedEvents caughtUp() {
        try (BridgeProcess once = BridgeProcess.start("once", keys, directory)) {
            assertThat(once.exit(Duration.ofMinutes(5))).as(once.output()).isZero();
        }
        return new ReceivedEvents(broker.read(events));
    }

    private BridgeProcess run() {
        return BridgeProcess.start("run", keys, directory);
    }

    private void awaitMoreThan(long before, BridgeProcess bridge) {
        await().atMost(LONG).failFast(() -> bridge.exit(Duration.ZERO) != null)
                .untilAsserted(() -> assertThat(written()).as(bridge::output).isGreaterThan(before));
    }

    private long written() {
        return broker.written(events);
    }

    private void configure() {
        keys.putAll(Map.of("bridge.sink", "kafka", "bridge.kafka.brokers", broker.address(), "bridge.http.port", "0",
                "bridge.kafka.topic", events, "bridge.kafka.dead-letter-topic", deadLetters, "bridge.kafka.state-topic",
                "state-" + events, "bridge.kafka.transactional-id", "bridge-" + events));
        keys.put("bridge.kafka.client.interceptor.classes", Dawdler.class.getName());
        for (String source : new String[] {"dashscope", "minimax"}) {
            keys.put(source + ".base-url", sandbox.url());
            keys.put(source + ".api-key", Simulation.KEY);
            keys.put(source + ".period", "1s");
        }
    }
}
