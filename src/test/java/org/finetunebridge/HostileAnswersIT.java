package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.LoggedRequest;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider sends besides, or in the place of, what it was asked for. */
@Timeout(120)
class HostileAnswersIT {

    private static final int FASTER = 40;
    private static final long MUCH = 60_000_000;
    @TempDir
    private Path folder;
    private final ExecutorService provider = Executors.newCachedThreadPool();
    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig(folder, Simulation.empty()).clock(Rig.hastening(FASTER));
    }

    @AfterEach
    void close() {
        provider.shutdownNow();
        rig.close();
    }

    /** One line without an end, or lines without an end: neither is read into memory, nor for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"x", "X-Name: value\r\n"})
    void readsNoHeadWithoutAnEnd(String part) throws Exception {
        var sent = new AtomicLong();
        try (var server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            provider.submit(() -> {
                while (true) {
                    Socket client = server.accept();
                    provider.submit(() -> pour(client, part, sent));
                }
            });
            rig.source("dashscope", "dashscope").with("dashscope.base-url", "http://127.0.0.1:" + server.getLocalPort());

            assertThat(rig.clock(Rig.hastening(200)).once()).hasSize(1).first().extracting(CycleResult::failed).isEqualTo(1);
        }
        assertThat(sent.get()).isBetween(10_000L, MUCH - 1);
        assertThat(rig.deadLetters()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1E6999999999", "-922337E036854775808", "1e-9999999999"})
    void takesANumberNobodyCanHoldForAnAnswerWithoutSense(String number) throws Exception {
        rig.source("dashscope", "dashscope").world.account("dashscope").create("ft-1");
        rig.sandbox.faults().times(1, "/checkpoints", Fault.body(503, "{\"code\":" + number + "}"))
                .always("/checkpoints", Fault.body(200, "{\"output\":" + number + "}"));

        rig.once();

        assertThat(rig.deadLetters()).hasSize(1).first().satisfies(letter -> {
            assertThat(letter.at("/data/error/message").asText()).startsWith("the answer holds a number");
            assertThat(letter.at("/data/payload").asText()).contains(number);
        });
        assertThat(rig.sandbox.requests().matching("/checkpoints")).hasSize(6);
    }

    /** No error yet: but the next request would be one. */
    @Test
    void restsWhenTheProviderSaysThatNothingIsLeft() throws Exception {
        rig.source("openai", "openai").with("openai.concurrency", "1").world.account("openai").create("ftjob-1");
        rig.sandbox.faults().times(1, "jobs\\?limit", Fault.headers(Map.of("x-ratelimit-remaining-requests", "0",
                "x-ratelimit-reset-requests", "0m24s")));

        assertThat(rig.once()).containsExactly(new CycleResult(1, 0, null));

        var asked = rig.sandbox.requests().all().stream().map(LoggedRequest::at).toList();
        assertThat(Duration.between(asked.get(0), asked.get(1)).multipliedBy(FASTER)).isGreaterThan(
                Duration.ofSeconds(22));
    }

    /** Two stand in line, for twenty seconds each, when the first is told to wait: so do they. */
    @Test
    void letsNobodyOutOfTheLineWhileTheAccountIsAskedToWait() throws Exception {
        int faster = FASTER / 2;
        rig.clock(Rig.hastening(faster)).source("dashscope", "dashscope").with("dashscope.rate", "0.05");
        rig.world.account("dashscope").finished(3, 0, 0);
        rig.sandbox.faults().times(1, "/checkpoints", Fault.body(429, "{}").header("Retry-After", "48"));

        assertThat(rig.once()).containsExactly(new CycleResult(3, 0, null));

        var asked = rig.sandbox.requests().matching("/checkpoints").stream().map(LoggedRequest::at).toList();
        assertThat(Duration.between(asked.get(0), asked.get(1)).multipliedBy(faster)).isGreaterThan(
                Duration.ofSeconds(46));
    }

    private static Void pour(Socket client, String part, AtomicLong sent) {
        byte[] chunk = part.repeat(1000).getBytes(StandardCharsets.US_ASCII);
        try (client; OutputStream out = client.getOutputStream()) {
            out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
            while (sent.addAndGet(chunk.length) < MUCH) {
                out.write(chunk);
            }
        } catch (IOException e) {
            // It hung up, as it should.
        }
        return null;
    }
}
