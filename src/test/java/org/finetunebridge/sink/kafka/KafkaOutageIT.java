package org.finetunebridge.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.finetunebridge.Loopback;
import org.finetunebridge.simulator.ExpectedFacts;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * There is no broker yet; it is killed and away for a while in the middle of a catch-up; it is away when the process is to
 * end. {@code mvn verify -Dit.test=KafkaOutageIT -Doutage=60} is the long version: three times a minute, in the middle of
 * 50,000 facts.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class KafkaOutageIT {

    private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("outage", 8));
    private static final int JOBS = OUTAGE.toSeconds() < 60 ? 8 : 100;
    private static final int OUTAGES = OUTAGE.toSeconds() < 60 ? 1 : 3;
    private static final int FACTS_A_JOB = 500;
    /** A job's lines, and the statuses that are derived from four of them. */
    private static final int LINES = FACTS_A_JOB - 4;
    private static final Duration LONG = Duration.ofMinutes(4);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(10);
    private static final long FLAT = 24 * 1024;

    @TempDir
    private Path directory;
    private final Simulation world = Simulation.empty();
    private final HttpClient http = HttpClient.newHttpClient();
    private final int port = Loopback.freePort();
    private Broker broker;
    private FaultySandbox sandbox;

    @BeforeEach
    void start() {
        world.account("minimax").finished(JOBS, 0, LINES);
        sandbox = FaultySandbox.start(world);
        broker = Broker.prepared(directory.resolve("broker"));
    }

    @AfterEach
    void close() {
        broker.close();
        sandbox.close();
    }

    @Test
    void losesAndRepeatsNothingSaysSoAndTakesNoMemory() throws Exception {
        int facts = JOBS * FACTS_A_JOB;
        try (BridgeProcess bridge = BridgeProcess.start("run", keys(), directory)) {
            await().atMost(LONG).until(() -> bridge.output().contains("nothing is read while nothing can be written"));
            assertThat(sandbox.requests().all()).as("back-pressure").isEmpty();
            broker.start();
            long calm = 0;
            for (int outage = 1; outage <= OUTAGES; outage++) {
                awaitFacts(outage * facts / (OUTAGES + 2), bridge);
                calm = goesAway(bridge);
            }
            awaitCommitted(facts, bridge);
            assertThat(Footprint.of(bridge).heap()).as("kB of heap, all published").isLessThan(calm + FLAT);
            broker.kill();
            int said = bridge.output().length();
            world.account("minimax").finished(1, 0, LINES);
            await().atMost(LONG).until(() -> bridge.output().indexOf("Kafka at", said) >= 0);
            stopsInTime(bridge);
        }
        broker.start();
        try (BridgeProcess bridge = BridgeProcess.start("run", keys(), directory)) {
            awaitCommitted(facts + FACTS_A_JOB, bridge);
            sandbox.faults().always("", Fault.slow(Duration.ofSeconds(50)));
            long before = sandbox.requests().received();
            await().atMost(LONG).until(() -> sandbox.requests().received() > before);
            stopsInTime(bridge);
        }
        var received = new ReceivedEvents(broker.read("finetune.events"));
        received.holdEachFactOnce();
        received.holdAllOf(ExpectedFacts.visible(world));
        assertThat(received.all()).hasSize(facts + FACTS_A_JOB);
    }

    /** Returns the live heap before, in kB. */
    private long goesAway(BridgeProcess bridge) throws Exception {
        Footprint before = Footprint.of(bridge);
        long since = System.nanoTime();
        broker.kill();
        awaitHealth(503, bridge);
        Duration noticed = Duration.ofNanos(System.nanoTime() - since);
        await().atMost(OUTAGE.multipliedBy(2)).until(() -> System.nanoTime() - since >= OUTAGE.toNanos());
        Footprint during = Footprint.of(bridge);
        assertThat(health(bridge)).as("health after %s", OUTAGE).isEqualTo(503);
        broker.start();
        awaitHealth(200, bridge);
        Footprint after = Footprint.of(bridge);
        System.out.println("away for " + OUTAGE + ", DOWN after " + noticed + "; heap and process: before " + before
                + ", during " + during + ", after " + after);
        assertThat(during.heap()).as("kB of heap").isLessThan(before.heap() + FLAT);
        assertThat(after.heap()).as("kB of heap").isLessThan(before.heap() + FLAT);
        return before.heap();
    }

    /** Whoever it waits for, be it the broker or a provider. */
    private static void stopsInTime(BridgeProcess bridge) {
        bridge.stop();
        assertThat(bridge.exit(LONGEST_STOP)).as(bridge::output).isZero();
    }

    /** Of those that were written, some may have been aborted with the broker. */
    private void awaitCommitted(int facts, BridgeProcess bridge) {
        await().atMost(LONG).pollInterval(Duration.ofMillis(500)).failFast(() -> bridge.exit(Duration.ZERO) != null)
                .until(() -> broker.read("finetune.events").size() >= facts);
    }

    private void awaitFacts(int facts, BridgeProcess bridge) {
        await().atMost(LONG).failFast(() -> bridge.exit(Duration.ZERO) != null)
                .until(() -> broker.written("finetune.events") >= facts);
    }

    private void awaitHealth(int status, BridgeProcess bridge) {
        await().atMost(LONG).untilAsserted(() -> assertThat(health(bridge)).as(bridge::output).isEqualTo(status));
    }

    private int health(BridgeProcess bridge) {
        assertThat(bridge.exit(Duration.ZERO)).as(bridge::output).isNull();
        try {
            return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/observe/health"))
                    .timeout(Duration.ofSeconds(20)).build(), BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private Map<String, String> keys() {
        Map<String, String> keys = new TreeMap<>(Map.of("bridge.sink", "kafka", "bridge.kafka.brokers",
                broker.address(), "bridge.kafka.replication", "1", "bridge.http.port", Integer.toString(port),
                "bridge.sources", "minimax", "minimax.base-url", sandbox.url(), "minimax.api-key", Simulation.KEY,
                "minimax.period", "1s"));
        keys.put("bridge.kafka.client.interceptor.classes", Dawdler.class.getName());
        return keys;
    }
}
