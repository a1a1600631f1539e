package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A key that providers repeat in all they say, in a process that logs all it can: the key is nowhere. Neither are the
 * password of a proxy, the secret of a client and its token.
 */
@Timeout(180)
class KeyCanaryIT {

    private static final Path JAR = Path.of("target/finetune-bridge.jar").toAbsolutePath();
    private static final String CANARY = "sk-canary/0123+4567==";
    private static final String ESCAPED = "sk\\u002dcanary\\/0123+4567\\u003d\\u003D";
    /** Whatever is left of it. */
    private static final String[] TRACES = {"canary", "Y2FuYXJ5", "63616e617279"};

    private final Simulation world = Simulation.empty();
    private final List<Process> processes = new ArrayList<>();
    @TempDir
    private Path folder;
    private FaultySandbox sandbox;
    private TokenServer tokens;
    private TestProxy proxy;

    @BeforeEach
    void start() throws IOException {
        sandbox = FaultySandbox.start(world);
        tokens = new TokenServer("canary-token-");
        proxy = new TestProxy("me:canary+p");
        IntStream.rangeClosed(1, 9).forEach(number -> world.account("dashscope", "canary-token-" + number).create("gate"));
        Files.writeString(folder.resolve("trace.properties"), """
                appender.console.type = Console
                appender.console.name = console
                appender.console.layout.type = PatternLayout
                appender.console.layout.pattern = %p %c %m%n%throwable
                rootLogger.level = trace
                rootLogger.appenderRef.console.ref = console
                """);
        Files.createDirectory(folder.resolve("routes"));
        Files.writeString(folder.resolve("routes/queried.properties"), "like = openai\nlist = jobs\nkey-query = api_key\n");
        Files.writeString(folder.resolve("routes/queried.camel.yaml"), """
                - routeTemplate:
                    id: queried-jobs
                    from:
                      uri: direct:queried-jobs
                      steps:
                        - setHeader: {name: CamelHttpMethod, expression: {constant: {expression: GET}}}
                        - setHeader: {name: CamelHttpPath, expression: {constant: {expression: /fine_tuning/jobs}}}
                        - setHeader: {name: CamelHttpQuery, expression: {constant: {expression: limit=7}}}
                        - to: {uri: "direct:queried-fetch"}
                """);
        for (String provider : List.of("dashscope", "minimax")) {
            List.of("1", "2", "3", "4", "5", "6").forEach(id -> world.account(provider, CANARY).create(id)
                    .checkpoint("c-1", 1, "READY").become("RUNNING"));
        }
    }

    @AfterEach
    void close() throws IOException {
        processes.forEach(Process::destroyForcibly);
        sandbox.close();
        tokens.close();
        proxy.close();
    }

