package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.finetunebridge.InstalledProgram;
import org.finetunebridge.simulator.Sandbox;
import org.finetunebridge.simulator.SimulatedAccount;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/examples}, the files as they are and run as their README says, against what a bridge has published to a real
 * broker, which all of them share.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ExamplesIT extends BrokerFixture {

    private static final Path EXAMPLES = Path.of("docs/examples").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Simulation WORLD = Simulation.empty();
    private static final SimulatedAccount ACCOUNT = WORLD.account("dashscope");
    private static final Predicate<JsonNode> ENDED = event -> event.at("/data/terminal").asBoolean();
    private static final Predicate<JsonNode> SUCCEEDED = event -> ENDED.test(event) && event.at("/data/status").asText().equals("SUCCEEDED");
    private static final Predicate<JsonNode> STALLED = event -> event.path("type").asText().contains(".stalled.");
    private static final Predicate<JsonNode> FOR_HOOKS = event -> !event.path("type").asText().matches(".*\\.(log|metrics)\\..*");

    @TempDir
    private static Path home;
    private static Sandbox sandbox;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private final Map<String, String> runs = new TreeMap<>();
    private HttpServer server;

    /** A request that an example sent. */
    private record Received(String path, Headers headers, JsonNode body) {}

    @BeforeAll
    static void publishHistory() throws IOException {
        sandbox = Sandbox.start(WORLD);
        ACCOUNT.create().become("SUCCEEDED");
        ACCOUNT.create().become("FAILED");
        ACCOUNT.create().become("RUNNING");
        // Its checkpoints have losses of validation and models of their own.
        WORLD.account("openai").finished(1, 2, 20);
        publish();
    }

    @AfterAll
    static void close() {
        sandbox.close();
    }

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void hangUp() {
        server.stop(0);
    }

    @Test
    void thePlainConsumerSaysWhatEnded() throws Exception {
        // As in the README: only with what the build puts beside the jar.
        String said = run(java("-cp", "target/lib/*", EXAMPLES.resolve("EventReader.java").toString(), broker.address(), "3"), Path.of(""));

        assertThat(said.lines()).filteredOn(line -> line.contains("Z  ")).hasSizeGreaterThanOrEqualTo(3)
                .anyMatch(line -> line.contains("  SUCCEEDED")).anyMatch(line -> line.contains("  FAILED"));
    }

    @Test
    void kcatPrintsOneEventALine() throws Exception {
        InstalledProgram.require("kcat", "the command in docs/examples by kcat");
        MatchResult command = Pattern.compile("(?m)^kcat .*-f '(.*)'$").matcher(
                Files.readString(EXAMPLES.resolve("README.md"))).results().findFirst().orElseThrow();
        List<String> words = new ArrayList<>(List.of(command.group().substring(0, command.start(1) - command.start() - 1)
                .replace("localhost:9092", broker.address()).split(" ")));
        words.addAll(List.of(command.group(1), "-e", "-q"));

        List<String> lines = run(words, home).lines().toList();

        assertThat(lines).hasSize(events().size()).allSatisfy(line -> {
            String[] parts = line.split(" ", 2);
            assertThat(JSON.readTree(parts[1]).path("subject").asText()).isEqualTo(parts[0]);
        });
    }

    /** First by Camel's Main in this process, where a mail server can be looked into, then by the README's command. */
    @Test
    void theRoutesTellEachReceiverWhatItIsToHearOnceOverARestart() throws Exception {
        refusals.set(1);
        GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mail.start();
        try {
            List<JsonNode> history = events();
            Map<String, String> keys = keys();
            keys.put("notify.mail.server", "smtp:127.0.0.1:" + mail.getSmtp().getPort());
            Main main = main(keys, "notify-mail", "notify-slack", "webhook", "deploy-when-succeeded");
            try {
                await().atMost(PATIENCE).untilAsserted(() -> {
                    assertThat(ids("/hook", "webhook-id")).containsExactlyInAnyOrderElementsOf(ids(history, FOR_HOOKS));
                    assertThat(ids("/deploy", "Idempotency-Key")).containsExactlyInAnyOrderElementsOf(ids(history, SUCCEEDED));
                    assertThat(at("/slack")).hasSize(ids(history, ENDED.or(STALLED)).size());
                    assertThat(mail.getReceivedMessages()).hasSize(ids(history, ENDED.or(STALLED)).size());
                });
            } finally {
                main.stop();
            }
            assertThat(refusals).hasValueLessThan(1);
            assertThatMailsSay(mail.getReceivedMessages(), history);
        } finally {
            mail.stop();
        }

        String later = ACCOUNT.create().become("SUCCEEDED").id();
        publish();
        List<JsonNode> all = events();
        assertThat(ids(all, STALLED)).isNotEmpty();
        Process process = command(keys(), "notify-slack", "webhook", "deploy-when-succeeded");
        try {
            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(ids("/hook", "webhook-id")).containsExactlyInAnyOrderElementsOf(ids(all, FOR_HOOKS));
                assertThat(ids("/deploy", "Idempotency-Key")).containsExactlyInAnyOrderElementsOf(ids(all, SUCCEEDED));
                assertThat(at("/slack")).hasSize(ids(all, ENDED.or(STALLED)).size());
            });
        } finally {
            process.destroy();
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        assertThat(at("/slack")).extracting(one -> one.body.path("text").asText()).anyMatch(text -> text.contains(later + ": SUCCEEDED"))
                .anyMatch(text -> text.contains("nothing new since"));
        assertThat(at("/hook")).allMatch(one -> one.headers.getFirst("webhook-signature").startsWith("v1,"));
        assertThatTheBestIsDeployed(all);
    }

    /** A run for each job, with what it measured. */
    @Test
    void theForwarderMakesARunOfEachJob() throws Exception {
        List<JsonNode> all = events();
        Process process = start(java("-cp", "target/lib/*", EXAMPLES.resolve("MlflowForwarder.java").toString(), broker.address(), url(""), "7"));
        try {
            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(at("/api/2.0/mlflow/runs/update")).filteredOn(one -> one.body.path("status").asText().equals("FINISHED"))
                        .hasSizeGreaterThanOrEqualTo(ids(all, SUCCEEDED).size());
                assertThat(at("/api/2.0/mlflow/runs/create"))
                        .hasSizeGreaterThanOrEqualTo((int) all.stream().map(event -> event.path("subject")).distinct().count());
                assertThat(at("/api/2.0/mlflow/runs/log-batch")).anyMatch(one -> one.body.at("/metrics/0/key").asText().equals("trainLoss"));
            });
        } finally {
            process.destroyForcibly();
        }
        assertThat(at("/api/2.0/mlflow/runs/create")).extracting(one -> one.body.at("/tags/0/value").asText()).doesNotHaveDuplicates();
    }

    private static void assertThatMailsSay(MimeMessage[] mails, List<JsonNode> events) throws Exception {
        for (MimeMessage mail : mails) {
            JsonNode event = events.stream().filter(one -> one.path("id").asText().equals(header(mail))).findFirst().orElseThrow();
            assertThat(mail.getSubject()).isEqualTo(event.at("/data/account").asText() + " job " + event.path("subject").asText() + ": "
                    + (STALLED.test(event) ? "nothing new since " + event.at("/data/since").asText() : event.at("/data/status").asText()));
            assertThat(mail.getFrom()[0]).hasToString("bridge@example.org");
            assertThat(mail.getAllRecipients()[0]).hasToString("team@example.org");
            assertThat(mail.getContent().toString()).contains(STALLED.test(event) ? "It is RUNNING."
                    : "last loss of validation: " + event.at("/data/summary/validationLoss/last").asText());
        }
        assertThat(mails).extracting(ExamplesIT::header).doesNotHaveDuplicates();
    }

    private static String header(MimeMessage mail) {
        try {
            return mail.getHeader("X-Finetune-Event", null);
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertThatTheBestIsDeployed(List<JsonNode> events) {
        List<String> best = new ArrayList<>();
        events.stream().filter(SUCCEEDED).forEach(event -> best.add(event.path("subject").asText() + ' ' + event.at("/data/summary/bestCheckpoint/outputModel")
                .asText(event.at("/data/outputModel").asText())));
        assertThat(best).as("a checkpoint is among them").anyMatch(one -> one.contains(":ckpt-"));
        assertThat(at("/deploy")).extracting(one -> one.body.path("jobId").asText() + ' ' + one.body.path("deployModel").asText())
                .containsExactlyInAnyOrderElementsOf(best);
    }

    /** As the Camel CLI runs files: they are named, and nothing else but properties is set. */
    private static Main main(Map<String, String> keys, String... names) throws Exception {
        // WebhookSigner is compiled before; the CLI does that by itself.
        Thread.currentThread().setContextClassLoader(new URLClassLoader(new URL[] {signer().toUri().toURL()}, ExamplesIT.class.getClassLoader()));
        var main = new Main();
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        main.setDefaultPropertyPlaceholderLocation("false");
        keys.forEach(main::addOverrideProperty);
        main.addOverrideProperty("camel.main.routesIncludePattern", pattern(names));
        main.init();
        main.start();
        return main;
    }

    private Process command(Map<String, String> keys, String... names) throws Exception {
        List<String> words = java("-cp", "target/lib/*" + File.pathSeparator + signer(), "-Dcamel.main.routesIncludePattern=" + pattern(names));
        keys.forEach((key, value) -> words.add("-D" + key + '=' + value));
        words.add("org.apache.camel.main.Main");
        return start(words);
    }

    private static String pattern(String... names) {
        return Stream.of(names).map(name -> "file:" + EXAMPLES.resolve(name + ".camel.yaml")).collect(joining(","));
    }

    private static Path signer() throws IOException {
        Path out = Files.createDirectories(home.resolve("out"));
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", out.toString(), "-cp",
                System.getProperty("java.class.path"), EXAMPLES.resolve("WebhookSigner.java").toString())).isZero();
        return out;
    }

    private Map<String, String> keys() {
        return new TreeMap<>(Map.of("bridge.kafka.brokers", broker.address(), "notify.from", "earliest",
                "notify.mail.from", "bridge@example.org", "notify.mail.to", "team@example.org", "notify.slack.url", url("/slack"),
                "webhook.url", url("/hook"), "webhook.secret", "whsec_c2VjcmV0", "deploy.url", url("/deploy"), "deploy.dry-run", "false"));
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** Refuses some deployments at first; is an MLflow of one experiment. */
    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        JsonNode body = JSON.readTree(exchange.getRequestBody());
        if (path.equals("/deploy") && refusals.getAndDecrement() > 0) {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
            return;
        }
        received.add(new Received(path, exchange.getRequestHeaders(), body));
        String found = path.endsWith("/create") ? "r-" + runs.size() : runs.get(body.path("filter").asText().replaceAll(".*= '(.*)'", "$1"));
        if (path.endsWith("/create")) {
            runs.put(body.at("/tags/0/value").asText(), found);
        }
        String run = "{\"info\":{\"run_id\":\"" + found + "\"}}";
        byte[] answer = (path.endsWith("/create") ? "{\"run\":" + run + '}' : found == null ? "{}" : "{\"runs\":[" + run + "]}").getBytes(UTF_8);
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private List<Received> at(String path) {
        return received.stream().filter(one -> one.path.equals(path)).toList();
    }

    private List<String> ids(String path, String header) {
        return at(path).stream().map(one -> one.headers.getFirst(header)).toList();
    }

    private static List<String> ids(List<JsonNode> events, Predicate<JsonNode> which) {
        return events.stream().filter(which).map(event -> event.path("id").asText()).toList();
    }

    private static List<JsonNode> events() {
        return broker.read("finetune.events").stream().map(record -> tree(record.value())).toList();
    }

    private static void publish() throws IOException {
        Map<String, String> keys = new TreeMap<>(Map.of("bridge.sink", "kafka", "bridge.kafka.brokers", broker.address(), "bridge.http.port", "0",
                "bridge.sources", "dashscope,openai", "dashscope.stalled-after", "1ms"));
        for (String source : List.of("dashscope", "openai")) {
            keys.put(source + ".base-url", sandbox.url(source));
            keys.put(source + ".api-key", Simulation.KEY);
        }
        try (BridgeProcess bridge = BridgeProcess.start("once", keys, home)) {
            assertThat(bridge.exit(PATIENCE)).as(bridge::output).isZero();
        }
    }

    private static String run(List<String> command, Path directory) throws Exception {
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

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Files.createTempFile(home, "example", ".out").toFile()).start();
    }

    /** With options for a JVM that lives for seconds. */
    private static List<String> java(String... words) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of(words));
        return command;
    }

    private static JsonNode tree(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
