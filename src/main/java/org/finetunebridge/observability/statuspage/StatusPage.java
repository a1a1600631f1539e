package org.finetunebridge.observability.statuspage;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.finetunebridge.observability.health.PollHealth;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.text.LogSanitizer;

/** What a person sees of the bridge. Nothing on it changes anything. */
public final class StatusPage {

    /** Nothing but our own style sheet is loaded, and no script runs, whatever a provider's text says. */
    private static final String POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
            + " frame-ancestors 'none'";
    private static final int LONGEST_SEARCH = 200;
    private static final String SECONDS = "5";

    private final Map<SourcePoller, PollHealth> pollers;
    private final Publisher publisher;
    private final RecentEvents recent;
    private final InstantSource clock;

    /** @param recent what was told since the start */
    public StatusPage(Map<SourcePoller, PollHealth> pollers, Publisher publisher, RecentEvents recent, InstantSource clock) {
        this.pollers = pollers;
        this.publisher = publisher;
        this.recent = recent;
        this.clock = clock;
    }

    /** The page. */
    public void show(Exchange exchange) {
        String query = exchange.getMessage().getHeader(Exchange.HTTP_QUERY, "", String.class);
        answer(exchange, "text/html; charset=UTF-8", page(value(query, "q"), value(query, "still")));
    }

    /** Its style sheet. */
    public void style(Exchange exchange) throws IOException {
        try (InputStream css = StatusPage.class.getResourceAsStream("/page/style.css")) {
            answer(exchange, "text/css; charset=UTF-8", new String(css.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private String page(String search, String still) {
        Instant now = clock.instant();
        SinkSession session = publisher.remembered();
        boolean live = search.isEmpty() && still.isEmpty();
        var html = new HtmlWriter();
        html.open("html", "lang", "en").open("head").empty("meta", "charset", "utf-8")
                .empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
                .empty("meta", "name", "color-scheme", "content", "light dark");
        if (live) {
            html.empty("meta", "http-equiv", "refresh", "content", SECONDS);
        }
        html.element("title", "FineTune Bridge").empty("link", "rel", "stylesheet", "href", "/style.css").close();
        html.open("body").line();
        head(html, search, live, now);
        html.open("main", "id", "main");
        if (publisher.suspension() != null) {
            html.element("p", LogSanitizer.line("Nothing can be written: " + publisher.suspension().getMessage()), "class",
                    "alarm", "role", "alert");
        }
        new SourcesSection(pollers).write(html, session, now);
        new JobsSection(names(), session, recent.changes(), search, now).write(html);
        var diff = new EventsSection(recent, search, now);
        diff.events(html);
        diff.letters(html);
        return html.close().close().close().toString();
    }

    private static void head(HtmlWriter html, String search, boolean live, Instant now) {
        html.element("a", "Skip to the content", "href", "#main", "class", "skip").open("header")
                .element("h1", "FineTune Bridge").open("form", "role", "search", "action", "/", "method", "get")
                .element("label", "Job id", "for", "q").empty("input", "type", "search", "id", "q", "name", "q",
                        "value", search, "maxlength", "" + LONGEST_SEARCH, "autocomplete", "off")
                .element("button", "Search").close();
        html.open("p").text("As of ").element("time", now.toString().substring(0, 19) + 'Z', "datetime",
                now.toString());
        if (live) {
            html.text(", again every " + SECONDS + " seconds. ").element("a", "Hold still", "href", "/?still=1");
        } else {
            html.text(". ").element("a", search.isEmpty() ? "Go on" : "All jobs", "href", "/");
        }
        html.text(" · ").element("a", "health", "href", "/observe/health").text(" · ")
                .element("a", "metrics", "href", "/observe/metrics").close().close().line();
    }

    private List<String> names() {
        return pollers.keySet().stream().map(poller -> poller.source().name()).toList();
    }

    /** Camel would answer with the headers that it was asked with. */
    private static void answer(Exchange exchange, String type, String body) {
        Message answer = exchange.getMessage();
        answer.removeHeaders("*");
        answer.setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
        answer.setHeader(Exchange.CONTENT_TYPE, type);
        answer.setHeader("Content-Security-Policy", POLICY);
        answer.setHeader("X-Content-Type-Options", "nosniff");
        answer.setHeader("Referrer-Policy", "no-referrer");
        answer.setBody(body);
    }

    private static String value(String query, String name) {
        for (String pair : query.split("&")) {
            if (pair.startsWith(name + '=')) {
                String value = decoded(pair.substring(name.length() + 1)).strip();
                return value.substring(0, Math.min(LONGEST_SEARCH, value.length()));
            }
        }
        return "";
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
