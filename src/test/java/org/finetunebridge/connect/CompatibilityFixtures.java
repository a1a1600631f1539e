package org.finetunebridge.connect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.finetunebridge.CompatibilityWorld;
import org.finetunebridge.Ndjson;
import org.finetunebridge.sink.kafka.Broker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Keeps what a version writes, for all later ones to read: not a test, and run by its name alone, once a version.
 * docs/compatibility.md says how. The program is that of {@code -Dcompatibility.jar}, else the one that was just built.
 */
class CompatibilityFixtures {

    private static final ObjectMapper JSON = new ObjectMapper();
    /** Stands in the state, so it is the same on every machine. */
    private static final Path HERE = Path.of("/tmp/finetune-bridge-compatibility");
    private static final Path JAR = Path.of(System.getProperty("compatibility.jar", "target/finetune-bridge.jar")).toAbsolutePath();

    private final Path version = CompatibilityWorld.KEPT.resolve(System.getProperty("compatibility.write"));
    @TempDir
    private Path home;

    @Test
    void areKept() throws Exception {
        delete(version);
        CompatibilityWorld.write(version.resolve("written"), List.of(Instant.now().toString()));
        files();
        kafka();
        if (System.getProperty("compatibility.jar") == null) {
            connect();
        }
    }

    private void files() throws Exception {
        delete(HERE);
        Files.createDirectories(HERE);
        Map<String, String> keys = Map.of("bridge.file.directory", HERE + "/events", "bridge.state.directory", HERE + "/state",
                "bridge.dead-letter.directory", HERE + "/dead-letters");
        catchUpAfterEachStep(keys);
        Files.delete(HERE.resolve("state/lock"));
        try (Stream<Path> all = Files.walk(HERE)) {
            for (Path one : all.filter(file -> file.toString().matches(".*\\.(log|ndjson)")).toList()) {
                Path to = version.resolve("files").resolve(HERE.relativize(one).toString());
                Files.createDirectories(to.getParent());
                Files.copy(one, to);
            }
        }
        delete(HERE);
    }

    private void kafka() throws Exception {
        Files.createDirectories(HERE);
        try (Broker broker = Broker.start(home.resolve("broker"))) {
            catchUpAfterEachStep(Map.of("bridge.sink", "kafka", "bridge.kafka.brokers", broker.address()));
            List<String> state = new ArrayList<>();
            for (var record : broker.read("finetune.state")) {
                state.add(JSON.writeValueAsString(List.of(new String(record.key(), ISO_8859_1), new String(record.value(), UTF_8))));
            }
            CompatibilityWorld.write(version.resolve("kafka/state.ndjson"), state);
            CompatibilityWorld.write(version.resolve("kafka/published.txt"), CompatibilityWorld.names(broker.read("finetune.events")
                    .stream().map(record -> Ndjson.json(new String(record.value(), UTF_8))).toList()));
        }
        delete(HERE);
    }

    /** Offsets as GET /connectors/NAME/offsets shows them. */
    private void connect() throws Exception {
        var worker = new FakeWorker(true);
        try (CompatibilityWorld world = new CompatibilityWorld()) {
            Map<String, String> properties = world.keys();
            properties.put("bridge.kafka.content-mode", "structured");
            List.of("curves", "dashscope", "minimax", "refused", "team-t").forEach(source -> properties.put(source + ".period", "1s"));
            world.goOn();
            try (FakeWorker.Run run = worker.start(properties)) {
                for (int step = 1; step <= CompatibilityWorld.STEPS; step++) {
                    if (step > 1) {
                        world.goOn();
                    }
                    Awaitility.await().atMost(Duration.ofMinutes(2)).during(Duration.ofSeconds(8))
                            .until(worker::records, new Unchanged<>());
                }
                assertThat(run.failure()).isNull();
            }
        }
        List<Map<String, Object>> offsets = new ArrayList<>();
        worker.offsets().forEach((partition, offset) -> offsets.add(new TreeMap<>(Map.of("partition", partition, "offset", offset))));
        offsets.sort(Comparator.comparing(Object::toString));
        CompatibilityWorld.write(version.resolve("connect/offsets.json"), List.of(JSON.writerWithDefaultPrettyPrinter()
                .writeValueAsString(Map.of("offsets", offsets))));
        CompatibilityWorld.write(version.resolve("connect/published.txt"), CompatibilityWorld.names(worker.values("finetune.events")
                .stream().map(Ndjson::json).toList()));
    }

    /** True while it is what it was when it was last asked for. */
    private static final class Unchanged<T> implements java.util.function.Predicate<List<T>> {

        private int before = -1;

        @Override
        public boolean test(List<T> records) {
            boolean same = records.size() == before;
            before = records.size();
            return same && before > 0;
        }
    }

    private static void catchUpAfterEachStep(Map<String, String> more) throws Exception {
        try (CompatibilityWorld world = new CompatibilityWorld()) {
            Map<String, String> keys = world.keys();
            keys.putAll(more);
            for (int step = 0; step < CompatibilityWorld.STEPS; step++) {
                world.goOn();
                List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar",
                        JAR.toString(), "once"));
                keys.forEach((key, value) -> command.addAll(List.of("-D", key + '=' + value)));
                Process once = new ProcessBuilder(command).directory(HERE.toFile()).inheritIO().start();
                assertThat(once.waitFor(3, TimeUnit.MINUTES)).isTrue();
                // 1 as well, for a key is refused
                assertThat(once.exitValue()).isLessThan(2);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(one);
                }
            }
        }
    }
}
