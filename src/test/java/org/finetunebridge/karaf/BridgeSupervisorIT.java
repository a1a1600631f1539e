package org.finetunebridge.karaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.SinkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts and stops of real bridges, without a container. Their provider refuses every connection. */
@Timeout(120)
class BridgeSupervisorIT {

    @TempDir
    private Path folder;
    private final ExecutorService worker = Executors.newSingleThreadExecutor();
    private final List<Bridge> made = new CopyOnWriteArrayList<>();
    private BridgeSupervisor supervisor = new BridgeSupervisor(this::make, worker);

    @AfterEach
    void close() {
        worker.shutdownNow();
        made.forEach(Bridge::close);
    }

    @Test
    void stopsABridgeThatWasFencedAndGivesItsLockBack() throws Exception {
        Bridge first = started();

        first.publisher().fenced().complete(new InstanceFencedException("another instance took over"));

        await().until(() -> supervisor.bridge().isEmpty());
        assertThat(supervisor.reason()).isEqualTo("another instance took over");
        await().until(() -> first.context() == null || first.context().isStopped());
        assertThatThrownBy(() -> first.publisher().session()).hasMessageContaining("stopped");
        try (Bridge other = make(configuration(), true)) {
            other.init();
            assertThat(other.publisher().session()).isNotNull();
        }
    }

    @Test
    void startsAgainWithTheNextConfiguration() throws Exception {
        Bridge first = started();
        first.publisher().fenced().complete(new InstanceFencedException("another instance took over"));
        await().until(() -> supervisor.bridge().isEmpty());

        supervisor.configure(configuration());

        await().until(() -> supervisor.bridge().isPresent());
        assertThat(supervisor.bridge().orElseThrow()).isNotSameAs(first);
    }

    @Test
    void saysWhoHasTheStateIfItIsTakenAtTheStart() throws Exception {
        try (Bridge other = make(configuration(), true)) {
            other.init();
            other.publisher().session();
            supervisor.configure(configuration());
            worker.submit(() -> { }).get();

            assertThat(supervisor.bridge()).isEmpty();
            assertThat(supervisor.reason()).contains("another instance").doesNotContain("configuration");
        }
    }

    /** As {@code run} prints it: what may have been overlooked, and what is dangerous though nothing forbids it. */
    @Test
    void logsWhatSomebodyMayHaveOverlooked() {
        List<String> warned = new CopyOnWriteArrayList<>();
        var appender = new AbstractAppender("warned", null, null, true, Property.EMPTY_ARRAY) {
            @Override
            public void append(LogEvent event) {
                if (event.getLevel() == Level.WARN) {
                    warned.add(event.getMessage().getFormattedMessage());
                }
            }
        };
        appender.start();
        Logger logger = (Logger) LogManager.getLogger(BridgeSupervisor.class);
        logger.addAppender(appender);
        supervisor = new BridgeSupervisor(new BridgeSupervisor.Maker() {
            @Override
            public Bridge make(Map<String, String> keys, boolean once) throws IOException {
                return BridgeSupervisorIT.this.make(keys, once);
            }

            @Override
            public List<String> hints() {
                return List.of("OPENAI_API_KEY is set, but bridge.sources does not name openai");
            }
        }, worker);
        Map<String, String> keys = configuration();
        keys.put("dashscope.base-url", "http://0.0.0.0:1");
        try {
            supervisor.configure(keys);
            await().until(() -> supervisor.bridge().isPresent());
        } finally {
            logger.removeAppender(appender);
        }

        assertThat(warned).contains("OPENAI_API_KEY is set, but bridge.sources does not name openai")
                .anyMatch(line -> line.startsWith("dashscope.base-url = http://0.0.0.0:1") && line.endsWith("use https"));
    }

