package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.Simulation;
import org.finetunebridge.sink.kafka.BridgeProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sandbox behind HTTPS, as every real provider is: whom the JVM trusts is asked, and nobody else. */
@Timeout(120)
class TlsIT {

    private static final String PASSWORD = "changeit";

    @TempDir
    private static Path stores;
    @TempDir
    private Path folder;
    private final Simulation world = Simulation.empty();
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private FaultySandbox sandbox;
    private HttpsServer server;

    @BeforeAll
    static void certify() throws Exception {
        keytool("-genkeypair", "-alias", "provider", "-keyalg", "RSA", "-dname", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1,dns:provider.test",
                "-keystore", "provider.p12");
        keytool("-exportcert", "-alias", "provider", "-keystore", "provider.p12", "-file", "provider.crt");
        keytool("-importcert", "-noprompt", "-alias", "provider", "-keystore", "trusted.p12", "-file", "provider.crt");
    }

    @BeforeEach
    void start() throws Exception {
        world.account("dashscope").finished(30, 2, 0);
        sandbox = FaultySandbox.start(world);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity()));
        server.setExecutor(workers);
        server.createContext("/", new Relay(sandbox.url("dashscope")));
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
        workers.shutdownNow();
        sandbox.close();
    }

    @Test
    void readsAProviderThatTheJvmTrusts() throws IOException {
        try (BridgeProcess once = once("-Djavax.net.ssl.trustStore=" + stores.resolve("trusted.p12"),
                "-Djavax.net.ssl.trustStorePassword=" + PASSWORD)) {
            assertThat(once.exit(Duration.ofSeconds(60))).as(once::output).isZero();
        }
        assertThat(folder.resolve("data/events")).isDirectoryRecursivelyContaining("glob:**.ndjson");
        try (var files = Files.list(folder.resolve("data/events"))) {
            Path events = files.filter(file -> file.toString().endsWith(".ndjson")).findFirst().orElseThrow();
            assertThat(Files.readAllLines(events)).hasSize(30 * 3);
        }
    }

    /** Only the proxy knows where the provider is, and speaks no TLS itself. The environment names it, with its user. */
    @Test
    void readsItThroughTheProxyOfTheEnvironment() throws Exception {
        try (TestProxy proxy = new TestProxy("me:p@ss-geheim");
                BridgeProcess once = BridgeProcess.start("once", keys("provider.test"), folder, List.of("env", "HTTPS_PROXY=http://me:p%40ss-geheim@"
                        + proxy.address(), "NO_PROXY=example.com"), List.of("-Djavax.net.ssl.trustStore=" + stores.resolve("trusted.p12"),
                        "-Djavax.net.ssl.trustStorePassword=" + PASSWORD))) {
            assertThat(once.exit(Duration.ofSeconds(60))).as(once::output).isZero();
            assertThat(proxy.asked()).isNotEmpty().containsOnly("CONNECT provider.test:" + server.getAddress().getPort() + " HTTP/1.1");
            assertThat(once.output()).doesNotContain("geheim");
        }
        assertThat(sandbox.requests().received()).isPositive();
    }

    /** The JVM's properties win over the environment, which names a proxy that is not there. */
    @Test
    void readsItThroughTheProxyOfTheJvm() throws Exception {
        try (TestProxy proxy = new TestProxy(null)) {
            String[] address = proxy.address().split(":");
            try (BridgeProcess once = BridgeProcess.start("once", keys("provider.test"), folder, List.of("env", "HTTPS_PROXY=http://127.0.0.1:1"),
                    List.of("-Djavax.net.ssl.trustStore=" + stores.resolve("trusted.p12"), "-Djavax.net.ssl.trustStorePassword=" + PASSWORD,
                            "-Dhttps.proxyHost=" + address[0], "-Dhttps.proxyPort=" + address[1]))) {
                assertThat(once.exit(Duration.ofSeconds(60))).as(once::output).isZero();
            }
            assertThat(proxy.asked()).isNotEmpty().containsOnly("CONNECT provider.test:" + server.getAddress().getPort() + " HTTP/1.1");
        }
        assertThat(sandbox.requests().received()).isPositive();
    }

    @Test
    void givesAnyOtherNothingNotEvenItsKey() {
        try (BridgeProcess check = BridgeProcess.start("check", keys(), folder)) {
            assertThat(check.exit(Duration.ofSeconds(60))).as(check::output).isEqualTo(1);
            assertThat(check.output()).contains("is signed by nobody who is trusted here").doesNotContain(Simulation.KEY);
        }
        assertThat(sandbox.requests().received()).isZero();
    }

    private BridgeProcess once(String... options) {
        return BridgeProcess.start("once", keys(), folder, List.of(), List.of(options));
    }

    private Map<String, String> keys() {
        return keys("127.0.0.1");
    }

    private Map<String, String> keys(String host) {
        return Map.of("bridge.sources", "dashscope", "dashscope.api-key", Simulation.KEY, "bridge.http.port", "0",
                "dashscope.base-url", "https://" + host + ":" + server.getAddress().getPort());
    }

    private static SSLContext identity() throws Exception {
        var keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(stores.resolve("provider.p12"))) {
            keys.load(in, PASSWORD.toCharArray());
        }
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).directory(stores.toFile()).inheritIO().start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }
}
