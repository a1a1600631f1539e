package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {

    private static final Map<String, String> NAMES = Map.of("left-a", "reset-a", "left-b", "reset-b");

    @ParameterizedTest
    @CsvSource(nullValues = "null", value = {
        "null, null, null", "null, '', null", "null, soon, null", "null, -1, null", "null, NaN, null", "null, 0, PT0S",
        "null, 1.5, PT1.5S", "250, 9, PT0.25S", "-1, 9, PT9S", "null, 86401, PT24H",
        "null, 1d, null", "null, Infinity, null", "null, 0x1p3, null", "null, 2., PT2S", "null, 2147483647, PT24H", "null, 2147483648, PT24H", "null, 99999999999999999999, PT24H", "2147483648, null, PT24H",
        "null, 'Sun, 01 Mar 2026 00:01:00 GMT', PT1M", "null, 'Sun, 01 Mar 2026 00:00:00 GMT', PT0S",
        // In the past; and what is read by a clock that was set back.
        "null, 'Sat, 28 Feb 2026 00:00:00 GMT', PT0S", "null, 'Mon, 02 Mar 2027 00:00:00 GMT', null",
        "null, 'Tue, 02 Mar 2027 00:00:00 GMT', PT24H",
        // With spaces around; and at both ends of what is waited.
        "' 250 ', 9, PT0.25S", "null, ' 9 ', PT9S", "null, ' Sun, 01 Mar 2026 00:01:00 GMT ', PT1M", "0, 9, PT0S",
        "null, 86400, PT24H", "null, 86399, PT23H59M59S", "86399999, null, PT23H59M59.999S",
        "null, 'Sun, 01 Mar 2026 00:00:01 GMT', PT1S", "null, 'Sun, 01 Mar 2026 23:59:59 GMT', PT23H59M59S"})
    void waitsAsLongAsAskedButNotLongerThanADay(String millis, String header, Duration wait) {
        assertThat(RetryAfter.read(millis, header, Instant.parse("2026-03-01T00:00:00Z"))).isEqualTo(wait);
    }

    @ParameterizedTest
    @CsvSource({"0, 1s, PT1S", "0, 6m0s, PT6M", "0, 120ms, PT0.12S", "0, 1h2m3.5s, PT1H2M3.5S", "0, 2.5, PT2.5S",
        "00, 7, PT7S", "-1, 7, PT7S", "0, 3d, PT24H", "0, 999999999d, PT24H", "1, 6m0s,", "0, soon,", "0, '',", "0, 1y,",
        "'', 1s,", "none, 1s,", "0, -5,", "0, 99999999999999999999999s,",
        "' 0 ', ' 7 ', PT7S", "0, 0.2ms, PT0.001S", "0, 0s, PT0S", "0, 1440m, PT24H",
        "0, 23h59m59.999s, PT23H59M59.999S"})
    void restsWhenNothingIsLeft(String left, String reset, Duration rest) {
        assertThat(RetryAfter.rest(NAMES, Map.of("left-a", left, "reset-a", reset)::get)).isEqualTo(rest);
    }

    @Test
    void restsForTheLongestOfAll() {
        assertThat(RetryAfter.rest(NAMES, Map.of("left-a", "0", "reset-a", "1s", "left-b", "0", "reset-b", "1m")::get))
                .isEqualTo(Duration.ofMinutes(1));
        var soon = Map.of("left-a", "0", "reset-a", "soon", "left-b", "0", "reset-b", "1s");
        assertThat(RetryAfter.rest(NAMES, soon::get))
                .as("what cannot be read says nothing").isEqualTo(Duration.ofSeconds(1));
        assertThat(RetryAfter.rest(NAMES, Map.of("left-a", "0", "left-b", "0", "reset-b", "2s")::get))
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(RetryAfter.rest(NAMES, name -> null)).isNull();
        assertThat(RetryAfter.rest(Map.of(), name -> "0")).isNull();
    }
}
