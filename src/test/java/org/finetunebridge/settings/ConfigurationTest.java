package org.finetunebridge.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every key, from every place a key may be set. */
class ConfigurationTest {

    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final String NO_PROPERTIES = "";

    @TempDir
    private Path folder;

    /** A key, a value that is not its default, and what the settings then say. */
    private record Case(String key, String value, Function<Settings, Object> read, Object expected) {}

    private static List<Case> cases() {
        return List.of(
                of("base-url", "https://example.org/prefix/", SourceSettings::baseUrl, "https://example.org/prefix"),
                of("api-key", "sk-other", SourceSettings::apiKey, "sk-other"),
                of("jobs", "ft-1, ft-2", SourceSettings::jobs, List.of("ft-1", "ft-2")),
                of("models", "qwen3-14b,qwen3-8b", SourceSettings::models, List.of("qwen3-14b", "qwen3-8b")),
                of("since", "2026-01-31", SourceSettings::since, Instant.parse("2026-01-31T00:00:00Z")),
                of("since", "2026-01-31T08:00:00+08:00", SourceSettings::since, Instant.parse("2026-01-31T00:00:00Z")),
                of("since", "7d", SourceSettings::since, Instant.parse("2026-02-22T00:00:00Z")),
                of("period", "1m30s", SourceSettings::period, Duration.ofSeconds(90)),
                of("cron", "0 0/5 * * * ?", SourceSettings::cron, "0 0/5 * * * ?"),
                of("cron-zone", "Europe/Berlin", SourceSettings::cronZone, ZoneId.of("Europe/Berlin")),
                of("concurrency", "9", SourceSettings::concurrency, 9),
                of("rate", "0.5", SourceSettings::rate, 0.5),
                of("time-zone", "+01:00", SourceSettings::zone, ZoneId.of("+01:00")),
                of("request-timeout", "5s", SourceSettings::requestTimeout, Duration.ofSeconds(5)),
                of("events", "log, status", SourceSettings::events, Set.of("log.appended", "job.status-changed")),
                of("logs", "true", source -> source.own().get("logs"), "true"),
                of("group-id", "1234", source -> source.own().get("group-id"), "1234"),
                new Case("bridge.sink", "kafka", Settings::sink, "kafka"),
                new Case("bridge.file.directory", "x/events", Settings::events, Path.of("x/events")),
                new Case("bridge.dead-letter.directory", "x/dead", Settings::deadLetters, Path.of("x/dead")),
                new Case("bridge.state.directory", "x/state", Settings::state, Path.of("x/state")),
                new Case("bridge.max-response-size", "512KB", Settings::maxResponseSize, 512L * 1024),
                new Case("bridge.http.host", "0.0.0.0", Settings::httpHost, "0.0.0.0"),
                new Case("bridge.http.port", "9090", Settings::httpPort, 9090),
                new Case("bridge.kafka.brokers", "a:1,b:2", settings -> settings.kafka().brokers(), "a:1,b:2"),
                new Case("bridge.kafka.topic", "t", settings -> settings.kafka().topic(), "t"),
                new Case("bridge.kafka.dead-letter-topic", "t", settings -> settings.kafka().deadLetterTopic(), "t"),
                new Case("bridge.kafka.state-topic", "t", settings -> settings.kafka().stateTopic(), "t"),
                new Case("bridge.kafka.delivery", "at-least-once", settings -> settings.kafka().exactlyOnce(), false),
                new Case("bridge.kafka.content-mode", "binary", settings -> settings.kafka().binary(), true),
                new Case("bridge.kafka.partitions", "3", settings -> settings.kafka().partitions(), 3),
                new Case("bridge.kafka.replication", "2", settings -> settings.kafka().replication(), 2),
                new Case("bridge.kafka.transactional-id", "me", settings -> settings.kafka().transactionalId(), "me"),
                new Case("bridge.kafka.client.linger.ms", "7",
                        settings -> settings.kafka().client().get("linger.ms"), "7"));
    }

