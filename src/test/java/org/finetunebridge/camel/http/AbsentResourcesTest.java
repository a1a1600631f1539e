package org.finetunebridge.camel.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.settings.SourceSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AbsentResourcesTest {

    private static final String EVENTS = "events";

    private final AbsentResources absent = new AbsentResources();
    private final SourceSettings source = source();
    private Instant now = Instant.parse("2026-03-01T00:00:00Z");

    /** A gateway that has just started answers 404 for a moment: that must not cost an hour. */
    @ParameterizedTest
    @ValueSource(ints = {404, 405, 501})
    void areLookedForAfterAMinuteAndThenLessOften(int status) {
        for (int minutes : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            assertThat(absent.isKnown(source, EVENTS, now)).isFalse();
            assertThat(absent.isNoSuch(source, EVENTS, status, now)).isTrue();
            assertThat(absent.isNoSuch(source, EVENTS, status, now.plusSeconds(1))).as("asked at the same time").isTrue();
            now = now.plusSeconds(60L * minutes);
            assertThat(absent.isKnown(source, EVENTS, now.minusSeconds(1))).isTrue();
        }
        assertThat(absent.isKnown(source, "checkpoints", now.minusSeconds(1))).isFalse();
    }

    @Test
    void areThereOnceOneAnswered() {
        absent.isNoSuch(source, EVENTS, 404, now);
        assertThat(absent.isNoSuch(source, EVENTS, 200, now)).isFalse();

        assertThat(absent.isKnown(source, EVENTS, now)).isFalse();
        assertThat(absent.isNoSuch(source, EVENTS, 404, now)).as("this job has none").isTrue();
        assertThat(absent.isKnown(source, EVENTS, now)).isFalse();
    }

    @Test
    void areLookedForWhenTheClockWasSetBack() {
        absent.isNoSuch(source, EVENTS, 404, now);

        assertThat(absent.isKnown(source, EVENTS, now.minusSeconds(3600))).isFalse();
    }

    private static SourceSettings source() {
        try {
            var files = new RouteFiles(AbsentResourcesTest.class.getClassLoader(), List.of(), List.of(Path.of("routes")));
            return new SettingsReader(new ProviderRegistry(files), (cron, zone, at) -> null, () -> Instant.EPOCH).read(new TreeMap<>(Map.of(
                    "bridge.sources", "gw", "gw.provider", "openai-compatible", "gw.api-key", "sk", "gw.base-url", "http://127.0.0.1:1")))
                    .sources().get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
