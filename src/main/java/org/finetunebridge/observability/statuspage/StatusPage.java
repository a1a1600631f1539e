package org.finetunebridge.observability.statuspage;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.finetunebridge.observability.health.SourceHealth;
import org.finetunebridge.sink.Publisher;

/** Serves the status page: the HTML is {@code page/page.mustache}, filled with a {@link PageView}. Read only. */
public final class StatusPage {

    /** Only our own style sheet is loaded, and no script runs, whatever a provider's text says. */
    private static final String POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
            + " frame-ancestors 'none'";

    private final List<SourceHealth> monitors;
    private final Publisher publisher;
    private final PageViewFactory views;
    private final InstantSource clock;
    private final Template template = template("page.mustache");
    private final Template jobTemplate = template("job.mustache");
    private final JobViewFactory jobs;

    /**
     * @param recent       what has been published since the start
     * @param showPayloads whether dead letters are shown with their payloads
     */
    public StatusPage(List<SourceHealth> monitors, Publisher publisher, RecentEvents recent, boolean showPayloads,
            InstantSource clock) {
        this.monitors = monitors;
        this.publisher = publisher;
        this.views = new PageViewFactory(recent, showPayloads);
        this.jobs = new JobViewFactory(recent);
        this.clock = clock;
    }

    /** Escapes every value, for the template never asks for a raw one. A misspelled name in it is an error. */
    static Template template(String name) {
        return Mustache.compiler().withEscaper(new HtmlEscaper()).nullValue("").emptyStringIsFalse(true)
                .strictSections(true).compile(resource(name));
    }

    /** Answers with the page. */
    public void show(Exchange exchange) {
        String query = exchange.getMessage().getHeader(Exchange.HTTP_QUERY, "", String.class);
        PageView view = views.create(monitors.stream().map(SourceHealth::status).toList(), publisher.remembered(),
                publisher.suspension(), ListFilter.of(query), clock.instant());
        answer(exchange, "text/html; charset=UTF-8", template.execute(view));
    }

    /** Answers with the page of one job. */
    public void showJob(Exchange exchange) {
        String query = exchange.getMessage().getHeader(Exchange.HTTP_QUERY, "", String.class);
        JobView view = jobs.create(publisher.remembered(), ListFilter.value(query, "source"), ListFilter.value(query, "id"),
                ListFilter.value(query, "still").isEmpty(), clock.instant());
        answer(exchange, "text/html; charset=UTF-8", jobTemplate.execute(view));
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, view.isKnown() ? 200 : 404);
    }

    /** Answers with its style sheet. */
    public void style(Exchange exchange) {
        answer(exchange, "text/css; charset=UTF-8", resource("style.css"));
    }

    private static String resource(String name) {
        try (InputStream in = StatusPage.class.getResourceAsStream("/page/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes all headers first, or Camel would send those of the request back. */
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

    /**
     * Makes any text safe between tags and within quoted attributes. Control characters and invisible marks are replaced:
     * marks that reverse the writing direction could make one job's id look like another's.
     */
    static final class HtmlEscaper implements Mustache.Escaper {

        private static final int REPLACEMENT = 0xfffd;

        @Override
        public String escape(String text) {
            var out = new StringBuilder(text.length() + 16);
            text.codePoints().forEach(character -> {
                switch (character) {
                    case '<' -> out.append("&lt;");
                    case '>' -> out.append("&gt;");
                    case '&' -> out.append("&amp;");
                    case '"' -> out.append("&quot;");
                    case '\'' -> out.append("&#39;");
                    case '\n', '\t' -> out.appendCodePoint(character);
                    default -> out.appendCodePoint(isVisible(character) ? character : REPLACEMENT);
                }
            });
            return out.toString();
        }

        private static boolean isVisible(int character) {
            return switch (Character.getType(character)) {
                case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR, Character.UNASSIGNED -> false;
                default -> true;
            };
        }
    }
}
