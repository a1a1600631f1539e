package org.finetunebridge.observability.statuspage;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * What the page shows, ready for {@code page.mustache}: the template computes nothing, and escapes every text.
 *
 * @param search   part of a job id; empty for every job
 * @param live     whether the page reloads itself
 * @param asOf     the time, UTC
 * @param alarm    why nothing can be written; null if it can
 * @param jobCount how many jobs are shown, in words
 */
record PageView(String search, int longestSearch, boolean live, String asOf, String alarm, List<Source> sources,
        String jobCount, List<Job> jobs, List<Event> events, List<Letter> letters) {

    boolean hasJobs() {
        return !jobs.isEmpty();
    }

    boolean hasEvents() {
        return !events.isEmpty();
    }

    /** A source; {@code reason} is its last error, null if there is none. Times may be null. */
    record Source(String name, String provider, String url, Badge health, String reason, Moment lastRead,
            Moment nextPoll, String watched, String suspended) { }

    /** A job; {@code error} is the provider's reason for a failure, {@code note} what keeps the job from being read. */
    record Job(String id, String link, String source, Badge status, String error, String note, String model,
            String output, String age, Timeline timeline) {

        boolean hasModel() {
            return model != null || output != null;
        }
    }

    /** An event; what it does not have is null. */
    record Event(Moment time, String source, String job, String link, String log, String subject, Badge status,
            String previous, String error) { }

    /** A dead letter; {@code payload} is null if it is not to be shown. */
    record Letter(Moment time, String source, String job, String message, String details, String payload) { }

    /** A word with a shade of the style sheet. The word is always there, because not everybody sees colours. */
    record Badge(String text, String shade) {

        private static final Map<String, String> SHADES = Map.of("SUCCEEDED", "good", "READY", "good", "FAILED", "bad",
                "EXPORT_FAILED", "bad", "CANCELLED", "warn", "CANCELLING", "warn", "PAUSED", "warn", "RUNNING", "busy",
                "EXPORTING", "busy");

        /** A status of a job or checkpoint. */
        static Badge of(String status) {
            return new Badge(status, SHADES.getOrDefault(status, "idle"));
        }
    }

    /** A time: exact for machines, and relative to now for people. */
    record Moment(String exact, String text) {

        /** Null if there is no time. */
        static Moment of(Instant time, Instant now) {
            return time == null ? null : new Moment(time.truncatedTo(ChronoUnit.SECONDS).toString(), time.isAfter(now)
                    ? "in " + span(Duration.between(now, time)) : span(Duration.between(time, now)) + " ago");
        }

        /** A span in its largest suitable unit, such as {@code 3 s}, {@code 12 min}, {@code 5 h}. */
        static String span(Duration span) {
            long seconds = Math.max(0, span.toSeconds());
            if (seconds < 120) {
                return seconds + " s";
            } else if (seconds < 7200) {
                return seconds / 60 + " min";
            }
            return seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
        }
    }
}
