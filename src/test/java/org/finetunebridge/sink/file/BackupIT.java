package org.finetunebridge.sink.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.finetunebridge.Ndjson;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.simulator.ExpectedFacts;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.Simulation;
import org.finetunebridge.sink.kafka.BridgeProcess;
import org.finetunebridge.sink.kafka.ReceivedEvents;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/runbooks.md: copies of a bridge that writes, at any moment, and what a restored one goes on with. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@EnabledOnOs(value = OS.LINUX, disabledReason = "the commands are those of a shell")
class BackupIT {

    private static final Duration LONG = Duration.ofSeconds(90);
    private static final int BACKUPS = Integer.getInteger("backups", 3);
    private static final Pattern COMMANDS = Pattern.compile("<!-- (backup|restore) -->\\n\\n((?:    .*\\n)+)");

    @TempDir
    private Path directory;
    private final Random random = new Random(20_261_127);

    @Test
    void restoresWhatWasCopiedWhileItRanAndPublishesTheRestUnderTheSameIds() throws Exception {
        LivelyWorld lively = LivelyWorld.begin();
        Map<String, ExpectedFacts> truth;
        try (FaultySandbox sandbox = FaultySandbox.start(lively.world)) {
            Map<String, String> keys = keys(sandbox);
            try (BridgeProcess bridge = BridgeProcess.start("run", keys, directory)) {
                for (int backup = 1; backup <= BACKUPS; backup++) {
                    int before = lines().size();
                    await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> lines().size() > before + random.nextInt(60));
                    shell("backup");
                    Files.move(directory.resolve("backup"), directory.resolve("backup-" + backup));
                }
                truth = lively.rest();
                bridge.stop();
                assertThat(bridge.exit(LONG)).as(bridge::output).isZero();
            }
            catchUp(keys);
            List<String> published = lines();
            ReceivedEvents.of(published).holdAllOf(truth);
            for (int backup = 1; backup <= BACKUPS; backup++) {
                Files.move(directory.resolve("backup-" + backup), directory.resolve("backup"));
                shell("restore");
                Files.move(directory.resolve("data.before"), directory.resolve("data.before-" + backup));
                Files.move(directory.resolve("backup"), directory.resolve("restored-" + backup));
                catchUp(keys);
                assertRestored(published, truth);
            }
        } finally {
            lively.close();
        }
    }

    /** Each fact once, all that can still be seen, and no id that was not there before. */
    private void assertRestored(List<String> published, Map<String, ExpectedFacts> truth) {
        var restored = ReceivedEvents.of(lines());
        restored.holdEachFactOnce();
        restored.holdAllOf(truth);
        Set<String> ids = ids(published);
        assertThat(ids(lines())).isSubsetOf(ids);
        Set<String> again = ids(lines());
        assertThat(published.stream().map(Ndjson::json).filter(event -> !again.contains(event.path("id").asText()))
                .map(event -> event.path("type").asText()).distinct()).as("that cannot be seen any more").isSubsetOf(
                        "org.finetunebridge.job.status-changed.v1", "org.finetunebridge.checkpoint.changed.v1");
    }

    private static Set<String> ids(List<String> lines) {
        return lines.stream().map(Ndjson::json).map(event -> event.path("id").asText()).collect(Collectors.toCollection(HashSet::new));
    }

    private List<String> lines() {
        return Ndjson.lines(directory.resolve("data/events"));
    }

    /** Runs what the page shows, in the working directory. */
    private void shell(String which) throws IOException, InterruptedException {
        Matcher commands = COMMANDS.matcher(Files.readString(Path.of("docs/runbooks.md")));
        String script = Stream.iterate(commands.find(), found -> found, found -> commands.find()).filter(found -> commands.group(1).equals(which))
                .map(found -> commands.group(2)).findFirst().orElseThrow();
        Process shell = new ProcessBuilder("sh", "-e", "-c", script).directory(directory.toFile()).inheritIO().start();
        assertThat(shell.waitFor()).as(script).isZero();
    }

    private void catchUp(Map<String, String> keys) throws Exception {
        Map<String, String> all = new TreeMap<>(keys);
        Map.of("file", "events", "dead-letter", "dead-letters", "state", "state").forEach((key, folder) ->
                all.put("bridge." + key + ".directory", directory.resolve("data").resolve(folder).toString()));
        var files = new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(), List.of());
        try (Bridge bridge = new Bridge(files, all, true, Clock.systemUTC())) {
            bridge.init();
            bridge.start();
            for (SourcePoller poller : bridge.pollers()) {
                poller.awaitFirstCycle();
            }
        }
    }

    private static Map<String, String> keys(FaultySandbox sandbox) {
        Map<String, String> keys = new TreeMap<>(Map.of("bridge.sources", "dashscope,minimax", "bridge.http.port", "0"));
        for (String source : new String[] {"dashscope", "minimax"}) {
            keys.put(source + ".base-url", sandbox.url());
            keys.put(source + ".api-key", Simulation.KEY);
            keys.put(source + ".period", "1s");
        }
        return keys;
    }
}
