package org.finetunebridge.observability.statuspage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.finetunebridge.event.Fact;

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
