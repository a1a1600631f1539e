package org.finetunebridge.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {

    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "2026-03-01 08:00:00"            | 2026-03-01T00:00:00Z
            "2026-03-01T08:00:00"            | 2026-03-01T00:00:00Z
            "2026-03-01 08:00:00.123"        | 2026-03-01T00:00:00.123Z
            "2026-03-01 08:00:00,123"        | 2026-03-01T00:00:00.123Z
            "2026-03-01 08:00"               | 2026-03-01T00:00:00Z
            " 2026-03-01 08:00:00 "          | 2026-03-01T00:00:00Z
            "2026-03-01"                     | 2026-02-28T16:00:00Z
            "2026-03-01T00:00:00Z"           | 2026-03-01T00:00:00Z
            "2026-03-01t00:00:00z"           | 2026-03-01T00:00:00Z
            "2026-03-01T08:00:00+08:00"      | 2026-03-01T00:00:00Z
            "2026-03-01T08:00:00+0800"       | 2026-03-01T00:00:00Z
            "2026-02-28T19:00:00.5-0500"     | 2026-03-01T00:00:00.500Z
            "2026-03-01T24:00:00"            | 2026-03-01T16:00:00Z
            1702558487522                    | 2023-12-14T12:54:47.522Z
            "1702558487522"                  | 2023-12-14T12:54:47.522Z
            1702558487                       | 2023-12-14T12:54:47Z
            1702558487.25                    | 2023-12-14T12:54:47.250Z
            "1702558487.25"                  | 2023-12-14T12:54:47.250Z
            1.702558487522E12                | 2023-12-14T12:54:47.522Z
            1702558487522123                 | 2023-12-14T12:54:47.522123Z
            1702558487522123456              | 2023-12-14T12:54:47.522123456Z
            "1702558487522123456"            | 2023-12-14T12:54:47.522123456Z
            "2026-03-01T00:00:00.123456789Z" | 2026-03-01T00:00:00.123456789Z
            "2026-03-01T00:00:00.1234567891Z"| 2026-03-01T00:00:00.123456789Z
            "2026-03-01 08:00:00 +0800"      | 2026-03-01T00:00:00Z
            "2026-03-01  00:00:00 Z"         | 2026-03-01T00:00:00Z
            "2026-03-01 00:00:00 UTC"        | 2026-03-01T00:00:00Z
            "2026-03-01 00:00:00.5 +0000 UTC"| 2026-03-01T00:00:00.500Z
            "Sun, 01 Mar 2026 00:00:00 GMT"  | 2026-03-01T00:00:00Z
            "Sun, 1 Mar 2026 08:00:00 +0800" | 2026-03-01T00:00:00Z
            "1 Mar 2026 00:00:00 GMT"        | 2026-03-01T00:00:00Z
            """)
    void readsEveryClockProvidersUse(String value, String moment) throws JsonProcessingException {
        assertThat(parse(value)).isEqualTo(Instant.parse(moment));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "\"  \"", "0", "\"0\"", "0.0", "\"0000-00-00 00:00:00\"", "-1",
        "\"-5\"", "\"0001-01-01T00:00:00Z\"", "\"0001-01-01 00:00:00\"", "\"1970-01-01T00:00:00Z\"", "\"1970-01-01 08:00:00\"",
        "\"1969-12-31T23:59:59Z\"", "-62135596800", "-0.5", "\"Thu, 01 Jan 1970 00:00:00 GMT\""})
    void knowsWhenAProviderDoesNotSay(String value) throws JsonProcessingException {
        assertThat(parse(value)).isNull();
    }

    /** The units change where a number of the smaller one would be a year that nobody means. */
    @ParameterizedTest
    @CsvSource({"1, 1970-01-01T00:00:01Z", "253402300799, 9999-12-31T23:59:59Z", "1000000000000, 2001-09-09T01:46:40Z",
        "1000000000000000, 2001-09-09T01:46:40Z",
        "1000000000000000000, 2001-09-09T01:46:40Z", "0.001, 1970-01-01T00:00:00.001Z", "999999999.999, 2001-09-09T01:46:39.999Z",
        "1000000000000.5, 2001-09-09T01:46:40Z", "9223372036854775807, 2262-04-11T23:47:16.854775807Z"})
    void takesANumberForWhatItIsLikely(String number, String moment) throws JsonProcessingException {
        for (String written : List.of(number, '"' + number + '"')) {
            assertThat(parse(written)).as(written).isEqualTo(moment);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"253402300800", "999999999999", "253402300799.5", "999999999999999", "9223372036854775808"})
    void refusesANumberBeyondTheYear9999(String number) {
        for (String written : List.of(number, '"' + number + '"')) {
            assertThatThrownBy(() -> parse(written)).as(written).isInstanceOf(DateTimeException.class).hasMessageContaining("9999");
        }
    }

    @Test
    void readsATextThatIsAsLongAsOneMayBe() throws JsonProcessingException {
        assertThat(parse("\"2026-03-01T00:00:00Z" + " ".repeat(44) + "\"")).isEqualTo("2026-03-01T00:00:00Z");
        assertThatThrownBy(() -> parse("\"2026-03-01T00:00:00Z" + " ".repeat(45) + "\"")).isInstanceOf(DateTimeException.class);
    }

    @Test
    void knowsThatAnAbsentFieldSaysNothing() {
        assertThat(Timestamps.parse(null, SHANGHAI)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"soon\"", "true", "{}", "[1702558487522]", "\"2026-13-01 00:00:00\"", "1e400", "1e999999",
        "999999999999",
        "\"2026-03-01 08:00:00 CST\"", "99999999999999999999", "\"Mon, 01 Mar 2026 00:00:00 GMT\"", "\"+12026-03-01T00:00:00Z\"",
        "\"2026-03-32 00:00:00\"", "\"2026-02-30 10:00:00\"", "\"2026-02-29 10:00:00\"", "\"2026-04-31T10:00:00Z\"",
        "\"2026-03-01 08:00:00.000000000000000000000000000000000000000000000000000000000\""})
    void refusesWhatIsNoTime(String value) {
        assertThatThrownBy(() -> parse(value)).isInstanceOfAny(DateTimeException.class, ArithmeticException.class);
    }

    @Test
    void isNotConfusedByAnHourThatTheClockSkips() throws JsonProcessingException {
        assertThat(Timestamps.parse(JSON.readTree("\"2026-03-29 02:30:00\""), ZoneId.of("Europe/Berlin")))
                .isEqualTo("2026-03-29T01:30:00Z");
    }

    @Test
    void writesRfc3339() {
        assertThat(Timestamps.format(Instant.parse("2026-03-01T00:00:00Z"))).isEqualTo("2026-03-01T00:00:00Z");
        assertThat(Timestamps.format(Instant.parse("2026-03-01T00:00:00.120Z"))).isEqualTo("2026-03-01T00:00:00.120Z");
    }

    private static Instant parse(String value) throws JsonProcessingException {
        JsonNode node = JSON.readTree(value);
        return Timestamps.parse(node, SHANGHAI);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1970-01-01T00:00:00Z", "2026-03-01T08:09:10Z", "2026-12-31T23:59:59.001Z",
        "2024-02-29T12:00:00.000001Z", "2024-02-29T12:00:00.123456Z", "2024-02-29T12:00:00.000000001Z",
        "2024-02-29T12:00:00.100000010Z", "9999-12-31T23:59:59.999999999Z", "0000-01-01T00:00:00Z",
        "-0001-12-31T23:59:59Z", "+10000-01-01T00:00:00Z"})
    void writesWhatTheFormatterOfThePlatformWrites(String time) {
        assertThat(Timestamps.format(Instant.parse(time))).isEqualTo(DateTimeFormatter.ISO_INSTANT.format(Instant.parse(time)))
                .isEqualTo(time);
    }

    /** What is read by hand is what the general parser reads: the same moment, none, or no time at all. */
    @Property(tries = 2_000)
    void readsAPlainTextAsTheGeneralParserDoes(@ForAll("texts") String text, @ForAll("zones") ZoneId zone) {
        assertThat(outcome(() -> Timestamps.parse(TextNode.valueOf(text), zone)))
                .isEqualTo(outcome(() -> Timestamps.general(text, zone)));
    }

    private static String outcome(Supplier<Instant> reading) {
        try {
            return String.valueOf(reading.get());
        } catch (DateTimeException e) {
            return "no time";
        }
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> days = Combinators.combine(Arbitraries.integers().between(0, 9999),
                Arbitraries.integers().between(0, 13), Arbitraries.integers().between(0, 32))
                .as((year, month, day) -> "%04d-%02d-%02d".formatted(year, month, day));
        Arbitrary<String> times = Combinators.combine(Arbitraries.integers().between(0, 25),
                Arbitraries.integers().between(0, 61), Arbitraries.integers().between(0, 61))
                .as((hour, minute, second) -> "%02d:%02d:%02d".formatted(hour, minute, second));
        Arbitrary<String> whole = Combinators.combine(days, Arbitraries.of(" ", "T", "t", "_"), times,
                Arbitraries.of("", "", "Z", "z", "x")).as((day, between, time, end) -> day + between + time + end)
                .filter(text -> !text.startsWith("0000-00-00"));
        Arbitrary<String> spoilt = Combinators.combine(whole, Arbitraries.integers().between(0, 18),
                Arbitraries.of('-', ':', '/', 'a', '9', '\u0665'))
                .as((text, at, wrong) -> text.substring(0, at) + wrong + text.substring(at + 1))
                .filter(text -> !text.startsWith("0000-00-00"));
        return Arbitraries.oneOf(whole, spoilt);
    }

    @Provide
    Arbitrary<ZoneId> zones() {
        return Arbitraries.of("Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC", "+05:45").map(ZoneId::of);
    }
}