    /** The bundle waits for so long, then drops what the worker had still to do, its stop included. */
    @Test
    void startsNoBridgeAfterTheBundleStopped() throws Exception {
        var making = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        supervisor = new BridgeSupervisor((keys, once) -> {
            making.countDown();
            awaitWhateverHappens(stopped);
            return make(keys, once);
        }, worker);
        supervisor.configure(configuration());
        making.await();

        supervisor.end();
        worker.shutdownNow();
        stopped.countDown();

        assertThat(worker.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(supervisor.bridge()).isEmpty();
        assertThat(made).singleElement().satisfies(bridge -> assertThat(
                bridge.context() == null || bridge.context().isStopped() || !bridge.context().isStarted()).isTrue());
    }

    @Test
    void takesOnlyTheLastOfManyChanges() throws Exception {
        var busy = new CountDownLatch(1);
        worker.execute(() -> awaitWhateverHappens(busy));
        for (int change = 0; change < 20; change++) {
            Map<String, String> keys = configuration();
            keys.put("dashscope.rate", Integer.toString(change + 1));
            supervisor.configure(keys);
        }
        busy.countDown();

        await().until(() -> supervisor.bridge().isPresent());
        worker.submit(() -> { }).get();
        assertThat(made).hasSize(1);
        assertThat(supervisor.bridge().orElseThrow().settings().sources().get(0).rate()).isEqualTo(20);
    }

    @Test
    void keepsRunningIfTheNextConfigurationCannotBeUsed() throws Exception {
        Bridge first = started();
        Map<String, String> wrong = configuration();
        wrong.put("bridge.sink", "pigeon");

        supervisor.configure(wrong);
        worker.submit(() -> { }).get();

        assertThat(supervisor.bridge()).contains(first);
        assertThat(first.context().isStarted()).isTrue();
    }

    @Test
    void readsDeadLettersBesideCommitsWithoutEndingTheSession() throws Exception {
        Bridge bridge = started();
        SinkSession session = bridge.publisher().session();
        ExecutorService pages = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> committed = new ArrayList<>();
            IntStream.range(0, 3).forEach(thread -> committed.add(pages.submit(() -> IntStream.range(0, 100).forEach(page ->
                    bridge.publisher().publish(new Batch(session, List.of(), List.of(letter(thread, page)), List.of()))))));
            int read = 0;
            while (committed.stream().anyMatch(one -> !one.isDone())) {
                List<String> letters = bridge.publisher().deadLetters();
                assertThat(letters).hasSizeGreaterThanOrEqualTo(read).allMatch(letter -> letter.endsWith("}"));
                read = letters.size();
            }
            for (Future<?> one : committed) {
                one.get();
            }
        } finally {
            pages.shutdownNow();
        }
        assertThat(bridge.publisher().deadLetters()).hasSize(300);
        assertThat(bridge.publisher().remembered()).isSameAs(session);
    }

    private Bridge started() {
        supervisor.configure(configuration());
        await().until(() -> supervisor.bridge().isPresent());
        return supervisor.bridge().orElseThrow();
    }

    private Bridge make(Map<String, String> keys, boolean once) throws IOException {
        var files = new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(), List.of());
        var bridge = new Bridge(files, keys, once, InstantSource.system());
        made.add(bridge);
        return bridge;
    }

    private Map<String, String> configuration() {
        return new TreeMap<>(Map.of("bridge.sources", "dashscope", "dashscope.api-key", "sk-for-nobody",
                "dashscope.base-url", "http://127.0.0.1:1", "bridge.http.port", "0", "camel.main.jmxEnabled", "false",
                "bridge.file.directory", folder.resolve("events").toString(), "bridge.dead-letter.directory",
                folder.resolve("dead-letters").toString(), "bridge.state.directory", folder.resolve("state").toString()));
    }

    private static EncodedEvent letter(int thread, int page) {
        return new EncodedEvent("ft-1", ("{\"id\":\"" + thread + '-' + page + "\"}").getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(60, TimeUnit.SECONDS);
    }

    private static void awaitWhateverHappens(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // The worker is told to stop, and a sink that is being opened may not notice.
            }
        }
    }
}
