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
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    private static final Path JARS = TARGET.resolve("connect-worker-" + VERSION);
    private static final Path ARCHIVE = TARGET.resolve("connect-worker-" + VERSION + ".jsa");
    /** The class archive holds for these alone. */
    private static final List<String> QUICK = List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote");
    private static final Duration STARTING = Duration.ofSeconds(120);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private final String group;
    private final List<String> options;
    private final Path log;
    private final Path configuration;
    private final int port = Loopback.freePort();
    private Process process;

    /** Where the worker keeps what it knows of its connectors' sources. */
    String offsetsTopic() {
        return group + "-offset";
    }

    /** An answer of the REST interface. */
    public record Answer(int status, JsonNode body) {}

    /** One that starts fast, and is slow for long. */
    public ConnectWorker(String broker, Path directory, String group, Map<String, String> more) {
        this(broker, directory, group, more, QUICK);
    }

    /**
     * @param group   workers of one group share the work
     * @param options of its JVM
     */
    public ConnectWorker(String broker, Path directory, String group, Map<String, String> more, List<String> options) {
        this.group = group;
        this.options = options;
        Map<String, String> all = new TreeMap<>(Map.of("bootstrap.servers", broker, "group.id", group,
                "listeners", "http://127.0.0.1:" + port, "rest.advertised.host.name", "127.0.0.1",
                "plugin.path", plugins(directory).toString(), "plugin.discovery", "service_load",
                "exactly.once.source.support", "enabled", "scheduled.rebalance.max.delay.ms", "0"));
        // a worker that was killed is missed soon
        all.putAll(Map.of("session.timeout.ms", "4000", "heartbeat.interval.ms", "1000", "rebalance.timeout.ms", "8000"));
        for (String topic : new String[] {"config", "offset", "status"}) {
            all.put(topic + ".storage.topic", group + '-' + topic);
            all.put(topic + ".storage.replication.factor", "1");
        }
        all.put("offset.storage.partitions", "1");
        all.put("status.storage.partitions", "1");
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
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        if (options.equals(QUICK)) {
            command.add(isArchived() ? "-XX:SharedArchiveFile=" + ARCHIVE : "-XX:ArchiveClassesAtExit=" + ownArchive());
        }
        command.addAll(List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-Dorg.slf4j.simpleLogger.log.org.finetunebridge=info", "-cp", JARS + File.separator + "*",
                "org.apache.kafka.connect.cli.ConnectDistributed", configuration.toString()));
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isArchived() {
        return ARCHIVE.toFile().lastModified() > JARS.toFile().lastModified();
    }

    private Path ownArchive() {
        return TARGET.resolve(log.getFileName() + ".jsa");
    }

    /** Starts, again if need be, and waits until it answers. */
    public ConnectWorker start() {
        launch();
        Awaitility.await("the worker").atMost(STARTING).pollInterval(Duration.ofMillis(200)).ignoreExceptions()
                .failFast(() -> !process.isAlive()).until(() -> get("/connectors").status() == 200);
        return this;
    }

    /** Of the process that runs now. */
    public Duration processorTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** SIGTERM. The first that ends so leaves its classes to the next: half of a start is the reading of classes. */
    void stop() {
        process.destroy();
        process.onExit().join();
        if (Files.exists(ownArchive())) {
            try {
                Files.move(ownArchive(), ARCHIVE, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
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