    private static Case of(String key, String value, Function<SourceSettings, Object> read, Object expected) {
        return new Case("acme." + key, value, settings -> read.apply(settings.sources().get(0)), expected);
    }

    @TestFactory
    Stream<DynamicTest> readsEveryKeyFromAFile() {
        return each(one -> configuration(one.key() + " = " + one.value(), Map.of(), Map.of(), Map.of()));
    }

    @TestFactory
    Stream<DynamicTest> readsEveryKeyFromTheEnvironment() {
        return each(one -> configuration(NO_PROPERTIES, Map.of(variable(one.key()), one.value()), Map.of(), Map.of()));
    }

    @TestFactory
    Stream<DynamicTest> readsEveryKeyFromASystemProperty() {
        return each(one -> configuration(NO_PROPERTIES, Map.of(), Map.of(one.key(), one.value()), Map.of()));
    }

    @TestFactory
    Stream<DynamicTest> readsEveryKeyFromTheCommandLine() {
        return each(one -> configuration(NO_PROPERTIES, Map.of(), Map.of(), Map.of(one.key(), one.value())));
    }

    @Test
    void prefersTheCommandLineToSystemPropertiesToTheEnvironmentToTheFile() throws IOException {
        String key = "acme.period";
        assertThat(configuration(key + "=1s", Map.of(), Map.of(), Map.of())).containsEntry(key, "1s");
        assertThat(configuration(key + "=1s", Map.of("ACME_PERIOD", "2s"), Map.of(), Map.of()))
                .containsEntry(key, "2s");
        assertThat(configuration(key + "=1s", Map.of("ACME_PERIOD", "2s"), Map.of(key, "3s"), Map.of()))
                .containsEntry(key, "3s");
        assertThat(configuration(key + "=1s", Map.of("ACME_PERIOD", "2s"), Map.of(key, "3s"), Map.of(key, "4s")))
                .containsEntry(key, "4s");
    }

    @Test
    void prefersASystemPropertyToTheEnvironmentForTheKafkaClientToo() throws IOException {
        assertThat(configuration(NO_PROPERTIES, Map.of("BRIDGE_KAFKA_CLIENT_LINGER_MS", "1"),
                Map.of("bridge.kafka.client.linger.ms", "2"), Map.of()))
                .containsEntry("bridge.kafka.client.linger.ms", "2");
    }

    @Test
    void findsTheEnvironmentOfASectionWhereverTheSectionIsNamed() throws IOException {
        Map<String, String> key = Map.of("TEAM_B_API_KEY", "sk-b");
        assertThat(configuration("bridge.sources=team-b", key, Map.of(), Map.of())).containsKey("team-b.api-key");
        assertThat(configuration(NO_PROPERTIES, key, Map.of("bridge.sources", "team-b"), Map.of()))
                .containsKey("team-b.api-key");
        assertThat(configuration(NO_PROPERTIES, key, Map.of(), Map.of("bridge.sources", "team-b")))
                .containsKey("team-b.api-key");
        assertThat(configuration(NO_PROPERTIES, Map.of("TEAM_B_API_KEY", "sk-b", "BRIDGE_SOURCES", "a, team-b"),
                Map.of(), Map.of())).containsKey("team-b.api-key");
    }

    @Test
    void takesOfTheSystemPropertiesWhatLooksLikeOurs() throws IOException {
        assertThat(configuration("bridge.sources=acme,user", Map.of(), Map.of("bridge.sinc", "x", "acme.perod", "y",
                "user.dir", "/", "other.thing", "z"), Map.of())).containsKeys("bridge.sinc", "acme.perod")
                .doesNotContainKeys("user.dir", "other.thing");
    }

    @Test
    void readsTheFirstKeyOfAFileThatBeginsWithAByteOrderMark() throws IOException {
        Path file = Files.writeString(folder.resolve("b.properties"), "\ufeffbridge.sink=kafka\n");
        assertThat(new Configuration().file(file).values()).containsExactly(Map.entry("bridge.sink", "kafka"));
    }

