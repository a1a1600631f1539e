package org.finetunebridge.observability.statuspage;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.finetunebridge.event.Fact;

/** A job's life as a small picture: a bar of its statuses, and a dot for every checkpoint. */
final class Timeline {

    private static final int WIDTH = 200;
    private static final int HEIGHT = 16;
    /** More would be a smear, and a page of them too long. */
    private static final int MARKS = 64;

    private final List<EventView> items;
    private final Instant from;
    private final Instant to;

    /** @param story what was told of the job, oldest first; not empty */
    Timeline(List<EventView> story, Instant now) {
        items = story.subList(Math.max(0, story.size() - MARKS), story.size());
        from = items.get(0).time();
        Instant last = items.get(items.size() - 1).time();
        boolean over = items.stream().anyMatch(item -> item.isStatus() && Fact.isTerminal(item.status()));
        to = over || now.isBefore(last) ? last : now;
    }

    void write(HtmlWriter html) {
        html.open("svg", "role", "img", "viewBox", "0 0 " + WIDTH + ' ' + HEIGHT, "width", "" + WIDTH, "height",
                "" + HEIGHT, "class", "timeline").element("title", words());
        List<EventView> statuses = items.stream().filter(EventView::isStatus).toList();
        for (int i = 0; i < statuses.size(); i++) {
            double start = x(statuses.get(i).time());
            double end = i + 1 < statuses.size() ? x(statuses.get(i + 1).time()) : WIDTH;
            html.open("rect", "x", number(Math.min(start, WIDTH - 3)), "y", "5", "width",
                    number(Math.max(3, end - start)), "height", "6", "class", StatusStyle.shade(statuses.get(i).status()))
                    .close();
        }
        items.stream().filter(item -> !item.isStatus()).forEach(item -> html.open("circle", "cx",
                number(Math.min(WIDTH - 4, Math.max(4, x(item.time())))), "cy", "8", "r", "3", "class",
                StatusStyle.shade(item.status())).close());
        html.close();
    }

    private String words() {
        var words = new StringBuilder();
        for (EventView item : items) {
            words.append(words.isEmpty() ? "" : ", ").append(item.isStatus() ? "" : item.text("checkpoint") + ' ')
                    .append(item.status()).append(" at ").append(item.time());
        }
        return words.toString();
    }

    private double x(Instant time) {
        long all = Duration.between(from, to).toMillis();
        return all <= 0 ? 0 : Math.max(0, Math.min(1, (double) Duration.between(from, time).toMillis() / all)) * WIDTH;
    }

    private static String number(double value) {
        return Double.toString(Math.round(value * 10) / 10.0);
    }
}
