package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.finetunebridge.sandbox.Job;
import org.finetunebridge.sandbox.World;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces, seen by a collector. */
class TracesTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String TRACEPARENT = "00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]";

    @TempDir
    Path folder;

    private final List<String> collected = new CopyOnWriteArrayList<>();
    private final Set<String> headers = ConcurrentHashMap.newKeySet();
    private Rig rig;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        rig = new Rig(folder, World.empty());
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", this::collect);
        server.createContext("/", this::forward);
        server.start();
        rig.source("team-a", "dashscope").with("team-a.base-url", url(""));
    }

    @AfterEach
    void close() {
        rig.close();
        server.stop(0);
    }

    @Test
    void sendsTheSpansThatItsEventsName() throws Exception {
        Job job = rig.world.account("dashscope").create("ft-1");
        rig.with("bridge.traces.endpoint", url("/v1/traces"));
        rig.once();
        job.become("RUNNING");
        rig.once();

        List<JsonNode> events = rig.events();
        assertThat(events).hasSize(2).allSatisfy(event -> {
            assertThat(event.path("traceparent").asText()).matches(TRACEPARENT);
            String[] parts = event.path("traceparent").asText().split("-");
            assertThat(collected).as("%s", event).anyMatch(sent -> sent.contains(parts[1]) && sent.contains(parts[2]));
        });
        assertThat(String.join("", collected)).contains(hex("finetune-bridge"), hex("team-a-fetch"), hex("team-a-jobs"))
                .doesNotContain(hex(World.KEY));
    }

    @Test
    void beginsANewTraceWithEverySweep() throws Exception {
        Job job = rig.world.account("dashscope").create("ft-1");
        rig.with("bridge.traces.endpoint", url("/v1/traces")).with("team-a.period", "200ms");
        rig.watching();
        await().atMost(Duration.ofSeconds(30)).until(() -> rig.events().size() == 1);
        job.become("RUNNING");
        await().atMost(Duration.ofSeconds(30)).until(() -> rig.events().size() == 2);

        assertThat(rig.events()).extracting(event -> event.path("traceparent").asText().split("-")[1])
                .doesNotHaveDuplicates();
    }

    @Test
    void tellsAProviderNothingOfItsTraces() throws Exception {
        rig.world.account("dashscope").create("ft-1");
        rig.with("bridge.traces.endpoint", url("/v1/traces")).once();

        assertThat(rig.events()).hasSize(1);
        assertThat(headers).contains("authorization").doesNotContain("traceparent", "tracestate", "baggage")
                .noneMatch(name -> name.contains("trace") || name.contains("span"));
    }

    @Test
    void tellsTheSameWhereNoCollectorAnswers() throws Exception {
        rig.world.account("dashscope").create("ft-1");
        rig.with("bridge.traces.endpoint", "http://127.0.0.1:1/v1/traces").once();

        assertThat(rig.events()).hasSize(1);
        assertThat(rig.deadLetters()).isEmpty();
    }

    @Test
    void isOffUnlessItIsTurnedOn() throws Exception {
        rig.world.account("dashscope").create("ft-1");
        rig.once();

        assertThat(rig.events()).hasSize(1).noneMatch(event -> event.has("traceparent"));
        assertThat(collected).isEmpty();
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** In hexadecimal digits, in which the ids of a trace and of a span are found as they are. */
    private void collect(HttpExchange exchange) throws IOException {
        collected.add(HexFormat.of().formatHex(exchange.getRequestBody().readAllBytes()));
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    /** To the sandbox, which keeps no headers. */
    private void forward(HttpExchange exchange) throws IOException {
        exchange.getRequestHeaders().keySet().forEach(name -> headers.add(name.toLowerCase()));
        var request = HttpRequest.newBuilder(URI.create(rig.sandbox.url("dashscope") + exchange.getRequestURI()))
                .header("Authorization", exchange.getRequestHeaders().getFirst("Authorization")).build();
        try {
            HttpResponse<byte[]> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofByteArray());
            exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
            exchange.getResponseBody().write(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}
