package org.finetunebridge.karaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.core.ConditionEvaluationListener;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.EvaluatedCondition;
import org.awaitility.core.TimeoutEvent;
import org.finetunebridge.ClassArchive;
import org.finetunebridge.Collector;
import org.finetunebridge.CommonScenario;
import org.finetunebridge.Loopback;
import org.finetunebridge.Ndjson;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.finetunebridge.sink.kafka.Broker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The kar in a real Karaf without a network, against the sandbox in this process. One Karaf for all tests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KarafIT {

    private static final Path KAR = Path.of("target", "finetune-bridge.kar");
    private static final String BUNDLE = "org.finetunebridge";
    private static final String WATCHES = "FineTune Bridge watches";
    private static final String CONTEXTS = "org.apache.camel:type=context,*";
    private static final String TOPIC = "finetune.events";
    /** The JDK's HTTP client ends its thread when nobody holds it any more, and that shows in a collection. */
    private static final Pattern SENDERS = Pattern.compile("(?i).*(span|otlp|opentelemetry|httpclient).*");
    private static final Pattern OURS = Pattern.compile(
            "(?i).*(camel|finetune|vert\\.x|quartz|kafka|httpclient|dashscope|minimax).*");

    private Path temporary;
    private Karaf karaf;
    private Simulation world;
    private FaultySandbox sandbox;
    private Path folder;
    private Map<String, String> keys;
    private boolean errorsExpected;

    @BeforeAll
    void install(@TempDir Path folderOfAll) throws Exception {
        temporary = folderOfAll;
        karaf = new Karaf(Files.createDirectories(temporary.resolve("home")));
        karaf.deploy(KAR, KAR.getFileName().toString());
        karaf.start();
        patiently().until(() -> "Active".equals(karaf.bundle(BUNDLE)));
        patiently().until(() -> Files.exists(karaf.etc("org.finetunebridge.cfg")));
        assertThat(karaf.etc("org.finetunebridge.cfg")).content().contains("#dashscope.api-key = ");
    }

    /** As a service manager ends it. */
    @AfterAll
    void remove() throws Exception {
        try {
            assertThat(karaf.terminate()).isIn(0, 143);
        } finally {
            karaf.close();
        }
    }

    @BeforeEach
    void begin() throws IOException {
        world = Simulation.empty();
        sandbox = FaultySandbox.start(world);
        folder = Files.createTempDirectory(temporary, "test");
        keys = new TreeMap<>(Map.of("bridge.sources", "dashscope", "bridge.http.port", "0"));
        keys.put("bridge.file.directory", folder.resolve("events").toString());
        keys.put("bridge.dead-letter.directory", folder.resolve("dead-letters").toString());
        keys.put("bridge.state.directory", folder.resolve("state").toString());
        source("dashscope", "dashscope");
        errorsExpected = false;
        karaf.mark();
    }

    @AfterEach
    void end() {
        sandbox.close();
        if (!errorsExpected) {
            // Seen once each: at a start Karaf could not register an MBean of its own, which ours are not; and it was asked
            // for its bundles, as these tests do, while one went.
            assertThat(karaf.log().lines().filter(line -> line.contains("| ERROR |"))
                    .filter(line -> !line.contains("Failure registering MBean org.apache.karaf."))
                    .filter(line -> !line.matches(".*[|] BundlesMBeanImpl .*[|] Bundle is uninstalled\\."))).isEmpty();
        }
    }

    @Test
    void publishesWhatTheStandaloneBridgePublishes() throws Exception {
        sandbox.close();
        world = CommonScenario.world();
        sandbox = FaultySandbox.start(world);
        keys.put("bridge.sources", "dashscope,minimax");
        source("dashscope", "dashscope");
        source("minimax", "minimax");

        Map<String, String> standalone = standalone();
        assertThat(standalone).hasSizeGreaterThan(CommonScenario.EVENTS);
        karaf.configure(keys);

        patiently().untilAsserted(() -> assertThat(CommonScenario.data(Ndjson.lines(folder.resolve("events")))).hasSameSizeAs(standalone));
        assertThat(CommonScenario.data(Ndjson.lines(folder.resolve("events")))).isEqualTo(standalone);
    }

    @Test
    void losesAndRepeatsNothingWhenItsConfigurationChanges() throws Exception {
        poller();
        SimulatedJob first = world.account("dashscope").create().become("RUNNING");
        patiently().until(() -> published(first).contains("RUNNING"));

        sandbox.faults().always(".*checkpoints.*", Fault.slow(Duration.ofSeconds(20)));
        sandbox.requests().forget();
        patiently().until(() -> !sandbox.requests().matching(".*checkpoints.*").isEmpty());
        keys.put("dashscope.period", "2s");
        karaf.mark();
        karaf.configure(keys);
        await().atMost(Duration.ofSeconds(15)).until(() -> karaf.log().contains(WATCHES));
        sandbox.faults().end();
        first.checkpoint("checkpoint-1", 1, "READY").become("SUCCEEDED");
        SimulatedJob second = world.account("dashscope").create();

        patiently().untilAsserted(() -> {
            assertThat(published(first)).containsExactlyInAnyOrder("RUNNING", "READY", "SUCCEEDED");
            assertThat(published(second)).containsExactly("PENDING");
        });
        assertThat(karaf.mbeans(CONTEXTS)).singleElement().asString().contains("finetune-bridge");
    }

    @Test
    void keepsTheOldConfigurationWhenTheNewOneIsWrong() throws Exception {
        errorsExpected = true;
        poller();

        var wrong = new TreeMap<>(keys);
        wrong.put("bridge.sink", "pigeon");
        wrong.put("dashscope.periode", "1s");
        karaf.configure(wrong);
        patiently().until(() -> karaf.log().contains("bridge.sink = pigeon"));
        assertThat(karaf.log()).contains("dashscope.periode", "the one before it stays in use")
                .doesNotContain(Simulation.KEY);

        SimulatedJob job = world.account("dashscope").create();
        patiently().untilAsserted(() -> assertThat(published(job)).containsExactly("PENDING"));
        assertThat(karaf.mbeans(CONTEXTS)).hasSize(1);
    }

    @Test
    void showsItselfInTheShell() throws Exception {
        SimulatedJob good = world.account("dashscope").create("ft-good");
        world.account("dashscope").create("ft-bad");
        sandbox.faults().always(".*/fine-tunes\\?.*", Fault.edited(text -> text.replace("\"ft-bad\"", "[]")));
        poller();
        patiently().until(() -> Files.exists(folder.resolve("dead-letters")) && !letters().isEmpty());
        patiently().until(() -> published(good).contains("PENDING"));
        sandbox.faults().end();

        String shown = karaf.shell("finetune:status; finetune:jobs dashscope; finetune:dead-letters; finetune:replay;"
                + " finetune:jobs nobody; bundle:services org.finetunebridge", "ManagedService");

        assertThat(shown).contains("Sink: file, UP").containsPattern("dashscope.*UP")
                .containsPattern("ft-good.*PENDING").containsPattern("dashscope.*normalize").contains("of 1 dead letters work now")
                .contains("finetune:jobs -a also shows");
        assertThat(karaf.log()).contains("OPENAI_API_KEY is set, but bridge.sources does not name openai")
                .doesNotContain("sk-of-nobody");
    }

    @Test
    void completesTheNamesOfSourcesInTheShell() throws Exception {
        poller();

        karaf.type("finetune:jobs das\t", "finetune:jobs dashscope");
    }

    @Test
    void installsAsAFeatureFromARepository() throws Exception {
        karaf.undeploy(KAR.getFileName().toString());
        patiently().until(() -> karaf.bundle(BUNDLE) == null);
        String features = karaf.unpackRepository(KAR);
        karaf.publish("feature", "addRepository", features);
        karaf.publish("feature", "installFeature", "finetune-bridge");
        patiently().until(() -> "Active".equals(karaf.bundle(BUNDLE)));
        SimulatedJob job = world.account("dashscope").create();
        poller();
        patiently().until(() -> published(job).contains("PENDING"));

        karaf.publish("feature", "uninstallFeature", "finetune-bridge");
        assertThat(karaf.bundle(BUNDLE)).isNull();
        assertNothingIsLeft();
        karaf.publish("feature", "removeRepository", features);
        karaf.deploy(KAR, KAR.getFileName().toString());
        patiently().until(() -> "Active".equals(karaf.bundle(BUNDLE)));
    }

    @Test
    void takesRoutesAndMappingsFromEtc() throws Exception {
        for (String file : List.of(".properties", ".camel.yaml", "-jobs.jslt", "-checkpoints.jslt", "-errors.json")) {
            String text = Files.readString(Path.of("routes", "dashscope" + file));
            Path acme = karaf.etc("finetune-bridge/routes/acme" + file);
            Files.createDirectories(acme.getParent());
            karaf.write(acme, text.replace("dashscope", "acme"));
        }
        SimulatedJob job = world.account("dashscope").create();
        keys.put("bridge.sources", "mine");
        keys.keySet().removeIf(key -> key.startsWith("dashscope."));
        source("mine", "acme");
        poller();

        patiently().untilAsserted(() -> assertThat(events()).extracting(event -> event.path("source").asText())
                .contains("urn:finetune:acme:mine"));
        assertThat(published(job)).containsExactly("PENDING");
    }

    @Test
    void publishesEachFactOnceAcrossAKill() throws Exception {
        poller();
        SimulatedJob job = world.account("dashscope").create();
        patiently().until(() -> published(job).contains("PENDING"));

        world.account("dashscope").finished(100, 1, 0);
        patiently().until(() -> events().size() > 10);
        karaf.kill();
        job.become("SUCCEEDED");
        karaf.start();
        patiently().untilAsserted(() -> assertThat(events()).hasSize(202));
        assertThat(published(job)).containsExactly("PENDING", "SUCCEEDED");
        assertThat(events()).extracting(event -> event.path("source").asText() + event.path("id").asText())
                .doesNotHaveDuplicates();
    }

    @Test
    void publishesEachFactOnceToKafka() throws Exception {
        try (Broker broker = Broker.start(folder.resolve("broker"))) {
            keys.put("bridge.sink", "kafka");
            keys.put("bridge.kafka.brokers", broker.address());
            keys.put("bridge.kafka.client.compression.type", "zstd");
            poller();
            SimulatedJob job = world.account("dashscope").create();
            patiently().ignoreExceptions().until(() -> publishedTo(broker, job).contains("PENDING"));

            world.account("dashscope").finished(50, 1, 0);
            patiently().until(() -> broker.read(TOPIC).size() > 10);
            karaf.publish("bundle", "stop", BUNDLE);
            patiently().untilAsserted(() -> assertThat(ours()).isEmpty());
            job.become("SUCCEEDED");
            karaf.publish("bundle", "start", BUNDLE);
            patiently().until(() -> broker.read(TOPIC).size() >= 102);

            assertThat(publishedTo(broker, job)).containsExactly("PENDING", "SUCCEEDED");
            assertThat(broker.read(TOPIC)).extracting(record -> Ndjson.json(text(record)).path("id").asText())
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void leavesNothingBehind() throws Exception {
        keys.put("bridge.sources", "dashscope,cron");
        int port = Loopback.freePort();
        keys.put("bridge.http.port", Integer.toString(port));
        source("cron", "minimax");
        keys.put("cron.cron", "0/2 * * * * ?");
        SimulatedJob job = world.account("dashscope").create();
        poller();
        patiently().until(() -> published(job).contains("PENDING"));
        assertThat(ours()).isNotEmpty();
        assertThat(health(port)).isEqualTo(200);
        keys.put("dashscope.concurrency", "3");
        karaf.mark();
        poller();
        patiently().ignoreExceptions().until(() -> health(port) == 200);
        sandbox.faults().always(".*fine-tunes.*", Fault.slow(Duration.ofSeconds(30)));

        karaf.publish("bundle", "stop", BUNDLE);
        assertNothingIsLeft();
        sandbox.faults().end();
        job.become("RUNNING");
        karaf.publish("bundle", "start", BUNDLE);
        patiently().until(() -> published(job).contains("RUNNING"));
        karaf.publish("bundle", "refresh", BUNDLE);
        job.become("SUCCEEDED");
        patiently().until(() -> published(job).contains("SUCCEEDED"));

        karaf.undeploy(KAR.getFileName().toString());
        patiently().until(() -> karaf.bundle(BUNDLE) == null);
        assertNothingIsLeft();
        assertThat(karaf.etc("org.finetunebridge.cfg")).exists();

        karaf.deploy(KAR, KAR.getFileName().toString());
        SimulatedJob next = world.account("dashscope").create();
        patiently().until(() -> published(next).contains("PENDING"));
        assertThat(events()).extracting(event -> event.path("source").asText() + event.path("id").asText())
                .doesNotHaveDuplicates();
    }

    /** What was not sent yet is sent when a bridge ends, so nothing is on its way when that is over. */
    @Test
    void sendsTracesWhileItIsToldWhereTo() throws Exception {
        SimulatedJob job = world.account("dashscope").create();
        try (Collector collector = new Collector()) {
            keys.put("bridge.traces.endpoint", collector.endpoint());
            poller();
            patiently().until(() -> published(job).contains("PENDING"));
            keys.remove("bridge.traces.endpoint");
            watchAgain();

            assertThat(String.join("", collector.sent())).contains(Collector.hex("dashscope-fetch"));
            assertThat(events()).allMatch(event -> collector.has(event.path("traceparent").asText()));
            collector.sent().clear();
            job.become("RUNNING");
            patiently().until(() -> published(job).contains("RUNNING"));
            keys.put("dashscope.concurrency", "3");
            watchAgain();

            assertThat(collector.sent()).isEmpty();
            assertThat(events()).filteredOn(event -> event.has("traceparent")).hasSize(1);
            patiently().untilAsserted(() -> {
                karaf.collectGarbage();
                assertThat(karaf.threads()).noneMatch(name -> SENDERS.matcher(name).matches());
            });
        }
    }

    @Test
    void livesBesideAnotherCamel() throws Exception {
        Path other = folder.resolve("other.jar");
        OtherCamel.pack(other);
        karaf.deploy(other, "other.jar");
        try {
            patiently().until(() -> "Active".equals(karaf.bundle("other.camel")));
            karaf.publish("bundle", "refresh", BUNDLE);
            SimulatedJob job = world.account("dashscope").create();
            poller();

            patiently().until(() -> published(job).contains("PENDING"));
            assertThat(karaf.mbeans(CONTEXTS)).hasSize(2).anyMatch(name -> name.contains("\"other\""))
                    .anyMatch(name -> name.contains("\"finetune-bridge\""));
            assertThat(karaf.shell("bundle:requirements org.finetunebridge", "javax.xml.xpath")).contains("org.slf4j")
                    .doesNotContain("other.camel");
        } finally {
            karaf.undeploy("other.jar");
            patiently().until(() -> karaf.bundle("other.camel") == null);
        }
        assertThat(karaf.bundle(BUNDLE)).isEqualTo("Active");
    }

    private void source(String name, String provider) {
        keys.put(name + ".provider", provider);
        keys.put(name + ".api-key", Simulation.KEY);
        keys.put(name + ".base-url", sandbox.url());
        keys.put(name + ".period", "1s");
        world.account(provider);
    }

    private void poller() throws IOException {
        karaf.configure(keys);
        patiently().until(() -> karaf.log().contains(WATCHES));
    }

    private void watchAgain() throws IOException {
        karaf.mark();
        poller();
    }

    private Map<String, String> standalone() throws Exception {
        Path alone = folder.resolve("alone");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(ClassArchive.ofBridge());
        command.addAll(List.of("-jar", Path.of("target", "finetune-bridge.jar").toAbsolutePath().toString(), "once"));
        var settings = new TreeMap<>(keys);
        settings.replaceAll((key, value) -> value.replace(folder.toString(), alone.toString()));
        settings.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
        Process process = new ProcessBuilder(command).directory(folder.toFile()).inheritIO().start();
        try {
            assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
        return CommonScenario.data(Ndjson.lines(alone.resolve("events")));
    }

    private List<JsonNode> events() {
        return Ndjson.lines(folder.resolve("events")).stream().map(Ndjson::json).toList();
    }

    private List<String> letters() {
        return Ndjson.lines(folder.resolve("dead-letters"));
    }

    /** The statuses of a job and its checkpoints, in order. */
    private List<String> published(SimulatedJob job) {
        return events().stream().filter(event -> event.path("subject").asText().equals(job.id()))
                .map(event -> event.at("/data/status").asText()).toList();
    }

    private static int health(int port) throws Exception {
        var url = URI.create("http://127.0.0.1:" + port + "/observe/health");
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(url).build(), BodyHandlers.discarding())
                .statusCode();
    }

    private static List<String> publishedTo(Broker broker, SimulatedJob job) {
        return broker.read(TOPIC).stream().map(record -> Ndjson.json(text(record)))
                .filter(event -> event.path("subject").asText().equals(job.id()))
                .map(event -> event.at("/data/status").asText()).toList();
    }

    private static String text(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    private void assertNothingIsLeft() throws IOException {
        patiently().untilAsserted(() -> assertThat(ours()).isEmpty());
        patiently().untilAsserted(() -> assertThat(karaf.mbeans("org.apache.camel:*")).isEmpty());
        try (var file = FileChannel.open(folder.resolve("state/lock"), StandardOpenOption.WRITE);
                FileLock lock = file.tryLock()) {
            assertThat(lock).as("the lock of the state is free").isNotNull();
        }
    }

    private List<String> ours() throws IOException {
        return karaf.threads().stream().filter(name -> OURS.matcher(name).matches()).toList();
    }

    /** What Karaf wrote tells why something did not come about. */
    private ConditionFactory patiently() {
        return await().atMost(Duration.ofSeconds(90)).conditionEvaluationListener(new ConditionEvaluationListener<>() {
            @Override
            public void conditionEvaluated(EvaluatedCondition<Object> condition) {
                // only its end is of interest
            }

            @Override
            public void onTimeout(TimeoutEvent timeout) {
                System.out.println(karaf.log());
            }
        });
    }
}
