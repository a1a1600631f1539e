package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.Rig.await;
import static org.finetunebridge.TestCertificate.PASSWORD;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.PollListener;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider with a certificate that the JVM does not trust, which lets nobody in who shows none: the source's own files say both. */
@Timeout(60)
class StoresIT {

    private static final TestCertificate PROVIDER = TestCertificate.of("provider", "RSA", TestCertificate.named("x").certificate().getNotAfter().toInstant());
    private static final TestCertificate OTHER = TestCertificate.named("other");
    private static final TestCertificate CLIENT = TestCertificate.named("client");

    @TempDir
    private Path folder;
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private volatile String reason = "";
    private Rig rig;
    private HttpsServer server;

    @BeforeEach
    void start() throws Exception {
        rig = new Rig(folder, Simulation.empty()).clock(Rig.hastening(100)).source("dashscope", "dashscope").with("dashscope.period", "1s");
        rig.world.account("dashscope").create("ft-1").become("RUNNING");
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        SSLContext context = PROVIDER.server(CLIENT);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = context.getDefaultSSLParameters();
                wanted.setNeedClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        server.setExecutor(workers);
        server.createContext("/", new Relay(rig.sandbox.url("dashscope")));
        server.start();
        rig.with("dashscope.base-url", "https://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void close() {
        rig.close();
        server.stop(0);
        workers.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS", "PEM"})
    void areReadInEveryForm(String form) throws Exception {
        String password = form.equals("PEM") ? null : PASSWORD;
        rig.with("dashscope.trust-store", PROVIDER.trustStore(folder.resolve("trust"), form).toString()).with("dashscope.trust-store-password", password)
                .with("dashscope.key-store", CLIENT.keyStore(folder.resolve("key"), form).toString()).with("dashscope.key-store-password", password);

        assertThat(rig.once()).singleElement().extracting("failed", "reason").containsExactly(0, null);

        assertThat(rig.published("ft-1")).contains("dashscope RUNNING");
    }

    /** As mounted secrets are: first the authority is the wrong one, then the client's certificate; a file cut short changes nothing. */
    @Test
    void areReadAnewWhenTheyChange() throws Exception {
        Path trust = OTHER.trustStore(folder.resolve("trust.pem"), "PEM");
        Path key = OTHER.keyStore(folder.resolve("key.pem"), "PEM");
        rig.with("dashscope.trust-store", trust.toString()).with("dashscope.key-store", key.toString());
        try (Bridge bridge = rig.watching()) {
            bridge.pollers().get(0).onPoll(new PollListener() {
                @Override
                public void failed(ProviderException failure, Duration took) {
                    StoresIT.this.reason = failure.getMessage();
                }
            });
            await().until(() -> reason.contains("is signed by nobody who is trusted here") && reason.contains("dashscope.trust-store"));
            assertThat(rig.sandbox.requests().received()).isZero();
            Files.writeString(key, "-----BEGIN ");
            PROVIDER.trustStore(trust, "PEM");
            await().until(() -> !reason.contains("is signed by nobody"));
            assertThat(rig.sandbox.requests().received()).isZero();
            CLIENT.keyStore(key, "PEM");

            await().until(() -> rig.published("ft-1").contains("dashscope RUNNING"));
        }
        assertThat(rig.deadLetters()).isEmpty();
    }
}
