package org.finetunebridge.observability.statuspage;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactType;
import org.finetunebridge.observability.statuspage.JobView.Labelled;
import org.finetunebridge.observability.statuspage.PageView.Badge;
import org.finetunebridge.observability.statuspage.PageView.Moment;
import org.finetunebridge.observability.statuspage.RecentEvents.RecentEvent;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;

/** Turns the state of one job and the events published of it since the start into what its page shows. */
final class JobViewFactory {

    private static final int MOST_STATUSES = 50;
    private static final int MOST_CHECKPOINTS = 100;
    private static final int MOST_LINES = 50;
    private static final int MOST_PARAMETERS = 100;
    private static final int LONGEST = 300;

    private final RecentEvents recent;

    JobViewFactory(RecentEvents recent) {
        this.recent = recent;
    }

    /** @param session null while it is not certain what has been published */
    JobView create(SinkSession session, String source, String id, boolean live, Instant now) {
        List<RecentEvent> changes = of(recent.changes(), source, id);
        boolean known = !id.isEmpty() && (!changes.isEmpty() || session != null && session.knows(source, id));
        JobState state = known && session != null ? session.of(source, id) : JobState.blank(source, id);
        List<RecentEvent> statuses = changes.stream().filter(RecentEvent::isStatus).toList();
        RecentEvent last = statuses.isEmpty() ? null : statuses.get(statuses.size() - 1);
        String word = state.published().status() != null ? state.published().status() : last == null ? null : last.text("status");
        String note = state.suspension() != null ? state.suspension().reason()
                : state.retired() != null ? "no longer read: " + state.retired().name().toLowerCase(Locale.ROOT) : null;
        JsonNode data = last == null ? null : last.data();
        String here = "/job?source=" + ListFilter.encoded(source) + "&id=" + ListFilter.encoded(id);
        return new JobView(id, source, live, live ? here + "&still=1" : here, now.toString().substring(0, 19) + 'Z', known,
                word == null ? null : Badge.of(word), last == null ? null : last.error(), note, facts(statuses), stays(statuses, now),
                known ? LossChart.of(of(recent.metrics(Set.of(id)), source, id)) : null,
                data == null ? List.of() : members(data.path("hyperParameters"), MOST_PARAMETERS), checkpoints(changes, now),
                newest(of(recent.logs(), source, id), MOST_LINES).stream().map(line -> new JobView.LogLine(Moment.of(line.time(), now),
                        line.text("level"), shortened(line.text("message")))).toList());
    }

    private static List<RecentEvent> of(List<RecentEvent> events, String source, String id) {
        return events.stream().filter(event -> event.source().equals(source) && event.job().equals(id)).toList();
    }

    private static List<Labelled> facts(List<RecentEvent> statuses) {
        Map<String, String> facts = new LinkedHashMap<>();
        for (RecentEvent event : statuses) {
            JsonNode data = event.data();
            put(facts, "Name", data.path("jobName"));
            put(facts, "Model", data.path("model"));
            put(facts, "Base model", data.path("baseModel"));
            put(facts, "Started from", data.path("startedFrom"));
            put(facts, "Output model", data.path("outputModel"));
            put(facts, "Training", data.path("trainingType"));
            put(facts, "Training files", data.path("trainingFiles"));
            put(facts, "Validation files", data.path("validationFiles"));
            put(facts, "Result files", data.path("resultFiles"));
            put(facts, "Created", data.path("createdAt"));
            put(facts, "Finished", data.path("finishedAt"));
            put(facts, "Expected to finish", data.path("estimatedFinishAt"));
            put(facts, "Tokens", data.at("/usage/tokens"));
            put(facts, "Cost", data.at("/cost/amount"), ' ' + data.at("/cost/currency").asText(""));
            put(facts, "In the queue", span(data.at("/summary/queueSeconds")));
            put(facts, "In training", span(data.at("/summary/trainingSeconds")));
            put(facts, "Best checkpoint", data.at("/summary/bestCheckpoint/checkpoint"));
        }
        return facts.entrySet().stream().map(fact -> new Labelled(fact.getKey(), shortened(fact.getValue()))).toList();
    }

    private static void put(Map<String, String> facts, String label, JsonNode value) {
        put(facts, label, value, "");
    }

    private static void put(Map<String, String> facts, String label, JsonNode value, String unit) {
        String text = value.isArray() ? StreamSupport.stream(value.spliterator(), false).map(JsonNode::asText)
                .collect(Collectors.joining(", ")) : value.asText("");
        put(facts, label, text.isEmpty() ? "" : (text + unit).strip());
    }

    private static void put(Map<String, String> facts, String label, String text) {
        if (!text.isEmpty()) {
            facts.put(label, text);
        }
    }

    private static String span(JsonNode seconds) {
        return seconds.isNumber() ? Moment.span(Duration.ofSeconds(seconds.asLong())) : "";
    }

    private static List<JobView.Stay> stays(List<RecentEvent> all, Instant now) {
        List<RecentEvent> statuses = all.subList(Math.max(0, all.size() - MOST_STATUSES), all.size());
        List<JobView.Stay> stays = new ArrayList<>();
        for (int i = 0; i < statuses.size(); i++) {
            RecentEvent event = statuses.get(i);
            boolean last = i == statuses.size() - 1;
            Instant until = last ? now : statuses.get(i + 1).time();
            stays.add(new JobView.Stay(Badge.of(event.text("status")), Moment.of(event.time(), now),
                    last && Fact.isTerminal(event.text("status")) ? "" : Moment.span(Duration.between(event.time(), until))));
        }
        return stays;
    }

    /** As each was published last, the newest first. */
    private static List<JobView.Point> checkpoints(List<RecentEvent> changes, Instant now) {
        Map<String, RecentEvent> last = new LinkedHashMap<>();
        changes.stream().filter(event -> event.kind() == FactType.CHECKPOINT_CHANGED).forEach(event -> last.put(event.text("checkpoint"), event));
        return last.values().stream().sorted(Comparator.comparingLong((RecentEvent event) -> event.data().path("step").asLong())
                .reversed()).limit(MOST_CHECKPOINTS).map(event -> new JobView.Point(shortened(event.text("checkpoint")),
                Badge.of(event.text("status")), event.textOrNull("step"), words(event.data().path("metrics")),
                event.textOrNull("outputModel"), moment(event, "createdAt", now), moment(event, "expiresAt", now))).toList();
    }

    private static String words(JsonNode metrics) {
        String words = members(metrics, MOST_PARAMETERS).stream().map(one -> one.label() + ' ' + one.value()).collect(Collectors.joining(", "));
        return words.isEmpty() ? null : shortened(words);
    }

    private static List<Labelled> members(JsonNode object, int most) {
        return object.properties().stream().limit(most).map(member -> new Labelled(shortened(member.getKey()),
                shortened(member.getValue().isValueNode() ? member.getValue().asText() : member.getValue().toString()))).toList();
    }

    private static Moment moment(RecentEvent event, String field, Instant now) {
        try {
            String text = event.textOrNull(field);
            return text == null ? null : Moment.of(Instant.parse(text), now);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static <T> List<T> newest(List<T> all, int most) {
        List<T> newest = new ArrayList<>(all.subList(Math.max(0, all.size() - most), all.size()));
        Collections.reverse(newest);
        return newest;
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " …";
    }
}