    @ParameterizedTest
    @CsvSource({"ISO-8859-1, Latin-1 (line 2", "UTF-16, UTF-16", "UTF-16LE, UTF-16", "UTF-16BE, UTF-16"})
    void refusesAFileThatIsNotUtf8ByThatName(String charset, String named) throws IOException {
        Path file = Files.write(folder.resolve("c.properties"),
                "bridge.sink=file\nbridge.file.directory=für\n".getBytes(Charset.forName(charset)));
        assertThatThrownBy(() -> new Configuration().file(file)).isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContainingAll(file.toString(), "not UTF-8", named);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            OPENAI_API_KEY    | bridge.sources does not name openai: set bridge.sources = acme,openai
            DASHSCOPE_API_KEY | bridge.sources does not name dashscope
            ACME_APIKEY       | did you mean ACME_API_KEY?
            ACNE_API_KEY      | did you mean ACME_API_KEY?
            acme_api_key      | did you mean ACME_API_KEY?
            MISTRALL_API_KEY  | did you mean MISTRAL_API_KEY?
            BRIDGE_SOURCE     | did you mean BRIDGE_SOURCES?
            ACME_API_KEY      |
            BRIDGE_HTTP_PORT  |
            HTTPS_PROXY       |
            OPENAI_API_BASE   |
            PATH              |
            """)
    void namesAVariableThatIsSetForNothing(String variable, String hint) throws IOException {
        List<String> hints = EnvironmentHints.of(Map.of(variable, "sk-secret-1"), Map.of("bridge.sources", "acme"),
                providers().names());
        if (hint == null) {
            assertThat(hints).isEmpty();
        } else {
            assertThat(hints).singleElement().asString().startsWith(variable + " is set").contains(hint)
                    .doesNotContain("secret");
        }
    }

    @Test
    void doesNotHintAtAVariableThatIsSetBesideTheRightOne() throws IOException {
        assertThat(EnvironmentHints.of(Map.of("ACNE_API_KEY", "1", "ACME_API_KEY", "2"), Map.of("bridge.sources", "acme"),
                providers().names())).isEmpty();
    }

    @Test
    void saysThatAnEmptyVariableSwitchesASourceOff() throws IOException {
        assertThat(EnvironmentHints.of(Map.of("ACME_API_KEY", " "), Map.of("bridge.sources", "acme", "acme.api-key", ""), providers().names()))
                .singleElement().asString().startsWith("ACME_API_KEY is set, but empty, and wins");
        assertThat(EnvironmentHints.of(Map.of("ACME_API_KEY", ""), Map.of("bridge.sources", "acme", "acme.api-key", "sk-1"), providers().names()))
                .as("the command line wins").isEmpty();
    }

    private Stream<DynamicTest> each(Origin origin) {
        return cases().stream().map(one -> dynamicTest(one.key() + " = " + one.value(), () -> {
            Map<String, String> configuration = origin.of(one);
            configuration.putIfAbsent("acme.api-key", "sk-1");
            var reader = new SettingsReader(providers(), (cron, zone, now) -> null, () -> NOW);
            assertThat(one.read().apply(reader.read(configuration))).isEqualTo(one.expected());
        }));
    }

    @FunctionalInterface
    private interface Origin {
        Map<String, String> of(Case one) throws IOException;
    }

    /** As the command line puts it together. */
    private Map<String, String> configuration(String text, Map<String, String> environment,
            Map<String, String> properties, Map<String, String> single) throws IOException {
        Path file = Files.writeString(folder.resolve("a.properties"), "bridge.sources=acme\nacme.provider=minimax\n" + text);
        Properties system = new Properties();
        system.putAll(properties);
        return new Configuration().file(file).with(single).surroundings(environment, system, Set.of("group-id"))
                .with(single).values();
    }

    private static ProviderRegistry providers() throws IOException {
        return new ProviderRegistry(new RouteFiles(ConfigurationTest.class.getClassLoader(), List.of(),
                List.of(Path.of("routes"))));
    }

    private static String variable(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
