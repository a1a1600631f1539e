package org.finetunebridge.observability.statuspage;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as a person reads them. */
final class DurationFormat {

    private DurationFormat() {}

    /** How long, in its two largest units' worth of precision or less: {@code 3 s}, {@code 12 min}, {@code 5 h}. */
    static String span(Duration span) {
        long seconds = Math.max(0, span.toSeconds());
        if (seconds < 120) {
            return seconds + " s";
        } else if (seconds < 7200) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
    }

    /** A moment, relative to now, with the moment itself for machines and for who points at it. */
    static void write(HtmlWriter html, Instant time, Instant now) {
        if (time == null) {
            html.text("never");
            return;
        }
        String exact = time.truncatedTo(ChronoUnit.SECONDS).toString();
        html.element("time", time.isAfter(now) ? "in " + span(Duration.between(now, time))
                : span(Duration.between(time, now)) + " ago", "datetime", exact, "title", exact);
    }
}
