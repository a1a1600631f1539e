package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.OutgoingEvent;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.junit.jupiter.api.Test;

class StateDiffTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final FactParser READER = new FactParser("acme", ZoneOffset.UTC);

    // how things stand

    @Test
    void tellsAStatusOnceAndWhatItWasBefore() {
        StateDiff first = StateDiff.ofState(PublishedState.NOTHING, page(status("PENDING")));
        StateDiff second = StateDiff.ofState(first.published(), page(status("RUNNING")));
        StateDiff third = StateDiff.ofState(second.published(), page(status("RUNNING"), status("PENDING")));

        assertThat(first.items()).extracting(OutgoingEvent::previous).containsOnlyNulls();
        assertThat(second.items()).extracting(OutgoingEvent::previous).containsExactly("PENDING");
        assertThat(third.any()).isFalse();
        assertThat(third.published()).isSameAs(second.published());
    }

    @Test
    void datesAStatusThatWasNeverDatedByNothing() {
        StateDiff diff = StateDiff.ofState(PublishedState.NOTHING, page(status("RUNNING")));

        assertThat(diff.items().get(0).fact().time()).isNull();
    }

    @Test
    void datesTheFirstFactOfACheckpointByItsAppearance() {
        StateDiff first = StateDiff.ofState(PublishedState.NOTHING, page(checkpoint("c-1", "EXPORTING", "2026-03-01T00:00:01Z")));
        StateDiff second = StateDiff.ofState(first.published(), page(checkpoint("c-1", "READY", "2026-03-01T00:00:01Z")));

        assertThat(first.items().get(0).fact().time()).isEqualTo("2026-03-01T00:00:01Z");
        assertThat(second.items().get(0).fact().time()).isNull();
    }

    @Test
    void tellsTheOldestFirst() {
        StateDiff diff = StateDiff.ofState(PublishedState.NOTHING, page(checkpoint("c-3", "READY", "2026-03-01T00:00:03Z"),
                checkpoint("c-1", "READY", "2026-03-01T00:00:01Z"),
                checkpoint("c-2", "READY", "2026-03-01T00:00:02Z")));

        assertThat(diff.items()).extracting(item -> item.fact().data().path("checkpoint").asText())
                .containsExactly("c-1", "c-2", "c-3");
    }

    @Test
    void tellsTwoUnknownStatusesApart() {
        StateDiff diff = StateDiff.ofState(PublishedState.NOTHING, page(unknown("THINKING"), unknown("DREAMING"), unknown("THINKING")));

        assertThat(diff.items()).hasSize(2);
    }

    @Test
    void refusesABadRecordOnceAndTellsTheOthers() {
        StateDiff first = StateDiff.ofState(PublishedState.NOTHING, page(bad("x"), status("RUNNING")));
        StateDiff second = StateDiff.ofState(first.published(), page(status("RUNNING"), bad("x"), bad("y")));

        assertThat(first.rejected()).hasSize(1);
        assertThat(first.items()).hasSize(1);
        assertThat(second.rejected()).extracting(result -> result.raw().asText()).containsExactly("y");
    }

    @Test
    void remembersNoMoreThanItMust() {
        PublishedState published = PublishedState.NOTHING;
        for (int n = 0; n < 5_000; n++) {
            published = StateDiff.ofState(published, page(unknown("STATUS-" + n), bad("bad " + n))).published();
        }

        assertThat(published.statuses("")).hasSize(32).endsWith("UNKNOWN STATUS-4999");
        assertThat(published.rejected()).hasSize(4_096);
    }

    // a list that grows

    @Test
    void tellsEveryLineWithItsPlace() {
        StateDiff first = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"));
        StateDiff second = growth(first.published(), 1, line(2, "b"), line(3, "c"));

        assertThat(first.items()).extracting(OutgoingEvent::sequence).containsExactly(0L, 1L);
        assertThat(second.items()).extracting(OutgoingEvent::sequence).containsExactly(2L);
        assertThat(second.published().cursor("events").position()).isEqualTo(3);
    }

    @Test
    void trustsPositionsWhateverTheClocksSay() {
        StateDiff first = growth(PublishedState.NOTHING, 0, line(500, "a"));

        assertThat(messages(growth(first.published(), 0, line(500, "a"), line(3, "b"), line(500, "c"))))
                .containsExactly("b", "c");
    }

    @Test
    void takesTwoEqualLinesForOneFactButForTwoPlaces() {
        StateDiff diff = growth(PublishedState.NOTHING, 0, line(1, "a"), line(1, "a"), line(1, "b"));

        assertThat(messages(diff)).containsExactly("a", "b");
        assertThat(diff.items()).extracting(OutgoingEvent::sequence).containsExactly(0L, 2L);
        assertThat(diff.published().cursor("events").position()).isEqualTo(3);
    }

    @Test
    void findsItsPlaceInAPageThatBeginsElsewhere() {
        StateDiff first = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"));

        assertThat(messages(growth(first.published(), 1, line(1, "a"), line(2, "b"), line(3, "c")))).containsExactly("c");
    }

    @Test
    void tellsNothingOfAPageItCannotPlaceBeforeTheListWasReadAgain() {
        StateDiff first = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"), line(3, "c"));
        StateDiff later = growth(first.published(), 2, line(9, "i"), line(10, "j"));

        assertThat(later.lost()).isTrue();
        assertThat(later.any()).isFalse();
        assertThat(later.published()).isSameAs(first.published());
    }

    @Test
    void goesByTimeIfItsPlaceIsNowhere() {
        StateDiff first = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"));
        var again = new PageRequest("events", 0, true, Set.of());

        StateDiff diff = StateDiff.ofGrowth(first.published(), page(line(1, "x"), line(2, "y"), line(3, "z")), again);
        assertThat(messages(diff)).as("b's own moment may hold more").containsExactly("y", "z");
        assertThat(diff.published().cursor("events").position()).isEqualTo(3);
    }

    @Test
    void asksForTheListAgainIfItEndsBeforeTheLastLineTold() {
        StateDiff first = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"));

        assertThat(growth(first.published(), 1).lost()).isTrue();
        assertThat(growth(PublishedState.NOTHING, 0).lost()).isFalse();
    }

    @Test
    void derivesAStatusFromALineThatChangesIt() {
        StateDiff first = growth(PublishedState.NOTHING, 0, derived(1, "RUNNING"), derived(2, "RUNNING"), derived(3, "PAUSED"),
                derived(4, "RUNNING"));

        assertThat(first.items().stream().filter(item -> item.sequence() == null))
                .extracting(item -> item.fact().status() + " " + item.previous())
                .containsExactly("RUNNING null", "PAUSED RUNNING", "RUNNING PAUSED");
    }

    @Test
    void tellsALineToldOnceAfterManyOthers() {
        PublishedState published = PublishedState.NOTHING;
        for (int n = 0; n < 200; n++) {
            StateDiff diff = growth(published, Math.max(0, n - 1), n == 0 ? new ObjectNode[] {line(0, "0")}
                    : new ObjectNode[] {line(n - 1, "" + (n - 1)), line(n, "" + n)});
            assertThat(messages(diff)).containsExactly("" + n);
            published = diff.published();
        }
        assertThat(published.cursor("events").last()).hasSize(Cursor.BOUNDARY);
        assertThat(published.cursor("events").newest()).isEqualTo(Instant.ofEpochSecond(1_772_000_000L + 199));
    }

    private static StateDiff growth(PublishedState published, long from, ObjectNode... lines) {
        return StateDiff.ofGrowth(published, page(lines), PageRequest.from(from, "events"));
    }

    private static List<String> messages(StateDiff diff) {
        return diff.items().stream().map(item -> item.fact().data().path("message").asText()).toList();
    }

    private static List<ParseResult> page(ObjectNode... facts) {
        ArrayNode all = NODES.arrayNode().addAll(Arrays.asList(facts));
        return RecordPage.of(NODES.objectNode().set("facts", all), READER).results();
    }

    private static ObjectNode status(String status) {
        ObjectNode fact = NODES.objectNode().put("kind", "job.status-changed").put("job", "job-1");
        fact.putArray("key").add(status);
        fact.putObject("data").put("status", status).put("statusRaw", status);
        return fact.put("raw", status);
    }

    private static ObjectNode unknown(String raw) {
        ObjectNode fact = status("UNKNOWN");
        fact.putArray("key").add("UNKNOWN").add(raw);
        fact.withObject("data").put("statusRaw", raw);
        return fact;
    }

    private static ObjectNode checkpoint(String name, String status, String appeared) {
        ObjectNode fact = NODES.objectNode().put("kind", "checkpoint.changed").put("job", "job-1");
        fact.putArray("key").add(name).add(status);
        fact.putObject("data").put("status", status).put("statusRaw", status).put("checkpoint", name);
        return fact.put("appeared", appeared).put("raw", name);
    }

    private static ObjectNode line(long second, String message) {
        ObjectNode fact = NODES.objectNode().put("kind", "log.appended").put("job", "job-1");
        fact.put("time", 1_772_000_000L + second);
        fact.putArray("key").add(1_772_000_000L + second).add(message);
        fact.putObject("data").put("message", message);
        return fact.put("raw", message);
    }

    private static ObjectNode derived(long second, String status) {
        ObjectNode line = line(second, status);
        ObjectNode derived = status(status);
        derived.withArray("key").add(second);
        line.set("derived", derived);
        return line;
    }

    private static ObjectNode bad(String raw) {
        return NODES.objectNode().put("kind", "log.appended").put("raw", raw);
    }
}
