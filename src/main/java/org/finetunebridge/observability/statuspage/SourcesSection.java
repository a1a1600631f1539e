package org.finetunebridge.observability.statuspage;

import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.TimeZone;
import org.finetunebridge.observability.health.PollHealth;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.Suspension;
import org.quartz.CronExpression;

/** The section that shows how each source stands. */
final class SourcesSection {

    private final Map<SourcePoller, PollHealth> pollers;

    SourcesSection(Map<SourcePoller, PollHealth> pollers) {
        this.pollers = pollers;
    }

    void write(HtmlWriter html, SinkSession session, Instant now) {
        html.open("section", "aria-labelledby", "sources").element("h2", "Sources", "id", "sources");
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-labelledby", "sources");
        html.open("table").open("thead").open("tr");
        for (String head : new String[] {"Source", "Health", "Last read", "Next poll", "Jobs watched", "Parked"}) {
            html.element("th", head, "scope", "col");
        }
        html.close().close().open("tbody");
        pollers.forEach((poller, pulse) -> row(html, poller, pulse, session, now));
        html.close().close().close().close().line();
    }

    private static void row(HtmlWriter html, SourcePoller poller, PollHealth pulse, SinkSession session, Instant now) {
        SourceSettings source = poller.source();
        html.open("tr").open("th", "scope", "row").text(source.name())
                .element("small", source.provider().name() + " at " + source.baseUrl()).close();
        html.open("td", "data-label", "Health");
        health(html, poller, pulse, now);
        html.close().open("td", "data-label", "Last read");
        DurationFormat.write(html, pulse.lastSuccess(), now);
        html.close().open("td", "data-label", "Next poll");
        next(html, poller, now);
        html.close();
        html.element("td", session == null ? "?" : session.jobs(source.name()).stream()
                .filter(job -> job.retired() == null).count(), "data-label", "Jobs watched");
        html.element("td", session == null ? "?" : session.jobs(source.name()).stream().filter(SourcesSection::isParked)
                .count(), "data-label", "Parked").close().line();
    }

    private static boolean isParked(JobState job) {
        return job.retired() == null && job.suspension() != null && job.suspension().parked();
    }

    private static void health(HtmlWriter html, SourcePoller poller, PollHealth pulse, Instant now) {
        Suspension suspension = poller.suspension();
        if (suspension != null && suspension.parked()) {
            html.element("span", "set aside", "class", "status bad").element("small", suspension.reason());
        } else if (poller.suspendedUntil().isAfter(now)) {
            html.element("span", "waiting", "class", "status warn");
            if (pulse.lastFailure() != null) {
                html.element("small", pulse.lastFailure().reason());
            }
        } else if (pulse.lastSuccess() == null) {
            html.element("span", "starting", "class", "status idle");
        } else {
            html.element("span", "well", "class", "status good");
        }
    }

    private static void next(HtmlWriter html, SourcePoller poller, Instant now) {
        Instant next = poller.suspendedUntil().isAfter(now) ? poller.suspendedUntil() : due(poller, now);
        if (next != null && next.isAfter(now)) {
            DurationFormat.write(html, next, now);
        } else {
            html.text("now");
        }
    }

    private static Instant due(SourcePoller poller, Instant now) {
        SourceSettings source = poller.source();
        if (source.cron() == null) {
            return poller.began().plus(source.period());
        }
        try {
            var cron = new CronExpression(source.cron());
            cron.setTimeZone(TimeZone.getTimeZone(source.cronZone()));
            Date next = cron.getNextValidTimeAfter(Date.from(now));
            return next == null ? null : next.toInstant();
        } catch (ParseException e) {
            throw new IllegalStateException("checked when the configuration was read", e);
        }
    }
}
