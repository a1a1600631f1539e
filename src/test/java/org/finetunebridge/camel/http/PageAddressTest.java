package org.finetunebridge.camel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.settings.SourceSettings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A next page that is an address: the key goes to the host that the account was given, and nowhere else. */
class PageAddressTest {

    private final SourceSettings source = source();

    @ParameterizedTest
    @CsvSource({
        "https://api.example.org/v1/jobs?page=2, https://api.example.org/v1/jobs?page=2",
        "https://API.example.org:443/v1/jobs, https://API.example.org:443/v1/jobs",
        "/v1/jobs?page=2&of=3, https://api.example.org/v1/jobs?page=2&of=3",
        "//api.example.org/v1/jobs, https://api.example.org/v1/jobs"})
    void isTakenAtTheSameHost(String named, String asked) {
        assertThat(PageAddress.of(source, named)).hasValueSatisfying(page -> assertThat(page.page()).hasToString(asked));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example.org/v1/jobs", "http://api.example.org/v1/jobs", "//evil.example.org/v1/jobs",
        "https://api.example.org@evil.example.org/", "https://me@api.example.org/v1", "https://api.example.org:8443/v1", "file:///etc/passwd",
        "https://api.example.org.evil.org/", "https:api.example.org", "javascript:alert(1)", "https://api.example.org\\@evil.org/?x", "https://[::1/?x"})
    void isRefusedAnywhereElse(String named) {
        assertThatThrownBy(() -> PageAddress.of(source, named)).isInstanceOfSatisfying(ProviderException.class, refused -> {
            assertThat(refused.means()).isEqualTo(ErrorAction.JOB);
            assertThat(refused).hasMessageContaining("https://api.example.org, and the key is sent nowhere else");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/jobs", "/fine_tuning/jobs/ft%3A1/events", ""})
    void isNoPathOfARoute(String path) {
        assertThat(PageAddress.of(source, path)).isEmpty();
    }

    private static SourceSettings source() {
        try {
            var files = new RouteFiles(PageAddressTest.class.getClassLoader(), List.of(), List.of(Path.of("routes")));
            return new SettingsReader(new ProviderRegistry(files), (cron, zone, now) -> null, () -> Instant.EPOCH).read(new TreeMap<>(Map.of(
                    "bridge.sources", "openai", "openai.api-key", "sk", "openai.base-url", "https://api.example.org/v1"))).sources().get(0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
