package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitHeadersTest {

    private static final Map<String, String> NAMES = Map.of("left-a", "reset-a", "left-b", "reset-b");

    @ParameterizedTest
    @CsvSource({"0, 1s, PT1S", "0, 6m0s, PT6M", "0, 120ms, PT0.12S", "0, 1h2m3.5s, PT1H2M3.5S", "0, 2.5, PT2.5S",
        "00, 7, PT7S", "-1, 7, PT7S", "0, 3d, PT24H", "0, 999999999d, PT24H", "1, 6m0s,", "0, soon,", "0, '',", "0, 1y,",
        "'', 1s,", "none, 1s,", "0, -5,", "0, 99999999999999999999999s,"})
    void restsWhenNothingIsLeft(String left, String reset, Duration rest) {
        assertThat(RateLimitHeaders.rest(NAMES, Map.of("left-a", left, "reset-a", reset)::get)).isEqualTo(rest);
    }

    @Test
    void restsForTheLongestOfAll() {
        assertThat(RateLimitHeaders.rest(NAMES, Map.of("left-a", "0", "reset-a", "1s", "left-b", "0", "reset-b", "1m")::get))
                .isEqualTo(Duration.ofMinutes(1));
        assertThat(RateLimitHeaders.rest(NAMES, name -> null)).isNull();
        assertThat(RateLimitHeaders.rest(Map.of(), name -> "0")).isNull();
    }
}
