package org.finetunebridge.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads every clock the providers use: epoch seconds, milliseconds, microseconds and nanoseconds, as numbers or texts; RFC
 * 3339; RFC 1123; and local times without a zone, with a space or a {@code T}, with a dot or a comma before the fraction.
 */
public final class Timestamps {

    /** From here on a number counts milliseconds: as seconds it would be the year 33658. */
    private static final long FIRST_MILLIS = 1_000_000_000_000L;
    private static final long FIRST_MICROS = 1_000_000_000_000_000L;
    private static final long FIRST_NANOS = 1_000_000_000_000_000_000L;
    /** RFC 3339 has four digits for the year. */
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");
    private static final int LAST_YEAR = 9999;
    private static final int DAY = 24 * 3600;
    private static final String FORM = "0000-00-00T00:00:00.000000000Z";
    private static final int SECONDS = "0000-00-00T00:00:00".length();
    private static final int LONGEST = 64;
    private static final int DATE_LENGTH = 10;
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,19}(\\.\\d{1,9})?");
    private static final Pattern BEGINS_WITH_A_YEAR = Pattern.compile("\\d{4}-.*");
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Pattern UTC = Pattern.compile("(?<=[+-]00:?00)(UTC|GMT)$|(?:UTC|GMT)$", Pattern.CASE_INSENSITIVE);
    private static final Pattern BEYOND_NANOSECONDS = Pattern.compile("(?<=\\.\\d{9})\\d+");
    private static final Pattern OFFSET_WITHOUT_COLON = Pattern.compile("([+-]\\d\\d)(\\d\\d)$");
    private static final DateTimeFormatter TEXT = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart().appendLiteral('T').append(DateTimeFormatter.ISO_LOCAL_TIME).optionalEnd()
            .optionalStart().appendOffsetId().optionalEnd()
            .toFormatter(Locale.ROOT);

    private static final DateTimeFormatter RFC_1123 = DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT);

    private Timestamps() {}

    /**
     * The moment a provider's value names.
     *
     * @param value as received; may be null
     * @param zone  for times that carry none
     * @return null if the time is unset: absent, JSON null, blank, a date of zeros, or not after the beginning of 1970, as
     *         languages write a time that was never set (0, -1, {@code 0001-01-01T00:00:00Z})
     * @throws DateTimeException if it says something that is no time
     */
    public static Instant parse(JsonNode value, ZoneId zone) {
        if (value == null || value.isNull()) {
            return null;
        }
        if (value.isNumber() && !JsonWriter.isFinite(value)) {
            throw new DateTimeException("no number of seconds");
        }
        if (value.isNumber()) {
            return value.canConvertToLong() && value.isIntegralNumber() ? epoch(value.longValue())
                    : epoch(value.decimalValue());
        }
        if (!value.isTextual() || value.textValue().length() > LONGEST) {
            throw new DateTimeException("neither a number nor a short text");
        }
        return text(value.textValue().strip(), zone);
    }

    /** RFC 3339 in UTC, as {@link DateTimeFormatter#ISO_INSTANT} writes it; by hand, for every event has three of them. */
    public static String format(Instant moment) {
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(moment.getEpochSecond(), DAY));
        if (date.getYear() < 0 || date.getYear() > LAST_YEAR) {
            return DateTimeFormatter.ISO_INSTANT.format(moment);
        }
        int second = (int) Math.floorMod(moment.getEpochSecond(), DAY);
        byte[] text = FORM.getBytes(StandardCharsets.ISO_8859_1);
        digits(date.getYear(), 4, text, 3);
        digits(date.getMonthValue(), 2, text, 6);
        digits(date.getDayOfMonth(), 2, text, 9);
        digits(second / 3600, 2, text, 12);
        digits(second / 60 % 60, 2, text, 15);
        digits(second % 60, 2, text, 18);
        int length = SECONDS;
        if (moment.getNano() > 0) {
            digits(moment.getNano(), 9, text, 28);
            length += moment.getNano() % 1_000_000 == 0 ? 4 : moment.getNano() % 1000 == 0 ? 7 : 10;
        }
        text[length] = 'Z';
        return new String(text, 0, length + 1, StandardCharsets.ISO_8859_1);
    }

    private static void digits(int number, int count, byte[] text, int last) {
        int rest = number;
        for (int at = last; at > last - count; at--) {
            text[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private static Instant text(String text, ZoneId zone) {
        if (text.isEmpty() || text.startsWith("0000-00-00")) {
            return null;
        }
        LocalDateTime plain = plain(text);
        if (plain != null) {
            return bounded(ZonedDateTime.of(plain, text.length() > SECONDS ? ZoneOffset.UTC : zone).toInstant());
        }
        return general(text, zone);
    }

    /** Reads every form of a text. */
    static Instant general(String text, ZoneId zone) {
        if (NUMBER.matcher(text).matches()) {
            return epoch(new BigDecimal(text));
        }
        if (!BEGINS_WITH_A_YEAR.matcher(text).matches()) {
            return bounded(ZonedDateTime.parse(BLANKS.matcher(text).replaceAll(" "), RFC_1123).toInstant());
        }
        String iso = iso(text);
        Instant moment = moment(TEXT.parse(iso), zone);
        // Strict where the other is lenient: the thirtieth of February is no day, not the twenty-eighth.
        DateTimeFormatter.ISO_LOCAL_DATE.parse(iso.substring(0, DATE_LENGTH));
        return bounded(moment);
    }

    /**
     * {@code 2026-03-01 08:00:00}, with a {@code T} or a {@code Z} or without, which is what nearly all texts are: read by
     * hand, in a twentieth of the time. Null for any other, and for the last days of a month, which not every month has.
     */
    private static LocalDateTime plain(String text) {
        boolean formed = (text.length() == SECONDS || text.length() == SECONDS + 1 && text.charAt(SECONDS) == 'Z')
                && text.charAt(4) == '-' && text.charAt(7) == '-' && (text.charAt(DATE_LENGTH) == ' ' || text.charAt(DATE_LENGTH) == 'T')
                && text.charAt(13) == ':' && text.charAt(16) == ':';
        if (!formed) {
            return null;
        }
        int century = pair(text, 0, 99);
        int year = pair(text, 2, 99);
        int month = pair(text, 5, 12);
        int day = pair(text, 8, 28);
        int hour = pair(text, 11, 23);
        int minute = pair(text, 14, 59);
        int second = pair(text, 17, 59);
        boolean exists = (century | year | month | day | hour | minute | second) >= 0 && month > 0 && day > 0;
        return exists ? LocalDateTime.of(century * 100 + year, month, day, hour, minute, second) : null;
    }

    /** Two digits as a number; -1 if they are none, or more than the greatest. */
    private static int pair(String text, int at, int greatest) {
        int tens = text.charAt(at) - '0';
        int ones = text.charAt(at + 1) - '0';
        boolean digits = tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
        return digits && tens * 10 + ones <= greatest ? tens * 10 + ones : -1;
    }

    /** {@code 2026-03-01 08:00:00,5 +0800} as {@code 2026-03-01T08:00:00.5+08:00}. */
    private static String iso(String text) {
        String joined = BLANKS.matcher(BLANKS.matcher(text).replaceFirst("T")).replaceAll("").replace(',', '.');
        String offset = UTC.matcher(BEYOND_NANOSECONDS.matcher(joined).replaceAll("")).replaceAll(
                found -> found.group(1) == null ? "Z" : "");
        return OFFSET_WITHOUT_COLON.matcher(offset).replaceFirst("$1:$2");
    }

    private static Instant moment(TemporalAccessor parsed, ZoneId zone) {
        ZoneId own = parsed.query(TemporalQueries.offset());
        LocalDate date = LocalDate.from(parsed);
        var time = parsed.query(TemporalQueries.localTime());
        LocalDateTime local = time == null ? date.atStartOfDay() : date.atTime(time);
        return ZonedDateTime.of(local, own == null ? zone : own).toInstant();
    }

    private static Instant epoch(BigDecimal number) {
        if (number.compareTo(BigDecimal.valueOf(FIRST_MILLIS)) < 0 && number.signum() > 0) {
            return epoch(number.movePointRight(3).longValue(), ChronoUnit.MILLIS, number.longValue());
        }
        if (number.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw beyond();
        }
        return number.signum() <= 0 ? null : epoch(number.longValue());
    }

    private static Instant epoch(long number) {
        ChronoUnit unit = number < FIRST_MILLIS ? ChronoUnit.SECONDS : number < FIRST_MICROS ? ChronoUnit.MILLIS
                : number < FIRST_NANOS ? ChronoUnit.MICROS : ChronoUnit.NANOS;
        return number <= 0 ? null : epoch(number, unit, number);
    }

    /** @param received what is held against the greatest number of seconds */
    private static Instant epoch(long count, ChronoUnit unit, long received) {
        if (received < FIRST_MILLIS && received > LAST.getEpochSecond()) {
            throw beyond();
        }
        return bounded(Instant.EPOCH.plus(count, unit));
    }

    private static DateTimeException beyond() {
        return new DateTimeException("a number beyond the year 9999");
    }

    private static Instant bounded(Instant moment) {
        if (moment.isAfter(LAST)) {
            throw new DateTimeException("after the year 9999");
        }
        return moment.isAfter(Instant.EPOCH) ? moment : null;
    }
}
