package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {

    @ParameterizedTest
    @CsvSource(nullValues = "null", value = {
        "null, null, null", "null, '', null", "null, soon, null", "null, -1, null", "null, NaN, null", "null, 0, PT0S",
        "null, 1.5, PT1.5S", "250, 9, PT0.25S", "-1, 9, PT9S", "null, 86401, PT24H",
        "null, 2147483647, PT24H", "null, 2147483648, PT24H", "null, 99999999999999999999, PT24H", "2147483648, null, PT24H",
        "null, 'Sun, 01 Mar 2026 00:01:00 GMT', PT1M", "null, 'Sun, 01 Mar 2026 00:00:00 GMT', PT0S",
        // In the past; and what is read by a clock that was set back.
        "null, 'Sat, 28 Feb 2026 00:00:00 GMT', PT0S", "null, 'Mon, 02 Mar 2027 00:00:00 GMT', null",
        "null, 'Tue, 02 Mar 2027 00:00:00 GMT', PT24H"})
    void waitsAsLongAsAskedButNotLongerThanADay(String millis, String header, Duration wait) {
        assertThat(RetryAfter.read(millis, header, Instant.parse("2026-03-01T00:00:00Z"))).isEqualTo(wait);
    }
}
