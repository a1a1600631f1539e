package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

    @TempDir
    private static Path stores;
    private static TestCertificate certificate;
    private static Path trusted;
    @TempDir
    private Path folder;
    private final Simulation world = Simulation.empty();
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private FaultySandbox sandbox;
    private HttpsServer server;

    @BeforeAll
    static void certify() throws Exception {
        certificate = TestCertificate.named("127.0.0.1");
        trusted = certificate.trustStore(stores.resolve("trusted.p12"), "PKCS12");
    }

    @BeforeEach
    void start() throws Exception {
        world.account("dashscope").finished(30, 2, 0);
        sandbox = FaultySandbox.start(world);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.server(null)));
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
        try (BridgeProcess once = once(trust())) {
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
                        + proxy.address(), "NO_PROXY=example.com"), List.of(trust()))) {
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
                    List.of(trust()[0], trust()[1], "-Dhttps.proxyHost=" + address[0], "-Dhttps.proxyPort=" + address[1]))) {
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

    private static String[] trust() {
        return new String[] {"-Djavax.net.ssl.trustStore=" + trusted, "-Djavax.net.ssl.trustStorePassword=" + TestCertificate.PASSWORD};
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
}
