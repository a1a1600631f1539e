package org.finetunebridge.observability.statuspage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;

/** The section that shows the jobs: those with the latest news first. */
final class JobsSection {

    private static final int SHOWN = 100;

    private final List<Row> rows;
    private final Instant now;

    /** A job as it is remembered, and what was told of it lately, oldest first. */
    private record Row(JobState state, List<EventView> story) {

        Instant latest() {
            return story.isEmpty() ? Instant.EPOCH : story.get(story.size() - 1).time();
        }

        boolean isRetired() {
            return state.retired() != null;
        }

        /** The newest word on a field; empty if there was none lately. */
        String last(String... fields) {
            for (int i = story.size() - 1; i >= 0; i--) {
                for (String field : fields) {
                    if (story.get(i).isStatus() && story.get(i).data().has(field)) {
                        return story.get(i).text(field);
                    }
                }
            }
            return "";
        }

        String status() {
            return state.published().status() == null ? "not told yet" : state.published().status();
        }

        Instant created() {
            String created = last("createdAt");
            return created.isEmpty() ? story.isEmpty() ? null : story.get(0).time() : Instant.parse(created);
        }
    }

    /**
     * @param session null while it is not certain what is remembered
     * @param changes statuses and checkpoints told lately
     * @param search  part of a job id; empty for all
     */
    JobsSection(Collection<String> sources, SinkSession session, List<EventView> changes, String search, Instant now) {
        this.now = now;
        Map<String, List<EventView>> stories = changes.stream().sorted(Comparator.comparing(EventView::time))
                .collect(Collectors.groupingBy(item -> JobState.name(item.source(), item.job())));
        List<JobState> states = new ArrayList<>();
        if (session != null) {
            sources.forEach(source -> states.addAll(session.jobs(source)));
        }
        String wanted = search.toLowerCase(Locale.ROOT);
        rows = states.stream().filter(state -> state.job().toLowerCase(Locale.ROOT).contains(wanted))
                .map(state -> new Row(state, stories.getOrDefault(state.name(), List.of())))
                .sorted(Comparator.comparing(Row::latest).reversed().thenComparing(Row::isRetired)
                        .thenComparing(row -> row.state().job()))
                .toList();
    }

    void write(HtmlWriter html) {
        html.open("section", "aria-labelledby", "jobs").element("h2", "Jobs", "id", "jobs");
        if (rows.isEmpty()) {
            html.element("p", "No job is known yet, or none is of that name.").close().line();
            return;
        }
        html.element("p", rows.size() <= SHOWN ? rows.size() + " jobs" : SHOWN + " of " + rows.size()
                + " jobs, those with the latest news; search for others");
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-labelledby", "jobs");
        html.open("table").open("thead").open("tr");
        for (String head : new String[] {"Job", "Status", "Model", "Age", "Statuses and checkpoints"}) {
            html.element("th", head, "scope", "col");
        }
        html.close().close().open("tbody");
        rows.stream().limit(SHOWN).forEach(row -> row(html, row));
        html.close().close().close().close().line();
    }

    private void row(HtmlWriter html, Row row) {
        html.open("tr").open("th", "scope", "row");
        ProviderLinks.job(html, row.state().job());
        html.element("small", row.state().source()).close().open("td", "data-label", "Status");
        StatusStyle.write(html, row.status());
        if (row.state().suspension() != null) {
            html.element("small", row.state().suspension().reason());
        } else if (row.isRetired()) {
            html.element("small", "read no more: " + row.state().retired().name().toLowerCase(Locale.ROOT));
        }
        html.close().open("td", "data-label", "Model").text(row.last("baseModel", "model"));
        String output = row.last("outputModel");
        if (!output.isEmpty()) {
            html.element("small", output);
        }
        String age = row.created() == null ? "" : DurationFormat.span(Duration.between(row.created(), now));
        html.close().element("td", age, "data-label", "Age").open("td");
        if (!row.story().isEmpty()) {
            new Timeline(row.story(), now).write(html);
        }
        html.close().close().line();
    }
}
