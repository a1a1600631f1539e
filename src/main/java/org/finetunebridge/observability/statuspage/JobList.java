package org.finetunebridge.observability.statuspage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.finetunebridge.observability.statuspage.PageView.Badge;
import org.finetunebridge.observability.statuspage.PageView.Choice;
import org.finetunebridge.observability.statuspage.PageView.Moment;
import org.finetunebridge.observability.statuspage.PageView.Pages;
import org.finetunebridge.observability.statuspage.PageView.Timeline;
import org.finetunebridge.observability.statuspage.RecentEvents.RecentEvent;
import org.finetunebridge.state.JobState;

/**
 * The jobs of one page of the list, those with the newest events first, and the links to the others.
 *
 * @param words    how many jobs are shown
 * @param statuses one filter a status, with how many jobs it would show
 * @param sources  the same of the sources
 * @param pages    null if all jobs fit on one page
 */
record JobList(String words, List<Job> jobs, List<Choice> statuses, List<Choice> sources, Pages pages) {

    /** However many jobs there are, the page stays so long. */
    static final int PAGE_SIZE = 50;

    /**
     * @param states  every job of the state
     * @param sources names of the configured sources, in their order; jobs of others are not shown
     * @param changes statuses and checkpoints published, of all jobs
     */
    static JobList of(Collection<JobState> states, List<String> sources, List<RecentEvent> changes, ListFilter filter) {
        Map<String, List<RecentEvent>> events = changes.stream().sorted(Comparator.comparing(RecentEvent::time))
                .collect(Collectors.groupingBy(event -> JobState.name(event.source(), event.job())));
        Map<String, Integer> statusCounts = new TreeMap<>();
        Map<String, Integer> sourceCounts = new TreeMap<>();
        sources.forEach(name -> sourceCounts.put(name, 0));
        List<Job> found = new ArrayList<>();
        for (JobState state : states) {
            if (sourceCounts.containsKey(state.source()) && filter.finds(state.job())) {
                boolean hasStatus = filter.hasStatus(word(state));
                if (hasStatus) {
                    sourceCounts.merge(state.source(), 1, Integer::sum);
                }
                if (filter.hasSource(state.source())) {
                    statusCounts.merge(word(state), 1, Integer::sum);
                    if (hasStatus) {
                        found.add(new Job(state, events.getOrDefault(state.name(), List.of())));
                    }
                }
            }
        }
        found.sort(Comparator.comparing(Job::latest).reversed().thenComparing(job -> job.state.retired() != null)
                .thenComparing(job -> job.state.job()).thenComparing(job -> job.state.source()));
        int last = Math.max(1, (found.size() + PAGE_SIZE - 1) / PAGE_SIZE);
        int page = Math.min(filter.page(), last);
        int from = (page - 1) * PAGE_SIZE;
        List<Job> shown = found.subList(from, Math.min(found.size(), from + PAGE_SIZE));
        return new JobList(words(found.size(), from, shown.size(), filter, sources), shown,
                choices(statusCounts, filter.status(), filter::withStatus),
                sources.size() < 2 && filter.source().isEmpty() ? List.of()
                        : choices(sourceCounts, filter.source(), filter::withSource),
                last == 1 ? null : new Pages("Page " + page + " of " + last,
                        page == 1 ? null : filter.withPage(page - 1).link(), page == last ? null : filter.withPage(page + 1).link()));
    }

    private static String words(int all, int from, int shown, ListFilter filter, List<String> sources) {
        if (all == 0) {
            return !filter.source().isEmpty() && !sources.contains(filter.source())
                    ? "No source is named " + filter.source() + '.' : filter.isNarrow() ? "No job matches." : "No job is known yet.";
        } else if (shown == all) {
            return all == 1 ? "1 job" : all + " jobs";
        }
        return "Jobs " + (from + 1) + " to " + (from + shown) + " of " + all + ", those with the newest events first";
    }

    /** The one that is chosen is always among them, or nobody would see why the list is empty. */
    private static List<Choice> choices(Map<String, Integer> counts, String chosen, Function<String, ListFilter> with) {
        if (counts.keySet().stream().noneMatch(chosen::equalsIgnoreCase) && !chosen.isEmpty()) {
            counts.put(chosen, 0);
        }
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice("all", with.apply("").link(), chosen.isEmpty()));
        counts.forEach((value, count) -> choices.add(new Choice(value + " (" + count + ')', with.apply(value).link(),
                value.equalsIgnoreCase(chosen))));
        return choices;
    }

    private static String word(JobState state) {
        return state.published().status() == null ? "not published yet" : state.published().status();
    }

    /** A job's state, and its statuses and checkpoints published last, oldest first. */
    record Job(JobState state, List<RecentEvent> events) {

        Instant latest() {
            return events.isEmpty() ? Instant.EPOCH : events.get(events.size() - 1).time();
        }

        /** @param metrics what was published of its training, in order */
        PageView.Job view(List<RecentEvent> metrics, Instant now) {
            String note = state.suspension() != null ? state.suspension().reason() : state.retired() != null
                    ? "no longer read: " + state.retired().name().toLowerCase(Locale.ROOT) : timed();
            String model = newest("baseModel");
            Instant created = created();
            LossChart chart = LossChart.of(metrics);
            return new PageView.Job(state.job(), PageViewFactory.link(state.source(), state.job()), state.source(),
                    Badge.of(word(state)), error(), note, model == null ? newest("model") : model, newest("outputModel"),
                    created == null ? "" : Moment.span(Duration.between(created, now)),
                    events.isEmpty() ? null : Timeline.of(events, now), chart == null ? null : chart.spark());
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
