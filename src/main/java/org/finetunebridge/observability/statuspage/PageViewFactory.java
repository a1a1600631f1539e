package org.finetunebridge.observability.statuspage;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.finetunebridge.event.FactType;
import org.finetunebridge.observability.health.SourceHealth.JobCounts;
import org.finetunebridge.observability.health.SourceHealth.SourceStatus;
import org.finetunebridge.observability.statuspage.PageView.Badge;
import org.finetunebridge.observability.statuspage.PageView.Moment;
import org.finetunebridge.observability.statuspage.RecentEvents.RecentEvent;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.text.LogSanitizer;

/** Turns the state and the events published last into what the page shows. */
final class PageViewFactory {

    private static final int MOST_EVENTS = 40;
    private static final int MOST_LETTERS = 20;
    private static final int LONGEST_LOG_LINE = 200;
    /** Enough to recognise it; the dead-letter store holds all of it. */
    private static final int LONGEST_PAYLOAD = 4000;

    private final RecentEvents recent;
    private final boolean showPayloads;

    PageViewFactory(RecentEvents recent, boolean showPayloads) {
        this.recent = recent;
        this.showPayloads = showPayloads;
    }

    /**
     * @param session null while it is not certain what has been published
     * @param failure why nothing can be written; null if it can
     */
    PageView create(List<SourceStatus> sources, SinkSession session, RuntimeException failure, ListFilter filter, Instant now) {
        List<RecentEvent> changes = recent.changes();
        JobList list = JobList.of(session == null ? List.of() : session.jobs(),
                sources.stream().map(status -> status.source().name()).toList(), changes, filter);
        Set<String> ids = list.jobs().stream().map(job -> job.state().job()).collect(Collectors.toSet());
        Map<String, List<RecentEvent>> metrics = recent.metrics(ids).stream()
                .collect(Collectors.groupingBy(event -> JobState.name(event.source(), event.job())));
        Map<String, JobCounts> counts = session == null ? null : JobCounts.bySource(session);
        boolean live = filter.search().isEmpty() && !filter.still();
        return new PageView(filter, ListFilter.LONGEST, live, filter.search().isEmpty() ? filter.withStill(live).link() : null,
                now.toString().substring(0, 19) + 'Z', failure == null ? null : LogSanitizer.line(failure.getMessage()),
                sources.stream().map(source -> source(source, counts, filter, now)).toList(), list.words(), list.statuses(),
                list.sources(), list.pages(),
                list.jobs().stream().map(job -> job.view(metrics.getOrDefault(job.state().name(), List.of()), now)).toList(),
                newest(Stream.concat(changes.stream(), recent.logs().stream()), filter, MOST_EVENTS)
                        .map(event -> event(event, now)).toList(),
                newest(recent.letters().stream(), filter, MOST_LETTERS).map(letter -> letter(letter, now)).toList());
    }

    private static PageView.Source source(SourceStatus status, Map<String, JobCounts> counts, ListFilter filter,
            Instant now) {
        String name = status.source().name();
        JobCounts jobs = counts == null ? null : counts.getOrDefault(name, JobCounts.NONE);
        Badge health = switch (status.condition()) {
            case SUSPENDED -> new Badge("suspended", "bad");
            case SILENT -> new Badge("not read", "bad");
            case WAITING -> new Badge("waiting", "warn");
            case FAILING -> new Badge("failing", "warn");
            case STARTING -> new Badge("starting", "idle");
            case WELL -> new Badge("healthy", "good");
        };
        Instant next = status.next() != null && status.next().isAfter(now) ? status.next() : null;
        return new PageView.Source(name, filter.withSource(name).link(), status.source().provider().name(),
                status.source().baseUrl().toString(), health, status.reason(), Moment.of(status.lastSuccess(), now), Moment.of(next, now),
                jobs == null ? "?" : Integer.toString(jobs.allWatched()),
                jobs == null ? "?" : Integer.toString(jobs.allSuspended()));
    }

    private static PageView.Event event(RecentEvent event, Instant now) {
        String message = event.textOrNull("message");
        String status = event.textOrNull("status");
        String timed = event.data().has("since") ? "nothing new since " + event.text("since")
                : event.kind() == FactType.CHECKPOINT_EXPIRING ? event.text("checkpoint") + " expires at " + event.text("expiresAt") : null;
        String subject = timed != null ? timed : message != null || event.isStatus() ? null : event.data().has("checkpoint")
                ? event.text("checkpoint") : event.kind() == null ? "" : event.kind().word();
        return new PageView.Event(Moment.of(event.time(), now), event.source(), event.job(), link(event.source(), event.job()),
                message == null ? null : event.text("level") + ' ' + shortened(message, LONGEST_LOG_LINE), subject,
                message != null || status == null ? null : Badge.of(status),
                event.isStatus() ? event.textOrNull("previousStatus") : null, event.isStatus() ? event.error() : null);
    }

    private PageView.Letter letter(RecentEvent letter, Instant now) {
        JsonNode error = letter.data().path("error");
        String request = letter.data().at("/request/line").asText("");
        return new PageView.Letter(Moment.of(letter.time(), now), letter.source(), letter.job(),
                error.path("message").asText(), error.path("class").asText() + ", stage " + letter.text("stage")
                + ", attempt " + letter.text("attempts") + (request.isEmpty() ? "" : ", " + request),
                showPayloads ? payload(letter.data().path("payload")) : null);
    }

    private static String payload(JsonNode payload) {
        return payload.isNull() || payload.isMissingNode() ? "(not kept)"
                : shortened(payload.isTextual() ? payload.textValue() : payload.toPrettyString(), LONGEST_PAYLOAD);
    }

    private static Stream<RecentEvent> newest(Stream<RecentEvent> events, ListFilter filter, int most) {
        return events.filter(event -> filter.finds(event.job()) && filter.hasSource(event.source()))
                .sorted(Comparator.comparing(RecentEvent::time).reversed()).limit(most);
    }

    /** The page of a job; null of what is about a source itself. */
    static String link(String source, String job) {
        return job.isEmpty() ? null : "/job?source=" + ListFilter.encoded(source) + "&id=" + ListFilter.encoded(job);
    }

    private static String shortened(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + " …";
    }
}
