package org.finetunebridge.sink.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.finetunebridge.Loopback;
import org.finetunebridge.simulator.ExpectedFacts;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.LoggedRequest;
import org.finetunebridge.simulator.SimulatedAccount;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.finetunebridge.sink.kafka.BridgeProcess;
import org.finetunebridge.sink.kafka.ReceivedEvents;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five hundred living jobs, and nearly every third answer a fault: {@code mvn verify -Dit.test=SoakIT
 * -Dsoak.minutes=10} is the long version.
 */
@Timeout(value = 120, unit = TimeUnit.MINUTES)
class SoakIT {

    private static final double MINUTES = Double.parseDouble(System.getProperty("soak.minutes", "0.3"));
    private static final int JOBS = 500;
    private static final Duration BAN = Duration.ofSeconds(3);
    /** For requests under way when the ban is spoken, on a busy machine. */
    private static final Duration UNDER_WAY = Duration.ofMillis(700);
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Map<String, String> NEXT = Map.of("PENDING", "QUEUED", "QUEUED", "RUNNING");

    private final Simulation world = Simulation.empty();
    private final FaultySandbox sandbox = FaultySandbox.start(world);
    private final ScheduledExecutorService time = Executors.newSingleThreadScheduledExecutor();
    private final Random random = new Random(20_260_303);
    private final List<SimulatedJob> alive = new ArrayList<>();
    private final Queue<Instant> bans = new ConcurrentLinkedQueue<>();
    private final AtomicLong faults = new AtomicLong();
    private final List<LoggedRequest> disobedient = new ArrayList<>();
    private final List<Long> heap = new ArrayList<>();
    private int ticks;
    private int spoken;
    private long asked;

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        time.shutdownNow();
        sandbox.close();
    }

    @Test
    void publishesEveryFactOnceWhateverGoesWrongForAWhile() throws Exception {
        int jmx = Loopback.freePort();
        misbehave();
        time.scheduleAtFixedRate(this::tick, 0, 20, TimeUnit.MILLISECONDS);
        try (BridgeProcess bridge = BridgeProcess.start("run", keys(), directory, List.of(), jmx(jmx))) {
            soak(bridge, jmx);
            time.shutdown();
            assertThat(time.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            asked = sandbox.requests().received();
            sandbox.faults().end();
            awaitPollCycles(bridge, 2);
            bridge.stop();
            assertThat(bridge.exit(Duration.ofSeconds(60))).as(bridge.output()).isZero();
        }
        var received = ReceivedEvents.of(lines());
        report(received);
        received.holdEachFactOnce();
        received.holdAllOf(sandbox.served());
        received.holdAllOf(ExpectedFacts.visible(world));
        assertThat(directory.resolve("dead-letters")).isEmptyDirectory();
        assertThat(disobedient).as("asked while they were asked to wait").isEmpty();
        assertThat(spoken).as("bans").isPositive();
        assertThat(heap.get(3)).as("heap after collection, at each quarter: %s", heap)
                .isLessThan(heap.get(0) * 3 / 2 + 10_000_000);
    }

    private void misbehave() {
        var banned = new Fault(Duration.ZERO, page -> page, answer -> bans.add(Instant.now()), false);
        sandbox.faults().sometimes(0.08, 1, ".", counted(Fault.status(503)))
                .sometimes(0.006, 2, "GET", counted(Fault.body(429, "{}").header("Retry-After", "3").and(banned)))
                .sometimes(0.03, 3, ".", counted(Fault.truncated()))
                .sometimes(0.05, 4, ".", counted(Fault.cut()))
                .sometimes(0.03, 5, ".", counted(Fault.drop()))
                .sometimes(0.07, 6, ".", counted(Fault.slow(Duration.ofMillis(300))))
                .sometimes(0.07, 7, ".", counted(Fault.problem("too-many")));
    }

    private Fault counted(Fault fault) {
        return fault.and(new Fault(Duration.ZERO, page -> page, answer -> faults.incrementAndGet(), true));
    }

    private void soak(BridgeProcess bridge, int jmx) {
        long quarter = (long) (MINUTES * 60_000 / 4);
        long began = System.nanoTime();
        for (int passed = 1; passed <= 4; passed++) {
            long end = began + TimeUnit.MILLISECONDS.toNanos(quarter * passed);
            await().atMost(Duration.ofMillis(quarter).plus(LONG)).pollInterval(Duration.ofSeconds(2)).until(() -> {
                assertThat(bridge.exit(Duration.ZERO)).as(bridge.output()).isNull();
                lookForDisobedience();
                return System.nanoTime() >= end;
            });
            heap.add(heapAfterCollection(jmx));
        }
        // A slow machine is asked less, and is banned later.
        await().atMost(LONG).pollInterval(Duration.ofMillis(300)).until(() -> {
            lookForDisobedience();
            return spoken > 0;
        });
    }

    /** Of the account with bans: between the answer that asked to wait and the moment it named, nothing comes. */
    private void lookForDisobedience() {
        Instant now = Instant.now();
        while (!bans.isEmpty() && bans.peek().plus(BAN).isBefore(now)) {
            Instant from = bans.remove();
            spoken++;
            disobedient.addAll(sandbox.requests().matching("^GET").stream().filter(request -> request.at().isAfter(
                    from.plus(UNDER_WAY)) && request.at().isBefore(from.plus(BAN))).toList());
        }
    }

    private void tick() {
        if (alive.size() < JOBS) {
            for (int some = 0; some < 10 && alive.size() < JOBS; some++) {
                alive.add(account(ticks++ % 2 == 0 ? "dashscope" : "minimax").create());
            }
        }
        SimulatedJob job = alive.get(random.nextInt(alive.size()));
        job.publish("INFO", "line " + ticks++);
        String next = NEXT.get(job.status());
        if (next != null) {
            job.become(next);
        } else if (account("dashscope").job(job.id()) != null && random.nextInt(6) > 0) {
            job.checkpoint("checkpoint-" + (1 + random.nextInt(5)) * 100, 100,
                    random.nextBoolean() ? "AVAILABLE_NOT_EXPORTED" : "READY");
        } else if (random.nextInt(6) == 0) {
            alive.remove(job.become(random.nextBoolean() ? "SUCCEEDED" : "FAILED"));
        }
    }

    private SimulatedAccount account(String provider) {
        return world.account(provider);
    }

    /** Whole ones: what is under way began before all was well. */
    private void awaitPollCycles(BridgeProcess bridge, int cycles) {
        for (String list : List.of("page_no=1&", "list_finetune_job .*\"after\":\"0\"")) {
            Instant now = Instant.now();
            await().atMost(LONG).pollInterval(Duration.ofMillis(300)).failFast(() -> bridge.exit(Duration.ZERO) != null)
                    .until(() -> sandbox.requests().matching(list).stream().filter(request -> request.at().isAfter(now))
                            .count() > cycles);
        }
    }

    private void report(ReceivedEvents received) {
        System.out.printf("soak of %.1f minutes: %d requests, %d of them answered with a fault, %d bans, %d jobs, %d facts, heap %s MB%n", MINUTES,
                asked, faults.get(), spoken, ExpectedFacts.visible(world).size(), received.all().size(),
                heap.stream().map(bytes -> bytes / 1_000_000).toList());
    }

    private static long heapAfterCollection(int port) {
        try (var jmx = JMXConnectorFactory.connect(new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port
                + "/jmxrmi"))) {
            var state = new ObjectName("java.lang:type=Memory");
            jmx.getMBeanServerConnection().invoke(state, "gc", null, null);
            return (long) ((CompositeData) jmx.getMBeanServerConnection().getAttribute(state, "HeapMemoryUsage"))
                    .get("used");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> jmx(int port) {
        return List.of("-Dcom.sun.management.jmxremote.port=" + port, "-Djava.rmi.server.hostname=127.0.0.1",
                "-Dcom.sun.management.jmxremote.host=127.0.0.1", "-Dcom.sun.management.jmxremote.authenticate=false",
                "-Dcom.sun.management.jmxremote.ssl=false");
    }

    private List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory.resolve("events"))) {
            for (Path file : files.filter(one -> one.toString().endsWith(".ndjson")).sorted().toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    private Map<String, String> keys() {
        Map<String, String> keys = new TreeMap<>(Map.of("bridge.sources", "dashscope,minimax", "bridge.http.port", "0",
                "bridge.file.directory", directory + "/events", "bridge.state.directory", directory + "/state",
                "bridge.dead-letter.directory", directory + "/dead-letters"));
        for (String source : List.of("dashscope", "minimax")) {
            keys.put(source + ".base-url", sandbox.url());
            keys.put(source + ".api-key", Simulation.KEY);
            keys.put(source + ".period", "2s");
        }
        return keys;
    }
}
