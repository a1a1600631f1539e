package org.finetunebridge.observability.statuspage;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.finetunebridge.event.FactType;
import org.finetunebridge.observability.health.SourceHealth.JobCounts;
import org.finetunebridge.observability.health.SourceHealth.SourceStatus;
import org.finetunebridge.observability.statuspage.PageView.Badge;
import org.finetunebridge.observability.statuspage.PageView.Moment;
import org.finetunebridge.observability.statuspage.PageView.Timeline;
import org.finetunebridge.observability.statuspage.RecentEvents.RecentEvent;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.text.LogSanitizer;

/** Turns the state and the events published last into what the page shows. */
final class PageViewFactory {

    private static final int MOST_JOBS = 100;
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
     * @param search  part of a job id; empty for all
     */
    PageView create(List<SourceStatus> sources, SinkSession session, RuntimeException failure, String search,
            int longestSearch, boolean live, Instant now) {
        List<RecentEvent> changes = recent.changes();
        List<Job> jobs = session == null ? List.of() : jobs(sources, session, changes, search);
        Map<String, JobCounts> counts = session == null ? null : JobCounts.bySource(session);
        return new PageView(search, longestSearch, live, now.toString().substring(0, 19) + 'Z',
                failure == null ? null : LogSanitizer.line(failure.getMessage()),
                sources.stream().map(source -> source(source, counts, now)).toList(), jobCount(jobs.size()),
                jobs.stream().limit(MOST_JOBS).map(job -> job.view(now)).toList(),
                newest(Stream.concat(changes.stream(), recent.logs().stream()), search, MOST_EVENTS)
                        .map(event -> event(event, now)).toList(),
                newest(recent.letters().stream(), search, MOST_LETTERS).map(letter -> letter(letter, now)).toList());
    }

    private static PageView.Source source(SourceStatus status, Map<String, JobCounts> counts, Instant now) {
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
        return new PageView.Source(name, status.source().provider().name(), status.source().baseUrl().toString(),
                health, status.reason(), Moment.of(status.lastSuccess(), now), Moment.of(next, now),
                jobs == null ? "?" : Integer.toString(jobs.allWatched()),
                jobs == null ? "?" : Integer.toString(jobs.allSuspended()));
    }

    /** Those with the newest events first. */
    private static List<Job> jobs(List<SourceStatus> sources, SinkSession session, List<RecentEvent> changes,
            String search) {
        Set<String> names = sources.stream().map(status -> status.source().name()).collect(Collectors.toSet());
        Map<String, List<RecentEvent>> events = changes.stream().sorted(Comparator.comparing(RecentEvent::time))
                .collect(Collectors.groupingBy(event -> JobState.name(event.source(), event.job())));
        return session.jobs().stream().filter(state -> names.contains(state.source()) && contains(state.job(), search))
                .map(state -> new Job(state, events.getOrDefault(state.name(), List.of())))
                .sorted(Comparator.comparing(Job::latest).reversed().thenComparing(job -> job.state().retired() != null)
                        .thenComparing(job -> job.state().job())).toList();
    }

    private static String jobCount(int jobs) {
        return switch (jobs) {
            case 0 -> "No job is known yet, or none is of that name.";
            case 1 -> "1 job";
            default -> jobs <= MOST_JOBS ? jobs + " jobs"
                    : MOST_JOBS + " of " + jobs + " jobs, those with the newest events; search for others";
        };
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
        return new PageView.Letter(Moment.of(letter.time(), now), letter.source(), letter.job(),
                error.path("message").asText(), error.path("class").asText() + ", stage " + letter.text("stage")
                + ", attempt " + letter.text("attempts") + ", " + letter.data().at("/request/line").asText(),
                showPayloads ? payload(letter.data().path("payload")) : null);
    }

    private static String payload(JsonNode payload) {
        return payload.isNull() || payload.isMissingNode() ? "(not kept)"
                : shortened(payload.isTextual() ? payload.textValue() : payload.toPrettyString(), LONGEST_PAYLOAD);
    }

    private static Stream<RecentEvent> newest(Stream<RecentEvent> events, String search, int most) {
        return events.filter(event -> contains(event.job(), search))
                .sorted(Comparator.comparing(RecentEvent::time).reversed()).limit(most);
    }

    private static boolean contains(String job, String search) {
        return job.toLowerCase(Locale.ROOT).contains(search.toLowerCase(Locale.ROOT));
    }

    private static String link(String source, String job) {
        return job.isEmpty() ? "/" : "/job?source=" + URLEncoder.encode(source, StandardCharsets.UTF_8) + "&id="
                + URLEncoder.encode(job, StandardCharsets.UTF_8);
    }

    private static String shortened(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + " …";
    }

    /** A job's state, and its statuses and checkpoints published last, oldest first. */
    private record Job(JobState state, List<RecentEvent> events) {

        Instant latest() {
            return events.isEmpty() ? Instant.EPOCH : events.get(events.size() - 1).time();
        }

        PageView.Job view(Instant now) {
            String status = state.published().status();
            String note = state.suspension() != null ? state.suspension().reason() : state.retired() != null
                    ? "no longer read: " + state.retired().name().toLowerCase(Locale.ROOT) : timed();
            String model = newest("baseModel");
            Instant created = created();
            return new PageView.Job(state.job(), link(state.source(), state.job()), state.source(),
                    Badge.of(status == null ? "not published yet" : status), error(), note,
                    model == null ? newest("model") : model, newest("outputModel"),
                    created == null ? "" : Moment.span(Duration.between(created, now)),
                    events.isEmpty() ? null : Timeline.of(events, now));
        }

        /** What time made of it; null if nothing. */
        private String timed() {
            if (state.timing().stalled()) {
                return "nothing new since " + state.timing().news();
            }
            return state.timing().expiring().entrySet().stream().max(Map.Entry.comparingByValue())
                    .map(last -> "checkpoint " + last.getKey() + " expires at " + last.getValue()).orElse(null);
        }

        /** The newest value of a field; null if no status has it. */
        private String newest(String field) {
            return events.stream().filter(event -> event.isStatus() && event.data().hasNonNull(field))
                    .reduce((earlier, later) -> later).map(event -> event.text(field)).orElse(null);
        }

        private String error() {
            return events.stream().filter(RecentEvent::isStatus).reduce((earlier, later) -> later)
                    .map(RecentEvent::error).orElse(null);
        }

        private Instant created() {
            String created = newest("createdAt");
            return created != null ? Instant.parse(created) : events.isEmpty() ? null : events.get(0).time();
        }
    }
}
