package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.Configuration;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.settings.SettingsReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What version 1.0 promised to keep, as lists that may grow and never change. {@code docs/compatibility.md} says how a
 * version adds lists of its own.
 */
class CompatibilityTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Path SCHEMAS = Path.of("src/main/resources/schemas");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Consumers tell facts apart by them. That each answer gives these events is what {@code GoldenEventsTest} checks. */
    @ParameterizedTest
    @MethodSource("versions")
    void changesNoIdOfAnEvent(Path version) {
        assertThatItHolds(version.resolve("event-ids.txt"), files(FIXTURES, ".events.ndjson").stream().map(file -> FIXTURES.relativize(file)
                + " " + CompatibilityWorld.lines(file).stream().map(Ndjson::json).map(event -> event.path("id").asText())
                .collect(Collectors.joining(" "))).toList());
    }

    /** With its type, whether every event has it, and each word of those that have a list of words. */
    @ParameterizedTest
    @MethodSource("versions")
    void removesNoFieldOfAnEventAndChangesNone(Path version) {
        Set<String> fields = new TreeSet<>();
        for (Path schema : files(SCHEMAS, ".schema.json")) {
            JsonNode root = json(schema);
            fields(schema.getFileName().toString().replace(".schema.json", ""), root, root, fields);
        }
        fields.removeIf(line -> line.startsWith("page."));
        assertThatItHolds(version.resolve("event-fields.txt"), List.copyOf(fields));
    }

    /** Those of the bridge, of every source and of each provider, with the value that each has unless it is set. */
    @ParameterizedTest
    @MethodSource("versions")
    void removesNoKeyAndChangesNoDefault(Path version) throws IOException {
        List<String> keys = new TreeSet<>(CompatibilityWorld.lines(Path.of("application.properties"))).stream()
                .filter(line -> line.matches("#?[a-z][a-z0-9-]*\\.[a-z0-9.-]+ =.*")).map(line -> line.replaceFirst("^#", ""))
                .filter(line -> !line.matches("team-b\\..*|bridge\\.kafka\\.client\\..*|bridge\\.sources = .*team-b")).collect(Collectors.toList());
        ProviderRegistry providers = providers();
        for (String provider : providers.names()) {
            providers.read(provider).keys().forEach((key, value) -> keys.add(provider + " has " + key + " = " + value));
            keys.add(provider + " has base-url = " + providers.read(provider).baseUrl());
            keys.add(provider + " has time-zone = " + providers.read(provider).zone());
        }
        assertThatItHolds(version.resolve("keys.txt"), keys);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void readsAConfiguration(Path version) throws IOException {
        Map<String, String> keys = new TreeMap<>(new Configuration().file(version.resolve("configuration.properties")).values());
        Settings settings = new SettingsReader(providers(), (cron, zone, now) -> null, () -> Instant.EPOCH).read(keys);

        assertThat(settings.off()).isEmpty();
        assertThat(settings.sources()).extracting(source -> source.name() + ' ' + source.provider().name()).containsExactly(
                "dashscope dashscope", "minimax minimax", "team-b openai", "azure azure-openai", "fire fireworks", "qianfan qianfan",
                "own openai-compatible");
        assertThat(settings.sources().get(0).period()).hasSeconds(45);
        assertThat(settings.kafka().topic()).isEqualTo("jobs");
        assertThat(settings.kafka().client()).containsEntry("compression.type", "lz4");
    }

    /** So that no key is left out. Files of keys would have to exist, and a token stands in another section. */
    @Test
    void readsAConfigurationThatSetsEveryKeyOfTheNewestVersion() throws Exception {
        Path newest = versions().reduce((one, other) -> other).orElseThrow();
        String text = Files.readString(newest.resolve("configuration.properties"));
        assertThat(CompatibilityWorld.lines(newest.resolve("keys.txt")).stream().filter(line -> !line.contains(" has "))
                .map(line -> line.replaceFirst(" =.*", "")).filter(key -> key.startsWith("bridge.") || key.startsWith("dashscope."))
                .filter(key -> !key.matches(".*(-store|-store-password|oauth2\\.[a-z-]+)")).filter(key -> !text.contains(key + " = "))).isEmpty();
    }

    static Stream<Path> versions() {
        return CompatibilityWorld.versions("files").map(Path::getParent).filter(version -> Files.exists(version.resolve("configuration.properties")));
    }

    /** The list may be longer by now. A run with {@code -Dcompatibility.write} writes it if it is not there. */
    static void assertThatItHolds(Path golden, List<String> today) {
        if (golden.startsWith(CompatibilityWorld.KEPT.resolve(System.getProperty("compatibility.write", "none"))) && Files.notExists(golden)) {
            CompatibilityWorld.write(golden, today);
        }
        assertThat(today).as("%s is a promise", golden).containsAll(CompatibilityWorld.lines(golden));
    }

    private static void fields(String path, JsonNode node, JsonNode root, Set<String> fields) {
        JsonNode schema = node.has("$ref") ? root.at(node.path("$ref").asText().substring(1)) : node;
        schema.path("oneOf").forEach(one -> fields(path, one, root, fields));
        schema.path("anyOf").forEach(one -> fields(path, one, root, fields));
        if (schema.has("type")) {
            (schema.path("type").isArray() ? schema.path("type") : List.of(schema.path("type"))).forEach(type ->
                    fields.add(path + " is " + type.asText()));
        }
        schema.path("enum").forEach(word -> fields.add(path + " may be " + word.asText()));
        if (schema.has("const")) {
            fields.add(path + " is always " + schema.path("const").asText());
        }
        schema.path("required").forEach(field -> fields.add(path + " always has " + field.asText()));
        schema.path("properties").properties().forEach(field -> fields(path + '.' + field.getKey(), field.getValue(), root, fields));
        if (schema.path("items").isObject()) {
            fields(path + "[]", schema.path("items"), root, fields);
        }
        if (schema.path("additionalProperties").isObject()) {
            fields(path + ".*", schema.path("additionalProperties"), root, fields);
        }
    }

    private static ProviderRegistry providers() throws IOException {
        return new ProviderRegistry(new RouteFiles(CompatibilityTest.class.getClassLoader(), List.of(), List.of(Path.of("routes"))));
    }

    private static List<Path> files(Path folder, String ending) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode json(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
