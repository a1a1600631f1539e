package org.finetunebridge.observability.statuspage;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.finetunebridge.event.Fact;
import org.finetunebridge.observability.statuspage.RecentEvents.RecentEvent;

/**
 * What the page shows, ready for {@code page.mustache}: the template computes nothing, and escapes every text.
 *
 * @param filter        which jobs are shown
 * @param longestSearch characters
 * @param live          whether the page reloads itself
 * @param again         the address of this page that does not reload itself, or does again; null if it never does
 * @param asOf          the time, UTC
 * @param alarm         why nothing can be written; null if it can
 * @param jobCount      how many jobs are shown, in words
 * @param statusChoices links to the jobs of one status each
 * @param sourceChoices links to the jobs of one source each; empty if there is only one source
 * @param pages         null if all jobs are on this page
 */
record PageView(ListFilter filter, int longestSearch, boolean live, String again, String asOf, String alarm, List<Source> sources,
        String jobCount, List<Choice> statusChoices, List<Choice> sourceChoices, Pages pages, List<Job> jobs, List<Event> events,
        List<Letter> letters) {

    boolean hasJobs() {
        return !jobs.isEmpty();
    }

    boolean hasSourceChoices() {
        return !sourceChoices.isEmpty();
    }

    boolean hasEvents() {
        return !events.isEmpty();
    }

    /** A link that narrows the list or widens it again; {@code chosen} if the list is that narrow now. */
    record Choice(String text, String link, boolean chosen) { }

    /** Where this page stands among those of the list; the first has no previous one, the last no next: null. */
    record Pages(String words, String previous, String next) { }

    /** A source; {@code link} shows its jobs alone; {@code reason} is its last error, null if there is none. Times may be null. */
    record Source(String name, String link, String provider, String url, Badge health, String reason, Moment lastRead,
            Moment nextPoll, String watched, String suspended) { }

    /** A job; {@code error} is the provider's reason for a failure, {@code note} what keeps the job from being read. */
    record Job(String id, String link, String source, Badge status, String error, String note, String model,
            String output, String age, Timeline timeline, LossChart.Spark spark) {

        boolean hasModel() {
            return model != null || output != null;
        }
    }

    /** An event; what it does not have is null; {@code link} is null if it is about the source itself. */
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

    /**
     * A job's life as a small picture: a bar for every status, and a dot for every checkpoint. Numbers are pixels.
     *
     * @param words the same for those who cannot see it
     */
    record Timeline(int width, String words, List<Bar> bars, List<Dot> dots) {

        private static final int WIDTH = 200;
        /** More could not be told apart, and would make the page too long. */
        private static final int MOST_EVENTS = 64;

        record Bar(double x, double width, String shade) { }

        record Dot(double x, String shade) { }

        /** @param events statuses and checkpoints published of the job, oldest first; not empty */
        static Timeline of(List<RecentEvent> events, Instant now) {
            List<RecentEvent> shown = events.subList(Math.max(0, events.size() - MOST_EVENTS), events.size());
            Instant from = shown.get(0).time();
            Instant last = shown.get(shown.size() - 1).time();
            boolean over = shown.stream().anyMatch(event -> event.isStatus() && Fact.isTerminal(event.text("status")));
            Duration whole = Duration.between(from, over || now.isBefore(last) ? last : now);
            List<RecentEvent> statuses = shown.stream().filter(RecentEvent::isStatus).toList();
            List<Bar> bars = new ArrayList<>();
            for (int i = 0; i < statuses.size(); i++) {
                double start = x(from, statuses.get(i).time(), whole);
                double end = i + 1 < statuses.size() ? x(from, statuses.get(i + 1).time(), whole) : WIDTH;
                bars.add(new Bar(rounded(Math.min(start, WIDTH - 3)), rounded(Math.max(3, end - start)),
                        shade(statuses.get(i))));
            }
            List<Dot> dots = shown.stream().filter(event -> !event.isStatus()).map(event -> new Dot(
                    rounded(Math.min(WIDTH - 4, Math.max(4, x(from, event.time(), whole)))), shade(event))).toList();
            return new Timeline(WIDTH, shown.stream().map(Timeline::words).collect(Collectors.joining(", ")), bars, dots);
        }

        private static String words(RecentEvent event) {
            return (event.isStatus() ? "" : event.text("checkpoint") + ' ') + event.text("status") + " at " + event.time();
        }

        private static String shade(RecentEvent event) {
            return PageView.Badge.of(event.text("status")).shade();
        }

        private static double x(Instant from, Instant time, Duration whole) {
            long all = whole.toMillis();
            return all <= 0 ? 0 : Math.max(0, Math.min(1, (double) Duration.between(from, time).toMillis() / all)) * WIDTH;
        }

        private static double rounded(double value) {
            return Math.round(value * 10) / 10.0;
        }
    }
}
