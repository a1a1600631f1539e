package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.finetunebridge.InstalledProgram;
import org.finetunebridge.simulator.Sandbox;
import org.finetunebridge.simulator.SimulatedAccount;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/examples}, as their README says to run them, against what a bridge has published to a real broker. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ExamplesIT {

    private static final Path EXAMPLES = Path.of("docs/examples").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path home;
    private final Simulation world = Simulation.empty();
    private final SimulatedAccount account = world.account("dashscope");
    private final List<JsonNode> deployed = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private Broker broker;
    private Sandbox sandbox;
    private HttpServer deployments;

    @BeforeEach
    void start() throws IOException {
        broker = Broker.start(Files.createDirectory(home.resolve("broker")));
        sandbox = Sandbox.start(world);
        deployments = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        deployments.createContext("/", this::deploy);
        deployments.start();
    }

    @AfterEach
    void stop() {
        deployments.stop(0);
        sandbox.close();
        broker.close();
    }

    @Test
    void thePlainConsumerSaysWhatEnded() throws Exception {
        SimulatedJob good = account.create().become("SUCCEEDED");
        SimulatedJob bad = account.create().become("FAILED");
        account.create().become("RUNNING");
        publish();

        // As in the README: only with what the build puts beside the jar.
        String said = run(List.of(java(), "-cp", "target/lib/*", EXAMPLES.resolve("EventReader.java").toString(),
                broker.address(), "2"), Path.of(""));

        assertThat(said.lines().filter(line -> line.contains("Z  "))).hasSize(2)
                .anySatisfy(line -> assertThat(line).contains(good.id() + "  SUCCEEDED"))
                .anySatisfy(line -> assertThat(line).contains(bad.id() + "  FAILED"));
    }

    @Test
    void kcatPrintsOneEventALine() throws Exception {
        InstalledProgram.require("kcat", "the command in docs/examples by kcat");
        account.finished(5, 3, 0);
        publish();
        MatchResult command = Pattern.compile("(?m)^kcat .*-f '(.*)'$").matcher(
                Files.readString(EXAMPLES.resolve("README.md"))).results().findFirst().orElseThrow();
        List<String> words = new ArrayList<>(List.of(command.group().substring(0, command.start(1) - command.start() - 1)
                .replace("localhost:9092", broker.address()).split(" ")));
        words.addAll(List.of(command.group(1), "-e", "-q"));

        List<String> lines = run(words, home).lines().toList();

        assertThat(lines).hasSize(20).allSatisfy(line -> {
            String[] parts = line.split(" ", 2);
            assertThat(JSON.readTree(parts[1]).path("subject").asText()).isEqualTo(parts[0]);
        });
    }

    @Test
    void theRouteDeploysWhatSucceededUntilItIsAcceptedAndNothingAgainAfterARestart() throws Exception {
        List<SimulatedJob> good = List.of(account.create().become("SUCCEEDED"), account.create().become("SUCCEEDED"));
        account.create().become("FAILED");
        account.create().become("RUNNING");
        publish();
        refusals.set(1);
        try (CamelContext ignored = deployer()) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(deployed).extracting(ExamplesIT::job)
                    .containsExactlyInAnyOrderElementsOf(good.stream().map(SimulatedJob::id).toList()));
        }
        assertThat(refusals).hasValueLessThan(1);

        SimulatedJob later = account.create().become("SUCCEEDED");
        publish();
        try (CamelContext ignored = deployer()) {
            await().atMost(PATIENCE).until(() -> deployed.size() > good.size());
        }

        assertThat(deployed).hasSize(good.size() + 1).last().extracting(ExamplesIT::job).isEqualTo(later.id());
        assertThat(keys).containsExactlyInAnyOrderElementsOf(broker.read("finetune.events").stream()
                .map(record -> tree(record.value())).filter(event -> event.at("/data/status").asText().equals("SUCCEEDED"))
                .map(event -> event.path("id").asText()).toList());
    }

    private CamelContext deployer() throws Exception {
        var context = new DefaultCamelContext();
        var properties = new Properties();
        properties.putAll(Map.of("bridge.kafka.brokers", broker.address(), "deploy.dry-run", "false", "deploy.url",
                "http://127.0.0.1:" + deployments.getAddress().getPort() + "/deployments"));
        context.getPropertiesComponent().setOverrideProperties(properties);
        PluginHelper.getRoutesLoader(context).loadRoutes(PluginHelper.getResourceLoader(context)
                .resolveResource("file:" + EXAMPLES.resolve("deploy-when-succeeded.camel.yaml")));
        context.start();
        return context;
    }

    private void deploy(HttpExchange exchange) throws IOException {
        JsonNode job = tree(exchange.getRequestBody().readAllBytes());
        boolean accepted = refusals.getAndDecrement() <= 0;
        if (accepted) {
            keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
            deployed.add(job);
        }
        exchange.sendResponseHeaders(accepted ? 201 : 503, -1);
        exchange.close();
    }

    private void publish() throws IOException {
        try (BridgeProcess bridge = BridgeProcess.start("once", Map.of("bridge.sink", "kafka", "bridge.kafka.brokers",
                broker.address(), "bridge.http.port", "0", "dashscope.base-url", sandbox.url(), "dashscope.api-key",
                Simulation.KEY), home)) {
            assertThat(bridge.exit(PATIENCE)).as(bridge::output).isZero();
        }
    }

    private String run(List<String> command, Path directory) throws Exception {
        Path output = Files.createTempFile(home, "example", ".out");
        Process process = new ProcessBuilder(command).directory(directory.toAbsolutePath().toFile())
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as(Files.readString(output)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(output)).isZero();
            return Files.readString(output, UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String job(JsonNode data) {
        return data.path("jobId").asText();
    }

    private static JsonNode tree(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
