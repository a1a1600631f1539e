package org.finetunebridge.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.finetunebridge.camel.QuartzCronValidator;
import org.finetunebridge.settings.SettingsReader.CronValidator;
import org.finetunebridge.event.FactType;
import org.finetunebridge.TestCertificate;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsReaderTest {

    private static final CronValidator CRONS = new QuartzCronValidator();

    @TempDir
    private Path folder;

    @Test
    void knowsEveryDefaultOfTheContract() throws IOException {
        Settings settings = read(Map.of("dashscope.api-key", "sk-1", "minimax.api-key", "sk-2"));

        SourceSettings dashscope = settings.sources().get(0);
        assertThat(dashscope.baseUrl()).isEqualTo("https://dashscope-intl.aliyuncs.com");
        assertThat(dashscope.zone()).isEqualTo(ZoneId.of("Asia/Shanghai"));
        assertThat(dashscope.period()).isEqualTo(Duration.ofSeconds(30));
        assertThat(dashscope.concurrency()).isEqualTo(4);
        assertThat(dashscope.rate()).isZero();
        assertThat(dashscope.requestTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(dashscope.listsJobs()).isTrue();
        assertThat(settings.sources().get(1).baseUrl()).isEqualTo("https://api.minimaxi.com");
        assertThat(settings.sink()).isEqualTo("file");
        assertThat(settings.events()).isEqualTo(Path.of("data/events"));
        assertThat(settings.deadLetters()).isEqualTo(Path.of("data/dead-letters"));
        assertThat(settings.state()).isEqualTo(Path.of("data/state"));
        assertThat(settings.maxResponseSize()).isEqualTo(16L << 20);
        assertThat(settings.httpHost()).isEqualTo("127.0.0.1");
        assertThat(settings.httpPort()).isEqualTo(8080);
        assertThat(settings.kafka()).isEqualTo(new Settings.KafkaSettings("localhost:9092", "finetune.events",
                "finetune.dead-letters", "finetune.state", true, false, 0, 0, "finetune-bridge", Map.of()));
    }

    @Test
    void turnsASourceWithoutAKeyOff() throws IOException {
        Settings settings = read(Map.of("dashscope.api-key", "sk-1", "minimax.api-key", " "));

        assertThat(settings.sources()).extracting(SourceSettings::name).containsExactly("dashscope");
        assertThat(settings.off()).containsExactly("minimax");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            bridge.sources                | Team A              | no name for a source
            bridge.sources                | bridge              | no name for a source
            bridge.sink                   | kafak               | file, kafka
            bridge.http.port              | 99999               | 0 to 65535
            bridge.http.port              | http                | 0 to 65535
            bridge.max-response-size      | 16 monkeys          | 16MB
            bridge.max-response-size      | 0                   | 16MB
            bridge.file.directory         | pom.xml             | is a file
            bridge.state.directory        | pom.xml/state       | is a file
            bridge.dead-letter.directory  | pom.xml/a/b         | is a file
            bridge.kafka.delivery         | maybe               | exactly-once, at-least-once
            bridge.kafka.content-mode     | xml                 | structured, binary
            bridge.kafka.partitions       | -1                  | whole number
            bridge.kafka.replication      | many                | whole number
            bridge.sinc                   | file                | did you mean bridge.sink?
            dashscope.perod               | 30s                 | did you mean dashscope.period?
            dashscope.provider            | dashcope            | did you mean dashscope?
            dashscope.base-url            | ftp://example.org   | http or https
            dashscope.base-url            | example.org         | http or https
            dashscope.base-url            | https://            | http or https
            dashscope.api-key             | with space          | no header may carry
            dashscope.proxy               | https://proxy:3128  | allowed is http://[user:password@]host:port
            dashscope.trust-store         | nowhere.pem         | there is no such file
            dashscope.key-store           | pom.xml             | neither PKCS12 nor JKS nor PEM
            dashscope.workspace           | a b                 | no header may carry
            dashscope.jobs                | a,..                | no job ids
            dashscope.since               | yesterday           | 2026-01-31
            dashscope.since               | 2026                | 2026-01-31
            dashscope.period              | soon                | 30s
            dashscope.period              | 30                  | with its unit
            dashscope.period              | 30sec               | 30s
            dashscope.period              | 999ms               | at least 1s
            dashscope.period              | PT0.5S              | at least 1s
            dashscope.period              | 99999999999999d     | 30s
            dashscope.request-timeout     | 60                  | with its unit
            dashscope.request-timeout     | 0s                  | at least 1ms
            dashscope.events              | status,news         | checkpoint, expiring, log, metrics, stalled, status
            dashscope.base-url            | http://127.0.0.1:70000 | port from 1 to 65535
            dashscope.base-url            | http://127.0.0.1:-1 | port from 1 to 65535
            dashscope.base-url            | http://127.0.0.1:0  | port from 1 to 65535
            bridge.traces.endpoint        | http://h:65536      | port from 1 to 65535
            bridge.kafka.brokers          | localhost           | host:port
            bridge.kafka.brokers          | a:1,b:70000         | port from 1 to 65535
            bridge.http.port              | -1                  | 0 to 65535
            bridge.http.port              | 70000               | 0 to 65535
            dashscope.period              | 0                   | 30s
            dashscope.period              | -5s                 | 30s
            dashscope.cron                | every day           | Quartz
            dashscope.cron                | * * * * *           | Quartz
            dashscope.cron                | 0 0 0 30 2 ?        | never fires
            dashscope.cron                | 0 0 0 1 1 ? 2025    | never fires
            dashscope.cron-zone           | Mars/Olympus        | Asia/Shanghai
            dashscope.time-zone           | Bejing              | Asia/Shanghai
            dashscope.concurrency         | 0                   | 1 to 256
            dashscope.concurrency         | four                | 1 to 256
            dashscope.rate                | fast                | requests a second
            dashscope.rate                | NaN                 | requests a second
            dashscope.rate                | -1                  | requests a second
            dashscope.request-timeout     | 1 minute            | 30s
            dashscope.logs                | yes                 | true, false
            dashscope.group-id            | 1                   | no such key
            dashscope.api-key             | 'sk-1'              | quotes
            dashscope.api-key             | ${DASHSCOPE_KEY}    | {{env:NAME}}
            dashscope.api-key             | $DASHSCOPE_KEY      | {{env:NAME}}
            dashscope.api-key             | %DASHSCOPE_KEY%     | {{env:NAME}}
            """)
    void refusesAWrongValueInOneLineThatSaysWhatIsAllowed(String key, String value, String allowed) {
        Map<String, String> configuration = new TreeMap<>(Map.of("dashscope.api-key", "sk-secret-1"));
        configuration.put(key, value);
        InvalidConfigurationException bad = rejected(configuration);

        assertThat(bad.problems()).hasSize(1).first().asString().startsWith(key + " = ").contains(allowed)
                .doesNotContain("Exception").doesNotContain("sk-secret-1").doesNotContain("\n");
        if (!key.endsWith("api-key") && !allowed.contains("did you mean") && !allowed.contains("no such key")) {
            assertThat(bad.problems().get(0)).contains(" = " + value + ": ");
        }
    }

    @Test
    void saysEverythingThatIsWrongAtOnce() {
        assertThat(rejected(Map.of("dashscope.period", "soon", "minimax.rate", "x", "bridge.sink", "y")).problems())
                .hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"30s, PT30S", "1h30m, PT1H30M", "PT30S, PT30S", "pt1m, PT1M", "1d, PT24H", "1500ms, PT1.5S", "1m500ms, PT1M0.5S",
        "90s, PT1M30S", "1d2h3m4s5ms, PT26H3M4.005S"})
    void readsDurationsAsCamelWritesThemAndAsIsoDoes(String text, Duration expected) throws IOException {
        assertThat(read(Map.of("dashscope.api-key", "sk-1", "dashscope.period", text)).sources().get(0).period())
                .isEqualTo(expected);
    }

    @Test
    void publishesEveryKindUnlessSomeAreChosen() throws IOException {
        SourceSettings all = read(Map.of("dashscope.api-key", "sk-1")).sources().get(0);
        SourceSettings some = read(Map.of("dashscope.api-key", "sk-1", "dashscope.events", "status, log")).sources().get(0);

        assertThat(List.of(FactType.JOB_STATUS_CHANGED, FactType.CHECKPOINT_CHANGED, FactType.LOG_APPENDED))
                .allMatch(all::publishes).filteredOn(some::publishes)
                .containsExactly(FactType.JOB_STATUS_CHANGED, FactType.LOG_APPENDED);
    }

    @Test
    void asksForAKeyThatItsProviderRequiresWhereTheSourceIsOn() throws IOException {
        Files.writeString(folder.resolve("acme.properties"), "base-url=https://acme.test\nlist=jobs\nkey.account=!required\n");
        var files = new RouteFiles(SettingsReaderTest.class.getClassLoader(), List.of(), List.of(folder));
        var reader = new SettingsReader(new ProviderRegistry(files), (cron, zone, now) -> null, Instant::now);

        Map<String, String> unset = Map.of("bridge.sources", "acme", "acme.api-key", "sk-1");
        assertThatThrownBy(() -> reader.read(unset)).isInstanceOf(InvalidConfigurationException.class)
                .hasMessageStartingWith("acme.account is not set: ");
        assertThat(reader.read(Map.of("bridge.sources", "acme")).off()).containsExactly("acme");
        assertThat(reader.read(Map.of("bridge.sources", "acme", "acme.api-key", "sk-1", "acme.account", "a-1")).sources()
                .get(0).own()).containsEntry("account", "a-1");
    }

    @ParameterizedTest
    @CsvSource({"http://example.org, true", "http://192.168.1.5:8000/v1, true", "http://localhost:8000, false",
        "http://127.0.0.1, false", "http://[::1]:80, false", "https://example.org, false"})
    void warnsOfAKeyThatGoesOverTheNetworkUnencrypted(String url, boolean warned) throws IOException {
        assertThat(SettingsReader.warnings(read(Map.of("dashscope.api-key", "sk-1", "dashscope.base-url", url))))
                .hasSize(warned ? 1 : 0).allMatch(line -> line.startsWith("dashscope.base-url = " + url));
    }

    @Test
    void neverShowsASecretThatStandsWhereItDoesNotBelong() {
        List<Map.Entry<String, String>> misplaced = List.of(Map.entry("dashscope.api-key sk-secret-1", "true"),
                Map.entry("dashscope.api-key:sk-secret-1", "true"), Map.entry("dashscope.api-keysk-secret-1", ""),
                Map.entry("dashscope.sk-secret-1", ""), Map.entry("dashscope.period", "sk-secret-1"),
                Map.entry("dashscope.period", "30s -Ddashscope.api-key=secret1"),
                Map.entry("dashscope.period", "1s api-key \"secret1"),
                Map.entry("dashscope.period", "Bearer secret1"), Map.entry("dashscope.base-url", "eyJhbGciOisecret1"),
                Map.entry("dashscope.period", "0123456789abcdefsecret0123"));
        for (Map.Entry<String, String> one : misplaced) {
            assertThat(rejected(Map.of(one.getKey(), one.getValue())).problems()).as("%s", one).isNotEmpty()
                    .noneMatch(line -> line.contains("secret"));
        }
    }

    @Test
    void takesATokenInPlaceOfAKey() throws IOException {
        Map<String, String> token = Map.of("dashscope.oauth2.token-url", "https://login.example.com/token/", "dashscope.oauth2.client-id", "me",
                "dashscope.oauth2.client-secret", "sk-secret");
        Settings settings = read(token);

        assertThat(settings.sources()).singleElement().extracting(source -> source.access().oauth2()).isEqualTo(
                new OAuth2Settings("https://login.example.com/token/", "me", "sk-secret", ""));
        assertThat(settings.off()).containsExactly("minimax");
        assertThat(settings.sources().get(0).access().toString()).doesNotContain("sk-secret");
        var both = new TreeMap<>(token);
        both.put("dashscope.api-key", "sk-1");
        assertThat(rejected(both).problems()).containsExactly("dashscope.api-key = ***: keys that begin with dashscope.oauth2. are set too; a source"
                + " has either an api key or a token");
        assertThat(rejected(Map.of("dashscope.oauth2.scope", "all")).problems()).extracting(line -> line.replaceFirst(" .*", ""))
                .containsExactly("dashscope.oauth2.token-url", "dashscope.oauth2.client-id", "dashscope.oauth2.client-secret");
        both.remove("dashscope.api-key");
        both.put("dashscope.oauth2.token-url", "login.example.com");
        assertThat(rejected(both).problems()).singleElement().asString().startsWith("dashscope.oauth2.token-url = login.example.com: allowed is an http");
    }

    @Test
    void saysOnceWhatOfTheSurroundingsCannotBeUsedAndOnlyIfItIs() throws Exception {
        Map<String, String> keys = Map.of("dashscope.proxy", "none", "dashscope.api-key", "sk-1");
        Map<String, String> environment = Map.of("HTTPS_PROXY", "socks5://me:sk-secret@proxy:1080");

        assertThat(around(environment, keys).sources().get(0).access().proxies()).isEqualTo(ProxyRules.NONE);
        assertThat(catchThrowableOfType(InvalidConfigurationException.class, () -> around(environment, Map.of("dashscope.api-key", "sk-1"))).problems())
                .singleElement().asString().startsWith("HTTPS_PROXY: allowed is http://").doesNotContain("sk-secret");
    }

    /** The sources beside the one that is refused have done nothing wrong. */
    @Test
    void warnsOfACertificateThatExpired(@TempDir Path folder) throws Exception {
        Path key = TestCertificate.of("old", "EC", Instant.parse("2026-01-31T08:00:00Z")).keyStore(folder.resolve("key.pem"), "PEM");

        Settings settings = around(Map.of(), Map.of("dashscope.api-key", "sk-1", "dashscope.key-store", key.toString(), "minimax.api-key", "sk-2"));

        assertThat(settings.sources()).hasSize(2);
        assertThat(SettingsReader.warnings(settings)).singleElement().asString().startsWith("dashscope.key-store = " + key)
                .contains("CN=old expired at 2026-01-31", "this source will be refused");
    }

    private static Settings around(Map<String, String> environment, Map<String, String> configuration) throws IOException {
        var files = new RouteFiles(SettingsReaderTest.class.getClassLoader(), List.of(), List.of(Path.of("routes")));
        return new SettingsReader(new ProviderRegistry(files), CRONS, Instant::now).surroundings(environment, new Properties())
                .read(new TreeMap<>(configuration));
    }

    @Test
    void neverShowsASecret() {
        assertThat(rejected(Map.of("dashscope.api-key", "sk-secret\u0007", "dashscope.apikey", "sk-secret-2",
                "dashscope.base-url", "https://me:sk-secret-3@example.org/?token=sk-secret-4")).problems())
                .hasSize(3).noneMatch(line -> line.contains("sk-secret"));
    }

    @Test
    void doesNotLetAValueWriteToTheTerminal() {
        assertThat(rejected(Map.of("bridge.sink", "\u001b[31mred\u001b[0m\r" + "x".repeat(500))).problems().get(0))
                .doesNotContain("\u001b").doesNotContain("\r").hasSizeLessThan(200);
    }

    private static InvalidConfigurationException rejected(Map<String, String> configuration) {
        return catchThrowableOfType(InvalidConfigurationException.class, () -> read(configuration));
    }

    private static Settings read(Map<String, String> configuration) throws IOException {
        var files = new RouteFiles(SettingsReaderTest.class.getClassLoader(), List.of(), List.of(Path.of("routes")));
        return new SettingsReader(new ProviderRegistry(files), CRONS, () -> Instant.parse("2026-03-01T00:00:00Z"))
                .read(new TreeMap<>(configuration));
    }
}
