package org.finetunebridge.provider;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a provider asks to wait: {@code retry-after-ms}, {@code Retry-After} in seconds or as a date, or the headers that
 * say how many requests are left.
 */
public final class RetryAfter {

    /** A provider that asks for more is mistaken, or no friend. */
    private static final Duration LONGEST = Duration.ofDays(1);

    /** Java itself would also take {@code 1d} for a number. */
    private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d*)?");
    private static final Pattern SPAN = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h|d|$)");
    private static final Map<String, Double> MILLIS = Map.of("ms", 1.0, "s", 1e3, "", 1e3, "m", 6e4, "h", 36e5, "d", 864e5);

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
        if (text == null || !NUMBER.matcher(text.strip()).matches()) {
            return null;
        }
        return Duration.ofMillis((long) Math.min(Double.parseDouble(text.strip()) * millisEach, LONGEST.toMillis()));
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

    /**
     * How long to rest before the account gets an error: nothing is left of the requests that it may make.
     *
     * @param names   the header that says how many are left, to the one that says when there are more
     * @param headers of an answer, by name
     * @return null if something is left, or if nobody says
     */
    public static Duration rest(Map<String, String> names, UnaryOperator<String> headers) {
        return names.entrySet().stream().filter(pair -> isNone(headers.apply(pair.getKey())))
                .map(pair -> span(headers.apply(pair.getValue()))).filter(span -> span != null)
                .max(Duration::compareTo).orElse(null);
    }

    private static boolean isNone(String left) {
        return left != null && left.strip().matches("0+|-\\d+");
    }

    /** {@code 6m0s}, {@code 120ms}, or plain seconds. */
    private static Duration span(String text) {
        if (text == null || !text.strip().matches("(" + SPAN + ")+")) {
            return null;
        }
        double millis = 0;
        for (Matcher part = SPAN.matcher(text.strip()); part.find();) {
            millis += Double.parseDouble(part.group(1)) * MILLIS.get(part.group(2));
        }
        return millis < LONGEST.toMillis() ? Duration.ofMillis((long) Math.ceil(millis)) : LONGEST;
    }
}
