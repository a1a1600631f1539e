package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.SimulatedAccount;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Providers that are nothing but files, from the request to the event: every fact once and in order. One bridge reads
 * them all, for its start takes longer than the reading.
 */
@Timeout(60)
class FurtherProvidersIT {

    private static final List<String> PROVIDERS = List.of("openai", "azure-openai", "mistral", "together", "dashscope",
            "openai-compatible", "zhipu", "fireworks", "qianfan");
    /** Those that show no log of a job, and those that show no checkpoints. */
    private static final Set<String> WITHOUT_LOGS = Set.of("fireworks", "qianfan");
    private static final Set<String> WITHOUT_CHECKPOINTS = Set.of("zhipu", "fireworks", "qianfan");
    private static final List<Integer> BURSTS = List.of(1, 0, 1, 99, 1, 100, 101, 0, 230, 2);

    @TempDir
    private Path folder;
    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig(folder, Instant.parse("2026-03-01T04:05:06Z"));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @TestFactory
    Stream<DynamicTest> tellsAHistoryOnceAndInOrder() throws Exception {
        PROVIDERS.forEach(this::source);
        PROVIDERS.forEach(provider -> rig.world.account(provider).finished(3, 4, 350));

        assertThat(rig.once()).hasSize(PROVIDERS.size()).containsOnly(new CycleResult(3, 0, null));
        var published = new PublishedEvents(rig.events());
        rig.once();

        // What they measure is looked at by MetricsIT.
        assertThat(rig.events()).filteredOn(event -> !event.path("type").asText().contains("metrics.recorded"))
                .hasSize(PROVIDERS.stream().mapToInt(provider -> 3 * (1 + checkpoints(provider) + lines(provider))).sum());
        assertThat(rig.deadLetters()).isEmpty();
        return PROVIDERS.stream().flatMap(provider -> rig.world.account(provider).jobs().stream().map(job ->
                dynamicTest(provider + ' ' + job.id(), () -> {
                    List<JsonNode> logs = published.logs(provider, job);
                    assertThat(logs).hasSize(lines(provider));
                    // Most lines of DashScope's log have no time.
                    assertThat(logs).filteredOn(event -> event.at("/data/occurredAt").isTextual())
                            .extracting(event -> Instant.parse(event.path("time").asText())).isSorted();
                    assertThat(published.things(provider, job)).hasSize(1 + checkpoints(provider)).last().isEqualTo("SUCCEEDED");
                    published.assertThatNothingIsPublishedTwice(provider);
                })));
    }

    private static int lines(String provider) {
        return WITHOUT_LOGS.contains(provider) ? 0 : 350;
    }

    private static int checkpoints(String provider) {
        return WITHOUT_CHECKPOINTS.contains(provider) ? 0 : 4;
    }

    /** By the address of the job itself, which nothing else asks for where the account is listed. */
    @TestFactory
    Stream<DynamicTest> readsAJobThatIsAskedForAlone() throws Exception {
        Map<String, String> ids = new TreeMap<>();
        for (String provider : PROVIDERS) {
            ids.put(source(provider), rig.world.account(provider).finished(2, 0, 3).jobs().get(1).id());
            rig.with(provider + ".jobs", ids.get(provider));
        }

        assertThat(rig.once()).hasSize(PROVIDERS.size()).containsOnly(new CycleResult(1, 0, null));
        assertThat(rig.deadLetters()).isEmpty();
        return PROVIDERS.stream().map(provider -> dynamicTest(provider, () -> assertThat(rig.events())
                .filteredOn(event -> event.at("/data/account").asText().equals(provider) && event.at("/data/terminal").asBoolean())
                .extracting(event -> event.path("subject").asText() + ' ' + event.at("/data/status").asText())
                .containsExactly(ids.get(provider) + " SUCCEEDED")));
    }

    /** Where the clock stands still, every record has the same time, and only names and places tell them apart. */
    @TestFactory
    Stream<DynamicTest> tellsALifeOnceAndInOrderOverRestarts() throws Exception {
        var still = new Instant[] {rig.now()};
        List<Life> lives = new ArrayList<>();
        Simulation world = Simulation.at(() -> still[0]);
        try (FaultySandbox standing = FaultySandbox.start(world)) {
            for (String provider : PROVIDERS) {
                lives.add(new Life(source(provider), provider, rig.world.account(provider)));
            }
            for (String provider : PROVIDERS) {
                lives.add(new Life(source(provider + "-still", provider, standing), provider, world.account(provider)));
            }
            for (int burst : BURSTS) {
                for (int line = 0; line < burst; line++) {
                    rig.pass(Duration.ofMillis(250));
                    for (Life life : lives) {
                        life.publish(line % 3 == 0 ? "the same again" : "line " + life.lines.size());
                    }
                }
                rig.pass(Duration.ofMillis(250));
                if (burst > 50) {
                    lives.forEach(Life::reachCheckpoint);
                }
                assertThat(rig.once()).hasSize(lives.size()).containsOnly(new CycleResult(1, 0, null));
            }
            rig.pass(Duration.ofSeconds(2));
            still[0] = still[0].plusSeconds(2);
            lives.forEach(life -> life.job.become("SUCCEEDED"));
            rig.once();
            var published = new PublishedEvents(rig.events());
            for (int restart = 0; restart < 3; restart++) {
                rig.once();
            }
            assertThat(rig.events()).hasSize(published.events());
            assertThat(rig.deadLetters()).isEmpty();
            return lives.stream().map(life -> dynamicTest(life.source, () -> life.assertThatItIsPublished(published)));
        }
    }

