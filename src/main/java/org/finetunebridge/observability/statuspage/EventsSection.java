package org.finetunebridge.observability.statuspage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The sections that show the last events and the dead letters, newest first. */
final class EventsSection {

    private static final int EVENTS = 40;
    private static final int LETTERS = 20;
    /** Enough to see what it is; the whole of it is in the dead-letter store. */
    private static final int PAYLOAD = 4000;

    private final RecentEvents recent;
    private final String search;
    private final Instant now;

    EventsSection(RecentEvents recent, String search, Instant now) {
        this.recent = recent;
        this.search = search;
        this.now = now;
    }

    void events(HtmlWriter html) {
        List<EventView> all = new ArrayList<>(recent.changes());
        all.addAll(recent.logs());
        List<EventView> shown = newest(all, EVENTS);
        html.open("section", "aria-labelledby", "events").element("h2", "Last events", "id", "events");
        if (shown.isEmpty()) {
            html.element("p", "Nothing was told since the start.").close().line();
            return;
        }
        html.open("ol", "class", "events");
        for (EventView item : shown) {
            html.open("li");
            DurationFormat.write(html, item.time(), now);
            html.text(" ").element("small", item.source()).text(" ");
            ProviderLinks.job(html, item.job());
            html.text(" ");
            what(html, item);
            html.close().line();
        }
        html.close().close().line();
    }

    private static void what(HtmlWriter html, EventView item) {
        if (item.data().has("message")) {
            html.element("span", item.text("level") + ' ' + cut(item.text("message"), 200), "class", "log");
            return;
        }
        if (!item.isStatus()) {
            html.text(item.text("checkpoint") + ' ');
        }
        StatusStyle.write(html, item.status());
        if (item.data().has("previousStatus")) {
            html.element("small", "was " + item.text("previousStatus"));
        }
    }

    void letters(HtmlWriter html) {
        List<EventView> shown = newest(recent.letters(), LETTERS);
        html.open("section", "aria-labelledby", "letters").element("h2", "Dead letters", "id", "letters");
        if (shown.isEmpty()) {
            html.element("p", "None since the start.").close().line();
            return;
        }
        for (EventView item : shown) {
            html.open("details").open("summary");
            DurationFormat.write(html, item.time(), now);
            html.text(" ").element("small", item.source()).text(' ' + item.job() + ' ');
            html.element("strong", item.data().at("/error/message").asText()).close();
            html.element("p", item.data().at("/error/class").asText() + ", stage " + item.text("stage") + ", attempt "
                    + item.text("attempts") + ", " + item.data().at("/request/line").asText());
            html.element("pre", payload(item), "tabindex", "0").close().line();
        }
        html.close().line();
    }

    private static String payload(EventView item) {
        var payload = item.data().path("payload");
        return cut(payload.isTextual() ? payload.textValue() : payload.isNull() ? "(not kept)"
                : payload.toPrettyString(), PAYLOAD);
    }

    private List<EventView> newest(List<EventView> items, int count) {
        return items.stream().filter(item -> item.isAbout(search)).sorted(Comparator.comparing(EventView::time).reversed())
                .limit(count).toList();
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + " …";
    }
}
