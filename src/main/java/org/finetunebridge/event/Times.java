package org.finetunebridge.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads every clock the providers use: epoch seconds and milliseconds, RFC 3339, and local times without a zone, with a
 * space or a {@code T}, with a dot or a comma before the fraction.
 */
public final class Times {

    /** From here on a number counts milliseconds: as seconds it would be the year 33658. */
    private static final BigDecimal FIRST_MILLIS = BigDecimal.valueOf(1_000_000_000_000L);
    /** RFC 3339 has four digits for the year. */
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");
    private static final int LONGEST = 64;
    private static final int DATE_LENGTH = 10;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,19}(\\.\\d{1,9})?");
    private static final Pattern OFFSET_WITHOUT_COLON = Pattern.compile("([+-]\\d\\d)(\\d\\d)$");
    private static final DateTimeFormatter TEXT = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart().appendLiteral('T').append(DateTimeFormatter.ISO_LOCAL_TIME).optionalEnd()
            .optionalStart().appendOffsetId().optionalEnd()
            .toFormatter(Locale.ROOT);

    private Times() {}

    /**
     * The moment a provider's value names.
     *
     * @param value as received; may be null
     * @param zone  for times that carry none
     * @return null if the provider does not say: absent, JSON null, blank, zero, or a date of zeros
     * @throws DateTimeException if it says something that is no time
     */
    public static Instant parse(JsonNode value, ZoneId zone) {
        if (value == null || value.isNull()) {
            return null;
        }
        if (value.isNumber()) {
            return epoch(value.decimalValue());
        }
        if (!value.isTextual() || value.textValue().length() > LONGEST) {
            throw new DateTimeException("neither a number nor a short text");
        }
        return text(value.textValue().strip(), zone);
    }

    /** RFC 3339 in UTC. */
    public static String format(Instant moment) {
        return DateTimeFormatter.ISO_INSTANT.format(moment);
    }

    private static Instant text(String text, ZoneId zone) {
        if (text.isEmpty() || text.startsWith("0000-00-00")) {
            return null;
        }
        if (NUMBER.matcher(text).matches()) {
            return epoch(new BigDecimal(text));
        }
        String iso = OFFSET_WITHOUT_COLON.matcher(text.replace(' ', 'T').replace(',', '.')).replaceFirst("$1:$2");
        Instant moment = moment(TEXT.parse(iso), zone);
        // Strict where the other is lenient: the thirtieth of February is no day, not the twenty-eighth.
        DateTimeFormatter.ISO_LOCAL_DATE.parse(iso.substring(0, DATE_LENGTH));
        return bounded(moment);
    }

    private static Instant moment(TemporalAccessor parsed, ZoneId zone) {
        ZoneId own = parsed.query(TemporalQueries.offset());
        LocalDate date = LocalDate.from(parsed);
        var time = parsed.query(TemporalQueries.localTime());
        LocalDateTime local = time == null ? date.atStartOfDay() : date.atTime(time);
        return ZonedDateTime.of(local, own == null ? zone : own).toInstant();
    }

    private static Instant epoch(BigDecimal number) {
        if (number.signum() <= 0) {
            return null;
        }
        if (number.compareTo(BigDecimal.valueOf(LAST.toEpochMilli())) > 0) {
            throw new DateTimeException("a number beyond the year 9999");
        }
        BigDecimal millis = number.compareTo(FIRST_MILLIS) >= 0 ? number : number.movePointRight(3);
        return bounded(Instant.ofEpochMilli(millis.longValue()));
    }

    private static Instant bounded(Instant moment) {
        if (moment.isAfter(LAST) || moment.isBefore(Instant.EPOCH)) {
            throw new DateTimeException("outside the years 1970 to 9999");
        }
        return moment;
    }
}