    /** Requests fail anywhere on the way, also between the pages of one list. */
    @TestFactory
    Stream<DynamicTest> losesAndRepeatsNothingWhenRequestsFail() throws Exception {
        // Each look at the clock is a second later: nobody waits for a request to be tried again.
        AtomicLong looks = new AtomicLong();
        rig.clock(() -> Instant.now().plusSeconds(looks.incrementAndGet()));
        List<Life> lives = PROVIDERS.stream().map(one -> new Life(source(one), one, rig.world.account(one))).toList();
        IntStream.range(0, 420).forEach(line -> {
            rig.pass(Duration.ofMillis(400));
            lives.forEach(life -> life.publish("line " + line));
        });
        lives.forEach(life -> rig.sandbox.faults().sometimes(0.2, 7, "/" + life.job.id(), Fault.status(503)));
        rig.once();
        lives.forEach(life -> life.job.become("FAILED"));
        rig.once();

        var published = new PublishedEvents(rig.events());
        return lives.stream().map(life -> dynamicTest(life.source, () -> {
            assertThat(published.said(life.source, life.job)).containsExactlyElementsOf(life.shown());
            published.assertThatNothingIsPublishedTwice(life.source);
        }));
    }

    @TestFactory
    Stream<DynamicTest> countsTheFieldsItDoesNotKnowAndNoOthers() throws Exception {
        List<String> all = Stream.concat(PROVIDERS.stream(), Stream.of("minimax")).map(this::source).toList();
        all.forEach(provider -> rig.world.account(provider).finished(2, 2, 3));
        Map<String, Long> before = drift();

        rig.sandbox.faults().always(".", Fault.edited(text ->
                text.replaceAll("\"(?=(created_at|create_time|createTime|createDate)\")", "\"surprise\":1,\"")));
        all.forEach(provider -> rig.world.account(provider).finished(1, 2, 3));
        Map<String, Long> after = drift();

        assertThat(rig.deadLetters()).isEmpty();
        return all.stream().map(provider -> dynamicTest(provider, () -> {
            assertThat(before.get(provider)).isZero();
            assertThat(after.get(provider)).isPositive();
        }));
    }

    /** Source by source, how many fields a catch-up met that nobody knows. */
    private Map<String, Long> drift() throws Exception {
        try (Bridge bridge = rig.bridge(true)) {
            bridge.init();
            bridge.start();
            Map<String, Long> drift = new TreeMap<>();
            for (SourcePoller poller : bridge.pollers()) {
                poller.awaitFirstCycle();
                String name = poller.source().name();
                drift.put(name, bridge.accounts().of(name).detector().drift().count());
            }
            return drift;
        }
    }

    private String source(String provider) {
        return source(provider, provider, rig.sandbox);
    }

    private String source(String name, String provider, FaultySandbox sandbox) {
        rig.source(name, provider).with(name + ".base-url", sandbox.url(provider))
                .with(name + ".logs", provider.equals("dashscope") ? "true" : null);
        return name;
    }

    /** A job that runs, and what it said. */
    private static final class Life {

        private final String source;
        private final String provider;
        private final SimulatedJob job;
        private final List<String> lines = new ArrayList<>();

        Life(String source, String provider, SimulatedAccount account) {
            this.source = source;
            this.provider = provider;
            this.job = account.create().become("RUNNING");
        }

        void publish(String line) {
            lines.add(line);
            job.publish("INFO", line);
        }

        void reachCheckpoint() {
            job.checkpoint("checkpoint-" + lines.size(), lines.size(), "READY");
        }

        List<String> shown() {
            return WITHOUT_LOGS.contains(provider) ? List.of() : lines;
        }

        void assertThatItIsPublished(PublishedEvents published) {
            assertThat(published.logs(source, job)).hasSize(WITHOUT_LOGS.contains(provider) ? 0 : job.events());
            assertThat(published.said(source, job)).containsExactlyElementsOf(shown());
            assertThat(published.things(source, job)).hasSize(2 + checkpoints(provider)).last().isEqualTo("SUCCEEDED");
            published.assertThatNothingIsPublishedTwice(source);
        }
    }

    /** Everything published, source by source and in order. */
    private static final class PublishedEvents {

        private final Map<String, List<JsonNode>> sources;

        PublishedEvents(List<JsonNode> events) {
            sources = events.stream().collect(Collectors.groupingBy(event -> event.at("/data/account").asText()));
        }

        int events() {
            return sources.values().stream().mapToInt(List::size).sum();
        }

        List<JsonNode> logs(String source, SimulatedJob job) {
            return of(source, job).filter(event -> event.path("type").asText().contains("log.appended")).toList();
        }

        /** What a job said itself. */
        List<String> said(String source, SimulatedJob job) {
            return logs(source, job).stream().map(event -> event.at("/data/message").asText())
                    .filter(message -> message.startsWith("line ") || message.equals("the same again")).toList();
        }

        List<String> things(String source, SimulatedJob job) {
            return of(source, job).filter(event -> event.path("data").has("status"))
                    .map(event -> event.at("/data/checkpoint").asText(event.at("/data/status").asText())).toList();
        }

        void assertThatNothingIsPublishedTwice(String source) {
            assertThat(sources.get(source)).extracting(event -> event.path("id").asText()).doesNotHaveDuplicates();
        }

        private Stream<JsonNode> of(String source, SimulatedJob job) {
            return sources.getOrDefault(source, List.of()).stream()
                    .filter(event -> event.path("subject").asText().equals(job.id()));
        }
    }
}
