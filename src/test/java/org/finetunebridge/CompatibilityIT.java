package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.provider.RouteFiles;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What earlier versions wrote to files is read, and continued: nothing twice, nothing lost. docs/compatibility.md */
class CompatibilityIT {

    @TempDir
    private Path folder;

    static Stream<Path> versions() {
        return CompatibilityWorld.versions("files");
    }

    @ParameterizedTest
    @MethodSource("versions")
    void continuesWhatAnEarlierVersionWrote(Path kept) throws Exception {
        copy(kept);
        List<String> published = Ndjson.lines(folder.resolve("events"));
        List<String> letters = Ndjson.lines(folder.resolve("dead-letters"));
        try (CompatibilityWorld world = CompatibilityWorld.kept()) {
            world.goOn();
            catchUp(world, folder, kept);

            List<String> all = Ndjson.lines(folder.resolve("events"));
            assertThat(all).startsWith(published.toArray(String[]::new));
            CompatibilityWorld.assertContinued(kept, names(published),
                    all.subList(published.size(), all.size()).stream().map(Ndjson::json).toList());
            assertThat(Ndjson.lines(folder.resolve("dead-letters"))).as("dead letters").isEqualTo(letters).hasSize(4);

            catchUp(world, folder.resolve("fresh"), kept);
            Set<String> types = types(published);
            assertThat(names(all)).as("nothing is lost that a bridge without a state finds").containsAll(names(
                    Ndjson.lines(folder.resolve("fresh/events")).stream().filter(event -> types.containsAll(types(List.of(event)))).toList()));
        }
    }

    private static List<String> names(List<String> events) {
        return CompatibilityWorld.names(events.stream().map(Ndjson::json).toList());
    }

    private static Set<String> types(List<String> events) {
        return events.stream().map(event -> Ndjson.json(event).path("type").asText()).collect(Collectors.toSet());
    }

    private static void catchUp(CompatibilityWorld world, Path folder, Path kept) throws Exception {
        Map<String, String> keys = world.keys();
        Map.of("file", "events", "dead-letter", "dead-letters", "state", "state").forEach((key, one) ->
                keys.put("bridge." + key + ".directory", folder.resolve(one).toString()));
        var files = new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(), List.of());
        try (Bridge bridge = new Bridge(files, keys, true, () -> CompatibilityWorld.later(kept))) {
            bridge.init();
            bridge.start();
            for (SourcePoller poller : bridge.pollers()) {
                poller.awaitFirstCycle();
            }
        }
    }

    private void copy(Path kept) throws IOException {
        try (Stream<Path> all = Files.walk(kept)) {
            for (Path one : all.filter(Files::isRegularFile).toList()) {
                Path to = folder.resolve(kept.relativize(one).toString());
                Files.createDirectories(to.getParent());
                Files.copy(one, to);
            }
        }
    }
}
