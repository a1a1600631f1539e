package org.finetunebridge.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.camel.Exchange;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.http.HttpMethods;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.finetunebridge.camel.http.BoundedHttpClientConfigurer;
import org.finetunebridge.camel.http.TransportFailure;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RequestAttempt;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.AccessSettings;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.settings.SourceSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code request.camel.yaml} against a server that answers anything: bounds of size and time, and the reason in words. */
class TransportIT extends CamelTestSupport {

    private static final int MOST = 20_000;
    private static final Duration TIMEOUT = Duration.ofMillis(400);
    private static final byte[] GZIP_WITH_NAME = {0x1f, (byte) 0x8b, 8, 8, 0, 0, 0, 0, 0, 3};
    private static final byte[] GZIP = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private ServerSocket server;

    /** What the server sends on a connection, which is closed after it. */
    private interface Answer {
        void write(OutputStream out) throws IOException;
    }

    @Override
    protected void bindToRegistry(Registry registry) {
        registry.bind("poll-failures", new PollErrorHandler(new Accounts()));
        registry.bind("bounds-x", new BoundedHttpClientConfigurer(MOST, TIMEOUT, AccessSettings.NONE));
    }

    @Override
    protected void doPostSetup() throws Exception {
        for (String file : List.of("errors", "request")) {
            PluginHelper.getRoutesLoader(context()).loadRoutes(PluginHelper.getResourceLoader(context())
                    .resolveResource("file:routes/" + file + ".camel.yaml"));
        }
        TemplatedRouteBuilder.builder(context(), "request").routeId("request-x")
                .parameters(Map.of("client", "x", "request-timeout", Long.toString(TIMEOUT.toMillis()))).add();
    }

    @AfterEach
    void closeServer() throws IOException {
        threads.shutdownNow();
        if (server != null) {
            server.close();
        }
    }

    @Test
    void asksTheAddressOfTheAccountBelowItsPrefix() throws Exception {
        serve(out -> out.write((OK + "Content-Length: 2\r\n\r\n{}").getBytes(StandardCharsets.US_ASCII)));
        Exchange answered = ask("http://127.0.0.1:" + server.getLocalPort() + "/prefix");

        assertThat(answered.getException()).isNull();
        assertThat(answered.getMessage().getBody(String.class)).isEqualTo("{}");
    }

