package org.finetunebridge.provider;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How long a provider asks to wait: {@code retry-after-ms}, or {@code Retry-After} in seconds or as a date. */
public final class RetryAfter {

    /** A provider that asks for more is mistaken, or no friend. */
    private static final Duration LONGEST = Duration.ofDays(1);

    private RetryAfter() {}

    /**
     * Reads the two headers.
     *
     * @param millis  value of {@code retry-after-ms}; may be null
     * @param header  value of {@code Retry-After}; may be null
     * @param now     what a date is held against
     * @return null if neither says anything that can be read
     */
    public static Duration read(String millis, String header, Instant now) {
        Duration wait = number(millis, 1);
        if (wait == null) {
            wait = number(header, 1000);
        }
        if (wait == null) {
            wait = date(header, now);
        }
        return wait == null || wait.compareTo(LONGEST) <= 0 ? wait : LONGEST;
    }

    private static Duration number(String text, int millisEach) {
        try {
            double number = text == null ? -1 : Double.parseDouble(text.strip());
            return number >= 0 ? Duration.ofMillis((long) Math.min(number * millisEach, LONGEST.toMillis())) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static Duration date(String text, Instant now) {
        try {
            var format = DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT);
            Instant then = text == null ? null : ZonedDateTime.parse(text.strip(), format).toInstant();
            return then == null ? null : then.isAfter(now) ? Duration.between(now, then) : Duration.ZERO;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