    @Test
    void isNowhereThoughEverythingIsLoggedAndProvidersRepeatIt() throws Exception {
        misbehave(true);
        int http = Loopback.freePort();
        int jmx = Loopback.freePort();
        Process bridge = start(List.of("-Dcom.sun.management.jmxremote.port=" + jmx, "-Djava.rmi.server.hostname=127.0.0.1",
                "-Dcom.sun.management.jmxremote.host=127.0.0.1", "-Dcom.sun.management.jmxremote.authenticate=false",
                "-Dcom.sun.management.jmxremote.ssl=false", "-Dbridge.http.port=" + http), "run");
        await().atMost(Duration.ofSeconds(90)).until(() -> files().stream().anyMatch(file -> file.contains("dead-letters"))
                && sandbox.requests().matching("tunes/1/|event.*\"1\"").size() >= 2 && sandbox.requests().received() > 30);

        for (String path : List.of("/observe/health", "/observe/metrics", "/")) {
            String said = get(http, path);
            assertThat(said).as(path).isNotEmpty().doesNotContain(TRACES);
        }
        assertThat(beans(jmx)).hasSizeGreaterThan(500).allSatisfy(attribute -> assertThat(attribute)
                .doesNotContain(TRACES));
        bridge.destroy();
        assertThat(bridge.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(tokens.given()).isPositive();
        assertThat(sandbox.requests().matching("limit=7&api_key=sk-canary%2F0123%2B4567%3D%3D")).isNotEmpty();
        assertThat(proxy.asked()).anyMatch(line -> line.startsWith("POST ")).anyMatch(line -> line.startsWith("GET "));
        assertThat(log()).as("the log is worth looking at").contains("TRACE", "org.apache.hc.client5", "org.apache.camel");
        assertNowhere();
    }

    @Test
    void isNowhereInWhatTheOtherCommandsSay() throws Exception {
        misbehave(false);
        for (String verb : List.of("check", "once", "replay", "state")) {
            Process process = start(List.of(), verb);
            assertThat(process.waitFor(90, TimeUnit.SECONDS)).as(verb).isTrue();
        }
        Process rejected = start(List.of("-Ddashscope.api-kee=x"), "once");
        assertThat(rejected.waitFor(90, TimeUnit.SECONDS)).isTrue();
        assertThat(rejected.exitValue()).isEqualTo(2);
        assertNowhere();
    }

    /** @param forAWhile also with what is tried again, for which {@code once} waits two minutes */
    private void misbehave(boolean forAWhile) {
        String json = "{\"code\":\"InvalidParameter\",\"message\":\"Incorrect key " + CANARY + " or " + ESCAPED
                + "\",\"base_resp\":{\"status_code\":2013,\"status_msg\":\"key " + ESCAPED + "\"},\"request_id\":\"" + CANARY
                + "\"}";
        UnaryOperator<String> repeat = answer -> answer.replaceFirst("\\{", "{\"key\":\"" + CANARY + "\",\"escaped\":\""
                + ESCAPED.replace("\\", "\\\\") + "\",").replace("READY", CANARY).replace("SUCCEEDED", CANARY);
        sandbox.faults().of(CANARY).always("tunes/1/|event.*\"1\"", Fault.body(400, json).header("Trace-Id", CANARY))
                .always("tunes/5/|event.*\"5\"", Fault.edited(repeat).and(Fault.gzip()))
                .always("page_no=|finetune_job\\b", Fault.edited(repeat).header("Trace-Id", CANARY));
        IntStream.rangeClosed(1, 9).forEach(number -> sandbox.faults().of("canary-token-" + number).always("page_no=",
                Fault.body(403, "{\"code\":\"AccessDenied\",\"message\":\"not with canary-token-" + number + "\"}")));
        if (forAWhile) {
            sandbox.faults().of(CANARY).always("tunes/2/|event.*\"2\"", Fault.html(200).and(Fault.edited(
                    html -> html.replace("Please", CANARY))))
                    .always("tunes/3/|event.*\"3\"", Fault.redirect("http://127.0.0.1:1/?key=" + CANARY))
                    .always("tunes/4/|event.*\"4\"", Fault.body(503, json).header("X-Key", CANARY))
                    .times(3, "tunes/6/|event.*\"6\"", Fault.body(200, "{\"output\":[" + json + "]," + json));
        }
    }

    private void assertNowhere() throws IOException {
        assertThat(files()).isNotEmpty();
        for (String file : files()) {
            if (!file.endsWith("trace.properties")) {
                String text = new String(Files.readAllBytes(Path.of(file)), StandardCharsets.ISO_8859_1);
                assertThat(text.lines().filter(line -> Arrays.stream(TRACES).anyMatch(line::contains)))
                        .as(file).isEmpty();
            }
        }
    }

    /** Every attribute of every MBean, as text. */
    private static List<String> beans(int port) throws Exception {
        var address = new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi");
        List<String> attributes = new ArrayList<>();
        try (JMXConnector connector = JMXConnectorFactory.connect(address)) {
            MBeanServerConnection server = connector.getMBeanServerConnection();
            for (ObjectName bean : server.queryNames(null, null)) {
                attributes.add(bean.toString());
                for (MBeanAttributeInfo attribute : server.getMBeanInfo(bean).getAttributes()) {
                    attributes.add(bean + " " + attribute.getName() + ": " + read(server, bean, attribute));
                }
            }
        }
        return attributes;
    }

    private static String read(MBeanServerConnection server, ObjectName bean, MBeanAttributeInfo attribute)
            throws IOException {
        try {
            return Arrays.deepToString(new Object[] {server.getAttribute(bean, attribute.getName())});
        } catch (JMException | RuntimeException e) {
            return e.toString();
        }
    }

    private static String get(int port, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private Process start(List<String> options, String verb) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Ddashscope.period=1s",
                "-Dminimax.period=1s", "-Dbridge.http.port=0", "-Dbridge.max-response-size=1MB",
                "-Dlog4j2.configurationFile=" + folder.resolve("trace.properties")));
        command.addAll(ClassArchive.ofBridge());
        command.addAll(options);
        command.addAll(List.of("-jar", JAR.toString(), verb));
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(folder.resolve(verb + processes.size() + ".log").toFile());
        builder.environment().putAll(Map.of("DASHSCOPE_API_KEY", CANARY, "MINIMAX_API_KEY", CANARY,
                "DASHSCOPE_BASE_URL", sandbox.url("dashscope"), "MINIMAX_BASE_URL", sandbox.url("minimax")));
        builder.environment().putAll(Map.of("BRIDGE_SOURCES", "dashscope,minimax,gate,queried", "GATE_PROVIDER", "dashscope", "GATE_BASE_URL",
                sandbox.url("dashscope"), "GATE_PROXY", "http://me:canary+p@" + proxy.address(), "GATE_OAUTH2_TOKEN_URL", tokens.url(),
                "GATE_OAUTH2_CLIENT_ID", TokenServer.CLIENT, "GATE_OAUTH2_CLIENT_SECRET", TokenServer.SECRET));
        builder.environment().putAll(Map.of("QUERIED_API_KEY", CANARY, "QUERIED_BASE_URL", sandbox.url("openai")));
        processes.add(builder.start());
        return processes.get(processes.size() - 1);
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("run0.log"), StandardCharsets.ISO_8859_1);
    }

    private List<String> files() {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).map(Path::toString).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