    /** Head, compression's own head, and blocks without content: each goes on as long as somebody listens. */
    @ParameterizedTest
    @ValueSource(strings = {"head", "gzip name", "gzip blocks", "body"})
    void waitsForNothingThatTrickles(String part) throws Exception {
        serve(out -> {
            out.write(OK.getBytes(StandardCharsets.US_ASCII));
            out.write((part.startsWith("gzip") ? "Content-Encoding: gzip\r\n\r\n" : part.equals("head") ? "X-Name: " : "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(part.equals("gzip name") ? GZIP_WITH_NAME : part.equals("gzip blocks") ? GZIP : new byte[0]);
            byte[] more = part.equals("gzip blocks") ? new byte[] {0, 0, 0, (byte) 0xff, (byte) 0xff} : new byte[] {'x'};
            while (true) {
                out.write(more);
                out.flush();
                LockSupport.parkNanos(20_000_000);
            }
        });

        assertThat(failure()).extracting(ProviderException::means, ProviderException::getMessage).containsExactly(ErrorAction.TRANSIENT,
                "no complete answer from 127.0.0.1:" + server.getLocalPort() + " within acme.request-timeout of 400 ms");
    }

    /** What is unpacked is nothing, but what is read is more than an answer may have. */
    @ParameterizedTest
    @ValueSource(strings = {"gzip name", "gzip blocks"})
    void unpacksNoMoreThanAnAnswerMayHave(String part) throws Exception {
        serve(out -> {
            out.write((OK + "Content-Encoding: gzip\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(part.equals("gzip name") ? GZIP_WITH_NAME : GZIP);
            byte[] more = part.equals("gzip blocks") ? new byte[] {0, 0, 0, (byte) 0xff, (byte) 0xff} : "xxxxx".getBytes(StandardCharsets.US_ASCII);
            for (int count = 0; count < MOST; count++) {
                out.write(more);
            }
        });

        assertThat(failure()).extracting(ProviderException::means, ProviderException::getMessage).containsExactly(ErrorAction.JOB,
                "the answer is larger than bridge.max-response-size (20000 bytes)");
    }

    @Test
    void unpacksWhatIsPacked() throws Exception {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write("{\"x\":1}".getBytes(StandardCharsets.US_ASCII));
        }
        serve(out -> {
            out.write((OK + "Content-Encoding: GZIP\r\nContent-Length: " + packed.size() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(packed.toByteArray());
        });

        assertThat(ask().getMessage().getBody(String.class)).isEqualTo("{\"x\":1}");
    }

    @Test
    void saysThatABodyIsNotWhatItsEncodingSays() throws Exception {
        serve(out -> out.write((OK + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}").getBytes(StandardCharsets.US_ASCII)));
        assertThat(failure()).extracting(ProviderException::means, ProviderException::stage).containsExactly(ErrorAction.ODD, "fetch");
        assertThat(failure().getMessage()).startsWith("the answer's Content-Encoding is gzip, but its body is not");

        serve(out -> out.write((OK + "Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}").getBytes(StandardCharsets.US_ASCII)));
        assertThat(failure().getMessage()).startsWith("the answer's Content-Encoding is br, which was not asked for");
    }

    /** A 503 stays one, and is not five answers without sense. */
    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br"})
    void takesAnErrorsStatusThoughItsBodyIsBroken(String encoding) throws Exception {
        serve(out -> out.write(("HTTP/1.1 503 Busy\r\nContent-Encoding: " + encoding + "\r\nContent-Length: 2\r\n\r\n{}").getBytes(StandardCharsets.US_ASCII)));
        Exchange answered = ask();

        assertThat(answered.getException()).isNull();
        assertThat(answered.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(503);
        assertThat(answered.getMessage().getBody(String.class)).isNullOrEmpty();
    }

    @Test
    void saysWhatBecameOfTheConnection() throws Exception {
        serve(out -> { });
        assertThat(failure().getMessage()).isEqualTo("127.0.0.1:" + server.getLocalPort() + " closed the connection without an answer");

        serve(out -> out.write((OK + "Content-Length: 9\r\n\r\n{}").getBytes(StandardCharsets.US_ASCII)));
        assertThat(failure().getMessage()).isEqualTo("127.0.0.1:" + server.getLocalPort() + " closed the connection in the middle of an answer");

        assertThat(failure("https://127.0.0.1:" + server.getLocalPort()).getMessage())
                .isEqualTo("127.0.0.1:" + server.getLocalPort() + " does not speak TLS: is acme.base-url to begin with http instead of https?");

        server.close();
        assertThat(failure().getMessage()).startsWith("127.0.0.1:" + server.getLocalPort() + " refuses connections, or cannot be reached: check acme.base-url");
    }

    @Test
    void saysWhyThereIsNoConnection() throws Exception {
        assertThat(reason(new UnknownHostException("api.example.com: Name or service not known")))
                .startsWith("no host is named api.example.com: check acme.base-url, the network and its DNS").contains("acme.proxy");
        assertThat(reason(new ConnectTimeoutException("Connect to api.example.com failed"))).startsWith("no connection to api.example.com:443 within 10 s");
        var untrusted = new SSLHandshakeException("PKIX path building failed");
        untrusted.initCause(new CertPathBuilderException("unable to find valid certification path"));
        assertThat(reason(untrusted)).startsWith("the certificate of api.example.com:443 is signed by nobody who is trusted here").contains("trust");
        assertThat(reason(new SSLPeerUnverifiedException("no match"))).startsWith("the certificate of api.example.com:443 is for another host");
        assertThat(reason(new IOException("Broken pipe"))).isEqualTo("the connection to api.example.com:443 failed: Broken pipe");
    }

    private static String reason(IOException exception) throws Exception {
        return TransportFailure.reason(exception, source("https://api.example.com/v1"));
    }

    private ProviderException failure() throws Exception {
        return failure("http://127.0.0.1:" + server.getLocalPort());
    }

    private ProviderException failure(String url) throws Exception {
        return FailureClassifier.classify(ask(url).getException(), source(url), new RequestAttempt());
    }

    private Exchange ask() {
        return ask("http://127.0.0.1:" + server.getLocalPort());
    }

    /** The body is read here, as the client of the provider does. */
    private Exchange ask(String url) {
        return assertTimeoutPreemptively(Duration.ofSeconds(20), () -> template().send("direct:request-x", exchange -> {
            exchange.getMessage().setHeader(Exchange.HTTP_URI, url);
            exchange.getMessage().setHeader(Exchange.HTTP_METHOD, HttpMethods.GET);
            exchange.getMessage().setHeader(Exchange.HTTP_PATH, "/jobs");
        }));
    }

    private void serve(Answer answer) throws IOException {
        if (server != null) {
            server.close();
        }
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        ServerSocket listening = server;
        threads.submit(() -> {
            while (true) {
                Socket client = listening.accept();
                threads.submit(() -> {
                    try (client) {
                        byte[] request = new byte[2000];
                        client.getInputStream().read(request);
                        answer.write(client.getOutputStream());
                        client.shutdownOutput();
                        client.getInputStream().read();
                    } catch (IOException e) {
                        // The client hung up.
                    }
                });
            }
        });
    }

    private static SourceSettings source(String url) throws Exception {
        var files = new RouteFiles(TransportIT.class.getClassLoader(), List.of(), List.of(Path.of("routes")));
        return new SettingsReader(new ProviderRegistry(files), (cron, zone, now) -> null, Instant::now).read(new TreeMap<>(Map.of("bridge.sources", "acme",
                "acme.provider", "minimax", "acme.api-key", "sk-secret", "acme.base-url", url, "acme.request-timeout", "400ms"))).sources().get(0);
    }
}
