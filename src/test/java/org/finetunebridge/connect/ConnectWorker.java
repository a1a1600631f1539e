package org.finetunebridge.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.awaitility.Awaitility;
import org.finetunebridge.Loopback;

/** A worker of Kafka Connect as it is shipped, in a process of its own, with the zip unpacked in its plugin path. */
public final class ConnectWorker implements AutoCloseable {

    public static final String VERSION = System.getProperty("connect.version", "3.9.1");
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Duration STARTING = Duration.ofSeconds(120);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private final Path log;
    private final Path configuration;
    private final int port = Loopback.freePort();
    private Process process;

    /** An answer of the REST interface. */
    public record Answer(int status, JsonNode body) {}

    /** @param group workers of one group share the work */
    public ConnectWorker(String broker, Path directory, String group, Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(Map.of("bootstrap.servers", broker, "group.id", group,
                "listeners", "http://127.0.0.1:" + port, "rest.advertised.host.name", "127.0.0.1",
                "plugin.path", plugins(directory).toString(), "plugin.discovery", "service_load",
                "exactly.once.source.support", "enabled", "scheduled.rebalance.max.delay.ms", "1000"));
        for (String topic : new String[] {"config", "offset", "status"}) {
            all.put(topic + ".storage.topic", group + '-' + topic);
            all.put(topic + ".storage.replication.factor", "1");
        }
        all.put("offset.storage.partitions", "5");
        for (String converter : new String[] {"key", "value"}) {
            all.put(converter + ".converter", "org.apache.kafka.connect.json.JsonConverter");
        }
        all.putAll(more);
        try {
            Files.createDirectories(directory);
            log = Files.createTempFile(directory, "worker", ".log");
            configuration = Files.writeString(Files.createTempFile(directory, "worker", ".properties"), all.entrySet().stream()
                    .map(one -> one.getKey() + '=' + one.getValue()).collect(Collectors.joining("\n")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The zip that the build made, unpacked once. */
    static Path plugins(Path directory) {
        Path plugins = directory.resolve("plugins");
        if (Files.notExists(plugins)) {
            unpack(zip(), plugins);
        }
        return plugins;
    }

    static Path zip() {
        try (Stream<Path> files = Files.list(TARGET)) {
            return files.filter(file -> file.getFileName().toString().matches("finetune-bridge-connect-.*\\.zip")).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void unpack(Path zip, Path into) {
        try (var file = new ZipFile(zip.toFile())) {
            for (ZipEntry entry : file.stream().filter(one -> !one.isDirectory()).toList()) {
                Path path = into.resolve(entry.getName());
                Files.createDirectories(path.getParent());
                Files.copy(file.getInputStream(entry), path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts, again if need be, and returns at once. */
    ConnectWorker launch() {
        try {
            process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx384m",
                    "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                    "-Dorg.slf4j.simpleLogger.log.org.finetunebridge=info", "-cp",
                    TARGET.resolve("connect-worker-" + VERSION) + File.separator + "*",
                    "org.apache.kafka.connect.cli.ConnectDistributed", configuration.toString())
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts, again if need be, and waits until it answers. */
    public ConnectWorker start() {
        launch();
        Awaitility.await("the worker").atMost(STARTING).pollInterval(Duration.ofMillis(200)).ignoreExceptions()
                .failFast(() -> !process.isAlive()).until(() -> get("/connectors").status() == 200);
        return this;
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** SIGTERM. */
    void stop() {
        process.destroy();
        process.onExit().join();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Answer get(String path) {
        return send("GET", path, null);
    }

    /** @param body to be sent as JSON; null for none */
    public Answer send(String method, String path, Object body) {
        try {
            var answer = HTTP.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .header("Content-Type", "application/json").timeout(Duration.ofSeconds(90))
                    .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(JSON.writeValueAsString(body)))
                    .build(), BodyHandlers.ofString());
            return new Answer(answer.statusCode(), answer.body().isEmpty() ? JSON.nullNode() : JSON.readTree(answer.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Creates or changes a connector. */
    public Answer configure(String name, Map<String, String> properties) {
        return send("PUT", "/connectors/" + name + "/config", properties);
    }

    /** The end of the log, and why tasks failed. */
    private String trouble() {
        String log = log();
        return get("/connectors?expand=status").body() + "\n" + log.substring(Math.max(0, log.length() - 6000));
    }

    /** {@code RUNNING}, {@code STOPPED} and the like; the tasks' states after it. */
    public String standing(String name) {
        JsonNode status = get("/connectors/" + name + "/status").body();
        return status.at("/connector/state").asText() + status.path("tasks").findValuesAsText("state");
    }

    /** Waits until the connector, and its tasks if it has any, stand so. */
    void await(String name, String standing) {
        Awaitility.await().atMost(STARTING).pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> assertThat(standing(name)).as(this::trouble).isEqualTo(standing));
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }
}
