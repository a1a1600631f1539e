package org.finetunebridge.provider;

import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many requests a provider says are left, and for how long there is none: a hint, obeyed before it gets an error. */
public final class RateLimitHeaders {

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Pattern SPAN = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h|d|$)");
    private static final Map<String, Double> MILLIS = Map.of("ms", 1.0, "s", 1e3, "", 1e3, "m", 6e4, "h", 36e5, "d", 864e5);

    private RateLimitHeaders() {}

    /**
     * How long to rest.
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
