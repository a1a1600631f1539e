package org.finetunebridge.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.finetunebridge.TestCertificate;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.PlaceholderResolver;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.settings.SettingsReader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever copies an example of {@code docs/access.md} gets a configuration that the bridge takes. */
class AccessPageIT {

    private static final Pattern EXAMPLE = Pattern.compile("```properties\\n(.*?)```", Pattern.DOTALL);

    private static ProviderRegistry providers;

    @TempDir
    private Path folder;

    @BeforeAll
    static void readProviders() throws IOException {
        providers = new ProviderRegistry(new RouteFiles(AccessPageIT.class.getClassLoader(), List.of(), List.of(Path.of("routes"))));
    }

    static Stream<String> examples() throws IOException {
        List<String> examples = EXAMPLE.matcher(Files.readString(Path.of("docs/access.md"))).results().map(found -> found.group(1)).toList();
        assertThat(examples).hasSizeGreaterThan(2);
        return examples.stream();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void showsWhatCanBeUsed(String example) throws Exception {
        TestCertificate certificate = TestCertificate.named("company");
        Path trust = certificate.trustStore(folder.resolve("ca.pem"), "PEM");
        Path key = certificate.keyStore(folder.resolve("bridge.p12"), "PKCS12");
        var written = new Properties();
        written.load(new StringReader(example.replaceAll("= /\\S+\\.pem", "= " + trust).replaceAll("= /\\S+\\.p12", "= " + key)));
        Map<String, String> keys = new TreeMap<>();
        written.stringPropertyNames().forEach(name -> keys.put(name, written.getProperty(name)));
        boolean kafka = example.contains("bridge.kafka.");
        if (kafka || !example.contains("oauth2")) {
            keys.putIfAbsent("dashscope.api-key", "sk-1");
        }
        keys.putIfAbsent("bridge.sources", "dashscope,minimax");
        Settings settings = new SettingsReader(providers, (cron, zone, now) -> null, Instant::now).read(PlaceholderResolver.resolved(keys, AccessPageIT::secret));

        assertThat(settings.sources()).isNotEmpty();
        assertThat(written.stringPropertyNames()).extracting(name -> name.replaceFirst("[.].*", ""))
                .as("each key is of a source that is read, or the bridge's").allMatch(section -> section.matches("bridge|camel") || section.equals("minimax")
                || settings.sources().stream().anyMatch(source -> source.name().equals(section)));
    }

    /** Whatever is named is there. */
    private static String secret(String named) {
        return !named.contains(":") ? null : named.contains("p12") ? TestCertificate.PASSWORD : "sk-1";
    }
}
