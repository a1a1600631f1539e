package org.finetunebridge;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.polling.PollClock;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.Simulation;

/** A bridge and its providers in one process: a world, the sandbox that shows it, and a folder for what comes of it. */
final class Rig implements AutoCloseable {

    final Simulation world;
    final FaultySandbox sandbox;
    private final Path folder;
    private final Map<String, String> configuration = new TreeMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<Bridge> started = new ArrayList<>();
    private final Map<String, JsonNode> parsed = new ConcurrentHashMap<>();
    private volatile Instant now;
    private InstantSource clock = InstantSource.system();
    private long drift;

    /** A world that lives by a clock of its own. */
    Rig(Path folder, Simulation world) {
        this(folder, world, null);
    }

    /** A world that stands still until {@link #pass}. */
    Rig(Path folder, Instant now) {
        this(folder, null, now);
    }

    private Rig(Path folder, Simulation world, Instant now) {
        this.folder = folder;
        this.now = now;
        this.world = world == null ? Simulation.at(this::now) : world;
        this.sandbox = FaultySandbox.start(this.world);
        with("bridge.file.directory", folder.resolve("events").toString());
        with("bridge.dead-letter.directory", folder.resolve("dead-letters").toString());
        with("bridge.state.directory", folder.resolve("state").toString());
        // Nobody looks at the MBeans of these bridges, and they take a third of a start.
        with("camel.main.jmxEnabled", "false");
    }

    /** A clock on which waits pass so many times faster. */
    static PollClock hastening(int times) {
        Instant start = Instant.now();
        long began = System.nanoTime();
        return new PollClock() {
            @Override
            public Instant instant() {
                return start.plusNanos(nanos());
            }

            @Override
            public long nanos() {
                return (System.nanoTime() - began) * times;
            }
        };
    }

    /** A clock that is so far ahead: when that changes, time has passed. */
    static PollClock ahead(AtomicReference<Duration> by) {
        long began = System.nanoTime();
        return new PollClock() {
            @Override
            public Instant instant() {
                return Instant.now().plus(by.get());
            }

            @Override
            public long nanos() {
                return System.nanoTime() - began + by.get().toNanos();
            }
        };
    }

    /** What is awaited happens in this process, and soon: it is looked for more often than by default. */
    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(10));
    }

    /** What time it is in a world that stands still. */
    Instant now() {
        return now;
    }

    /** Time passes in a world that stands still. */
    Rig pass(Duration time) {
        now = now.plus(time);
        return this;
    }

    /** Sets a key; null takes it back. */
    Rig with(String key, String value) {
        if (value == null) {
            configuration.remove(key);
        } else {
            configuration.put(key, value);
        }
        return this;
    }

    /** The bridge goes by this clock; time in it may fly. */
    Rig clock(InstantSource source) {
        clock = source;
        return this;
    }

    /** A source at the sandbox, with the default key. */
    Rig source(String name, String provider) {
        names.add(name);
        with("bridge.sources", String.join(",", names));
        return with(name + ".provider", provider).with(name + ".api-key", Simulation.KEY)
                .with(name + ".account", provider.equals("fireworks") ? "sandbox" : null)
                .with(name + ".access-key", provider.equals("qianfan") ? Simulation.KEY : null)
                .with(name + ".base-url", sandbox.url(provider));
    }

    /** One catch-up by a new bridge, as after a restart; how it went, source by source. */
    List<CycleResult> once() throws Exception {
        try (Bridge bridge = bridge(true)) {
            bridge.init();
            bridge.start();
            List<CycleResult> tallies = new ArrayList<>();
            for (SourcePoller poller : bridge.pollers()) {
                poller.awaitFirstCycle();
                tallies.add(poller.result());
            }
            drift = bridge.pollers().stream().mapToLong(poller -> drift(bridge, poller)).sum();
            return tallies;
        }
    }

    private static long drift(Bridge bridge, SourcePoller poller) {
        return bridge.accounts().of(poller.source().name()).detector().drift().count();
    }

    /** How many unknown fields and statuses the last catch-up met. */
    long drift() {
        return drift;
    }

    /** A bridge that watches until it is closed, or until the rig is. */
    Bridge watching() throws IOException {
        return started(bridge(false));
    }

    Bridge started(Bridge bridge) {
        started.add(bridge);
        bridge.init();
        bridge.start();
        return bridge;
    }

    /** A bridge that is neither readied nor started. */
    Bridge bridge(boolean once) throws IOException {
        var files = new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(), List.of(folder.resolve("routes")));
        return new Bridge(files, configuration, once, clock).shortestPeriod(Duration.ofMillis(1));
    }

    /** A route file of this test's own, that wins over the packed one. */
    Rig route(String name, String content) throws IOException {
        Files.createDirectories(folder.resolve("routes"));
        Files.writeString(folder.resolve("routes").resolve(name), content);
        return this;
    }

    /** Everything published, in order. */
    List<JsonNode> events() {
        return lines("events");
    }

    /** What was published of one job, in short and in order. */
    List<String> published(String job) {
        return events().stream().filter(event -> event.path("subject").asText().equals(job)).map(Rig::brief).toList();
    }

    List<JsonNode> deadLetters() {
        return lines("dead-letters");
    }

    /** {@code account SUCCEEDED}, {@code account checkpoint-100 READY}, or {@code account 7 message}. */
    static String brief(JsonNode event) {
        JsonNode data = event.path("data");
        String what = data.has("sequence") ? data.path("sequence").asText() + " " + data.path("message").asText()
                : (data.has("checkpoint") ? data.path("checkpoint").asText() + " " : "") + data.path("status").asText();
        return data.path("account").asText() + " " + what;
    }

    /** Parsed once, for tests look again and again. */
    private List<JsonNode> lines(String sort) {
        return Ndjson.lines(folder.resolve(sort)).stream().map(line -> parsed.computeIfAbsent(line, Ndjson::json)).toList();
    }

    @Override
    public void close() {
        started.forEach(Bridge::close);
        sandbox.close();
    }
}
