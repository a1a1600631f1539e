package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packed jar with a thousand accounts of one provider and 512 MB: routes, endpoints, HTTP clients and threads are shared,
 * so that an account costs little more than what is remembered of its jobs.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ManyAccountsIT {

    private static final Path JAR = Path.of("target/finetune-bridge.jar").toAbsolutePath();
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin");
    private static final int ACCOUNTS = 1000;
    private static final long LARGEST_ACCOUNT = 200 * 1024;
    private static final int MOST_THREADS = 100;
    /** A minute is promised for two cores that do nothing else; {@code -Dread-within=60} holds the bridge to that. */
    private static final Duration READ_WITHIN = Duration.ofSeconds(Integer.getInteger("read-within", 150));

    @TempDir
    private Path folder;
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private HttpServer provider;
    private Process bridge;

    @BeforeEach
    void start() throws IOException {
        provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
        provider.setExecutor(threads);
        provider.createContext("/", this::answer);
        provider.start();
        Files.writeString(folder.resolve("my.properties"), Stream.concat(
                Stream.of("bridge.sources = " + IntStream.range(0, ACCOUNTS).mapToObj(ManyAccountsIT::name).collect(Collectors.joining(",")),
                        "bridge.http.port = 0"),
                IntStream.range(0, ACCOUNTS).mapToObj(ManyAccountsIT::name).flatMap(name -> Stream.of(name + ".provider = dashscope",
                        name + ".api-key = sk-" + name, name + ".base-url = http://127.0.0.1:" + provider.getAddress().getPort() + "/" + name)))
                .collect(Collectors.joining("\n")));
    }

    @AfterEach
    void close() {
        if (bridge != null) {
            bridge.destroyForcibly();
        }
        provider.stop(0);
        threads.shutdownNow();
    }

    @Test
    void areReadInOneSmallProcess() throws Exception {
        long began = System.nanoTime();
        List<String> command = new ArrayList<>(List.of(JAVA.resolve("java").toString(), "-Xmx512m", "-XX:TieredStopAtLevel=1"));
        command.addAll(ClassArchive.ofBridge());
        command.addAll(List.of("-XX:+ExitOnOutOfMemoryError", "-jar", JAR.toString(), "run", "--config",
                folder.resolve("my.properties").toString()));
        bridge = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile()).start();
        await().atMost(READ_WITHIN).pollInterval(Duration.ofMillis(100)).failFast(() -> !bridge.isAlive())
                .until(() -> events().count() >= ACCOUNTS);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        long count = threadsOf(bridge);
        long live = liveHeap(bridge);

        long stopped = System.nanoTime();
        bridge.destroy();
        assertThat(bridge.waitFor(10, TimeUnit.SECONDS)).as("stops within ten seconds").isTrue();

        System.out.printf("%d accounts read after %d s; %d threads; %d KB of live heap in all for each account; stopped after %d ms%n", ACCOUNTS,
                took.toSeconds(), count, live / ACCOUNTS / 1024, Duration.ofNanos(System.nanoTime() - stopped).toMillis());
        assertThat(bridge.exitValue()).isZero();
        assertThat(asked).as("each account was asked with its own key, at its own address").hasSize(ACCOUNTS);
        assertThat(events().map(Ndjson::json).map(event -> event.at("/data/account").asText())).hasSize(ACCOUNTS).doesNotHaveDuplicates();
        assertThat(count).isLessThan(MOST_THREADS);
        assertThat(live / ACCOUNTS).isLessThan(LARGEST_ACCOUNT);
    }

    private static String name(int number) {
        return "team-" + number;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().split("/");
        boolean known = ("Bearer sk-" + path[1]).equals(exchange.getRequestHeaders().getFirst("Authorization"));
        if (known && exchange.getRequestURI().getPath().endsWith("/fine-tunes")) {
            asked.add(path[1]);
        }
        String body = !known ? "{\"code\":\"InvalidApiKey\",\"message\":\"none\"}" : exchange.getRequestURI().getPath().endsWith("/fine-tunes")
                ? "{\"request_id\":\"r\",\"output\":{\"page_no\":1,\"page_size\":100,\"total\":1,\"jobs\":[{\"job_id\":\"ft-" + path[1]
                + "\",\"status\":\"RUNNING\",\"model\":\"qwen3-14b\",\"create_time\":\"2026-03-01 08:00:00\"}]}}" : "{\"output\":[]}";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(known ? 200 : 401, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Stream<String> events() {
        return Ndjson.lines(folder.resolve("data/events")).stream();
    }

    private static long threadsOf(Process process) throws Exception {
        return jcmd(process, "Thread.print").lines().filter(line -> line.startsWith("\"")).count();
    }

    /** Bytes of everything that is still in use. */
    private static long liveHeap(Process process) throws Exception {
        String total = jcmd(process, "GC.class_histogram").lines().filter(line -> line.startsWith("Total")).findFirst().orElseThrow();
        return Long.parseLong(total.trim().split("\\s+")[2]);
    }

    private static String jcmd(Process process, String command) throws Exception {
        Process jcmd = new ProcessBuilder(JAVA.resolve("jcmd").toString(), Long.toString(process.pid()), command).redirectErrorStream(true).start();
        try {
            return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
