package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.finetunebridge.Loopback;
import org.finetunebridge.TestCertificate;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.connect.ConnectWorker;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.replay.DeadLetterReplayer;
import org.finetunebridge.simulator.ExpectedFacts;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.Sandbox;
import org.finetunebridge.simulator.Simulation;
import org.finetunebridge.sink.SinkUnavailableException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A cluster that lets nobody in without a login, and lets that login do what {@code docs/access.md} says and nothing else. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class KafkaAccessIT {

    private static final Pattern ROW = Pattern.compile("\\| (Topic|TransactionalId|Cluster|Group) \\| `([^`]+)` \\| ([A-Za-z, ]+) \\|.*");
    private static final Pattern PLACE = Pattern.compile("<([^>]+)>");
    private static final String STRINGS = "org.apache.kafka.connect.storage.StringConverter";
    private static final String PASSWORD = "geheim";
    private static final TestCertificate SERVER = TestCertificate.named("broker");
    private static final TestCertificate CLIENT = TestCertificate.named("bridge");
    private static final int SASL = Loopback.freePort();
    private static final int TLS = Loopback.freePort();

    @TempDir
    private static Path home;
    private static Broker broker;
    private static HttpServer tokens;
    private static KeyPair signing;

    private final Simulation world = Simulation.empty();
    private Sandbox sandbox;

    @BeforeAll
    static void startBroker() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        signing = generator.generateKeyPair();
        tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        tokens.createContext("/token", exchange -> {
            boolean known = ("Basic " + Base64.getEncoder().encodeToString(("bridge:" + PASSWORD).getBytes(UTF_8)))
                    .equals(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] answer = ("{\"token_type\":\"Bearer\",\"expires_in\":600,\"access_token\":\"" + jwt() + "\"}").getBytes(UTF_8);
            exchange.sendResponseHeaders(known ? 200 : 401, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        tokens.start();
        broker = Broker.secured(home, List.of("SECURED://127.0.0.1:" + SASL, "TLS://127.0.0.1:" + TLS), secured());
        try (Admin admin = broker.admin()) {
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("bridge",
                    new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), PASSWORD))).all().get(30, TimeUnit.SECONDS);
        }
        for (String topic : List.of("finetune.events", "finetune.dead-letters")) {
            broker.create(topic, 2, Map.of());
        }
        broker.create("finetune.state", 1, Map.of("cleanup.policy", "compact"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
        tokens.stop(0);
    }

    @BeforeEach
    void start() {
        sandbox = Sandbox.start(world);
    }

    @AfterEach
    void close() throws Exception {
        sandbox.close();
        try (Admin admin = broker.admin()) {
            admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get(30, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @CsvSource({"SCRAM, exactly-once", "OAUTHBEARER, exactly-once", "TLS, exactly-once", "SCRAM, at-least-once"})
    void publishesWithTheRightsOfThePageAndNoOthers(String login, String delivery) throws Exception {
        allow(login.equals("TLS") ? "User:CN=bridge" : "User:bridge", page().stream()
                .filter(row -> row[0].equals("Topic") || delivery.equals("exactly-once")).toList());
        world.account("dashscope").finished(3, 1, 0);

        assertThat(once(login, Map.of("bridge.kafka.delivery", delivery))).containsExactly(new CycleResult(3, 0, null));
        new ReceivedEvents(broker.read("finetune.events")).holdAllOf(ExpectedFacts.visible(world));
    }

    /** A worker of Kafka Connect and its tasks have one login; nothing of theirs is there before. */
    @Test
    void aWorkerOfConnectPublishesWithTheRightsOfItsPageAndNoOthers() throws Exception {
        String group = "workers";
        Map<String, String> properties = new TreeMap<>(Map.of("connector.class", "org.finetunebridge.connect.FineTuneSourceConnector",
                "exactly.once.support", "required", "transaction.boundary", "connector", "key.converter", STRINGS, "value.converter",
                STRINGS, "topic.creation.default.partitions", "1", "topic.creation.default.replication.factor", "1"));
        Map<String, String> topics = Map.of("bridge.kafka.topic", "connect.events", "bridge.kafka.dead-letter-topic",
                "connect.dead-letters", "bridge.connect.heartbeat-topic", "connect.heartbeats");
        properties.putAll(topics);
        Map<String, String> names = new TreeMap<>(topics);
        names.putAll(Map.of("group.id", group, "connector", "tunes", "config.storage.topic", group + "-config",
                "offset.storage.topic", group + "-offset", "status.storage.topic", group + "-status"));
        allow("User:bridge", page("docs/connect.md", 9, names));
        Map<String, String> login = new TreeMap<>();
        example("SCRAM").forEach((key, value) -> List.of("", "producer.", "consumer.", "admin.").forEach(client -> login.put(
                client + key.replace("bridge.kafka.client.", ""), value.replace("/etc/finetune-bridge", home.toString()))));
        world.account("dashscope").finished(3, 1, 0);
        world.account("dashscope").create("ft-refused");
        try (var provider = FaultySandbox.start(world);
                var worker = new ConnectWorker("127.0.0.1:" + SASL, home.resolve("connect"), group, login).start()) {
            provider.faults().always(".*/ft-refused.*", Fault.status(404));
            properties.putAll(Map.of("bridge.sources", "dashscope", "dashscope.base-url", provider.url(), "dashscope.api-key", Simulation.KEY));

            assertThat(worker.configure("tunes", properties).status()).isEqualTo(201);

            await().atMost(Duration.ofMinutes(2)).ignoreExceptions().untilAsserted(() -> {
                assertThat(broker.read("connect.events")).hasSizeGreaterThanOrEqualTo(4);
                assertThat(broker.read("connect.dead-letters")).hasSize(1);
            });
            assertThat(worker.standing("tunes")).isEqualTo("RUNNING[RUNNING]");
        }
    }

    /** A login that may not do it is named with what it lacks. */
    @Test
    void saysWhatTheLoginIsNotAllowed() throws Exception {
        allow("User:bridge", page().stream().filter(row -> row[0].equals("Topic")).toList());

        assertThat(problem("SCRAM", Map.of())).contains("allow this login to use bridge.kafka.transactional-id");
        assertThat(problem("SCRAM", Map.of("bridge.kafka.client.sasl.jaas.config", scram("other")))).contains("see bridge.kafka.client.security.protocol, .sasl.* and .ssl.*")
                .doesNotContain("other");
    }

    /** Opens the session, as a start does. */
    private String problem(String login, Map<String, String> more) throws IOException {
        try (Bridge bridge = bridge(login, more)) {
            bridge.init();
            bridge.publisher().session();
            return "";
        } catch (SinkUnavailableException e) {
            return e.getMessage();
        }
    }

    private List<CycleResult> once(String login, Map<String, String> more) throws Exception {
        try (Bridge bridge = bridge(login, more)) {
            bridge.init();
            bridge.sink().inspect();
            bridge.start();
            for (SourcePoller poller : bridge.pollers()) {
                poller.awaitFirstCycle();
            }
            assertThat(new DeadLetterReplayer(bridge).run().left()).isZero();
            return bridge.pollers().stream().map(SourcePoller::result).toList();
        }
    }

    private Bridge bridge(String login, Map<String, String> more) throws IOException {
        Map<String, String> keys = new TreeMap<>(Map.of("bridge.sources", "dashscope", "bridge.sink", "kafka", "bridge.kafka.brokers",
                "127.0.0.1:" + (login.equals("TLS") ? TLS : SASL), "dashscope.base-url", sandbox.url(), "dashscope.api-key", Simulation.KEY,
                "camel.main.jmxEnabled", "false"));
        example(login).forEach((key, value) -> keys.put(key, value.replace("/etc/finetune-bridge", home.toString())
                .replace("https://login.example.com", "http://127.0.0.1:" + tokens.getAddress().getPort())));
        keys.putAll(more);
        return new Bridge(new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(), List.of()), keys, true, Clock.systemUTC());
    }

    /** The keys of the page's example for a login, with the file that they name in their place. */
    private static Map<String, String> example(String login) throws IOException {
        Matcher example = Pattern.compile("### Kafka: " + login + "[^`]*```properties\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("docs/access.md")));
        assertThat(example.find()).as("an example of %s", login).isTrue();
        var properties = new Properties();
        properties.load(new StringReader(example.group(1).replaceAll("\\{\\{(env|file):[^}]*}}", PASSWORD)));
        Map<String, String> keys = new TreeMap<>();
        properties.stringPropertyNames().stream().filter(key -> key.startsWith("bridge.kafka.client.")).forEach(key -> keys.put(key, properties.getProperty(key)));
        return keys;
    }

    private static String scram(String password) {
        return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"bridge\" password=\"" + password + "\";";
    }

    private static List<String> secured() throws Exception {
        String server = SERVER.keyStore(home.resolve("server.p12"), "PKCS12").toString();
        String trusted = CLIENT.trustStore(home.resolve("clients.p12"), "PKCS12").toString();
        SERVER.trustStore(home.resolve("company-ca.pem"), "PEM");
        CLIENT.keyStore(home.resolve("bridge.pem"), "PEM");
        Path keys = Files.writeString(home.resolve("keys.json"), "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k\",\"use\":\"sig\",\"alg\":\"RS256\",\"n\":\""
                + base64(unsigned(((RSAPublicKey) signing.getPublic()).getModulus().toByteArray())) + "\",\"e\":\"AQAB\"}]}");
        String bearer = "listener.name.secured.oauthbearer.";
        return List.of("listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT,SECURED:SASL_SSL,TLS:SSL",
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer", "super.users=User:ANONYMOUS",
                "ssl.keystore.type=PKCS12", "ssl.keystore.location=" + server, "ssl.keystore.password=" + TestCertificate.PASSWORD, "ssl.key.password=" + TestCertificate.PASSWORD,
                "ssl.truststore.type=PKCS12", "ssl.truststore.location=" + trusted, "ssl.truststore.password=" + TestCertificate.PASSWORD,
                "listener.name.tls.ssl.client.auth=required", "sasl.enabled.mechanisms=SCRAM-SHA-512,OAUTHBEARER",
                "listener.name.secured.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
                bearer + "sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;",
                bearer + "sasl.server.callback.handler.class=org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler",
                bearer + "sasl.oauthbearer.jwks.endpoint.url=" + keys.toUri(), bearer + "sasl.oauthbearer.expected.audience=kafka");
    }

    /** As the token endpoint signs it. */
    private static String jwt() throws IOException {
        try {
            long now = Instant.now().getEpochSecond();
            String signed = base64("{\"alg\":\"RS256\",\"kid\":\"k\"}".getBytes(UTF_8)) + '.' + base64(("{\"sub\":\"bridge\",\"aud\":\"kafka\",\"iss\":\"test\",\"iat\":"
                    + now + ",\"exp\":" + (now + 600) + "}").getBytes(UTF_8));
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(signing.getPrivate());
            signature.update(signed.getBytes(UTF_8));
            return signed + '.' + base64(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static byte[] unsigned(byte[] number) {
        return number[0] == 0 ? Arrays.copyOfRange(number, 1, number.length) : number;
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static List<String[]> page() throws IOException {
        return page("docs/access.md", 4, Map.of());
    }

    /** The rows of a page's table of rights: resource type, name with what stands for {@code <key>}, operations. */
    private static List<String[]> page(String file, int size, Map<String, String> names) throws IOException {
        List<String[]> rows = Files.readString(Path.of(file)).lines().map(ROW::matcher).filter(Matcher::matches)
                .map(row -> new String[] {row.group(1), PLACE.matcher(row.group(2)).replaceAll(place -> names.get(place.group(1))), row.group(3)})
                .toList();
        assertThat(rows).hasSize(size);
        return rows;
    }

    private static void allow(String principal, List<String[]> rows) throws Exception {
        List<AclBinding> all = new ArrayList<>();
        for (String[] row : rows) {
            var resource = new ResourcePattern(ResourceType.valueOf(row[0].equals("TransactionalId") ? "TRANSACTIONAL_ID" : row[0].toUpperCase(Locale.ROOT)),
                    row[1].replace("*", ""), row[1].endsWith("*") ? PatternType.PREFIXED : PatternType.LITERAL);
            for (String operation : row[2].split(",")) {
                all.add(new AclBinding(resource, new AccessControlEntry(principal, "*", AclOperation.valueOf(operation.strip()
                        .replaceAll("(?<=[a-z])([A-Z])", "_$1").toUpperCase(Locale.ROOT)), AclPermissionType.ALLOW)));
            }
        }
        try (Admin admin = broker.admin()) {
            admin.createAcls(all).all().get(30, TimeUnit.SECONDS);
        }
    }
}
