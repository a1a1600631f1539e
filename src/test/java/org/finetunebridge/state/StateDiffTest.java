package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.junit.jupiter.api.Test;

class StateDiffTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final FactParser READER = new FactParser("acme", ZoneOffset.UTC);

    @Test
    void publishesAStatusOnceAndWhatItWasBefore() {
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
    void publishesTheOldestFirst() {
        StateDiff diff = StateDiff.ofState(PublishedState.NOTHING, page(checkpoint("c-3", "READY", "2026-03-01T00:00:03Z"),
                checkpoint("c-1", "READY", "2026-03-01T00:00:01Z"),
                checkpoint("c-2", "READY", "2026-03-01T00:00:02Z")));

        assertThat(diff.items()).extracting(item -> item.fact().data().path("checkpoint").asText())
                .containsExactly("c-1", "c-2", "c-3");
    }

    @Test
    void keepsTwoUnknownStatusesApart() {
        StateDiff diff = StateDiff.ofState(PublishedState.NOTHING, page(unknown("THINKING"), unknown("DREAMING"), unknown("THINKING")));

        assertThat(diff.items()).hasSize(2);
    }

    @Test
    void refusesABadRecordOnceAndPublishesTheOthers() {
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

    @Test
    void countsTheOccurrencesOfAStatusThatReturns() {
        PublishedState published = PublishedState.NOTHING;
        List<String> ids = new ArrayList<>();
        for (String status : List.of("RUNNING", "PAUSED", "RUNNING", "PAUSED", "RUNNING")) {
            StateDiff diff = StateDiff.ofState(published, page(status(status)));
            diff.items().forEach(item -> ids.add(item.fact().id()));
            published = diff.published();
        }

        assertThat(ids).hasSize(5).doesNotHaveDuplicates().startsWith(id("RUNNING"), id("PAUSED"));
        assertThat(published.times("RUNNING")).isEqualTo(3);
    }

    /** As versions before wrote it, each status once. */
    @Test
    void countsOnFromAStateThatDidNotCount() {
        var published = new PublishedState("PAUSED", Map.of("", List.of("RUNNING", "PAUSED")), List.of(), Map.of());

        assertThat(StateDiff.ofState(published, page(status("RUNNING"))).items()).extracting(item -> item.fact().id())
                .doesNotContain(id("RUNNING")).hasSize(1);
    }

    @Test
    void givesNoIdTwiceToAStatusThatWasForgotten() {
        PublishedState published = PublishedState.NOTHING;
        List<String> ids = new ArrayList<>();
        for (int n = 0; n < 200; n++) {
            StateDiff diff = StateDiff.ofState(published, page(unknown("STATUS-" + n % 50)));
            diff.items().forEach(item -> ids.add(item.fact().id()));
            published = diff.published();
        }

        assertThat(ids).hasSize(200).doesNotHaveDuplicates();
        assertThat(published.statuses("")).hasSize(32);
    }

    @Test
    void leavesAnEndOnlyAfterTwoReadsInARow() {
        PublishedState ended = StateDiff.ofState(PublishedState.NOTHING, page(status("FAILED"))).published();
        StateDiff once = StateDiff.ofState(ended, page(status("QUEUED")));
        StateDiff twice = StateDiff.ofState(once.published(), page(status("RUNNING")));

        assertThat(once.any()).isFalse();
        assertThat(twice.items()).extracting(item -> item.fact().status()).containsExactly("QUEUED", "RUNNING");
        assertThat(StateDiff.ofState(once.published(), page(status("FAILED"))).published()).isEqualTo(ended);
    }

    @Test
    void keepsNoMoreCheckpointsThanItMustAndTheNewest() {
        PublishedState published = PublishedState.NOTHING;
        for (int n = 0; n < 5_000; n += 100) {
            published = StateDiff.ofState(published, checkpoints(n, n + 100)).published();
        }

        assertThat(published.things()).hasSize(PublishedState.THINGS_KEPT);
        assertThat(StateDiff.ofState(published, checkpoints(0, 5_000)).any()).as("published before").isFalse();
        assertThat(StateDiff.ofState(published, checkpoints(4_990, 5_010)).items()).hasSize(10);
    }

    @Test
    void publishesNothingTwiceOfAFinishedJobThatIsRestarted() {
        PublishedState published = StateDiff.ofState(PublishedState.NOTHING, checkpoints(0, 30)).published().tombstone();

        assertThat(published.things()).hasSizeLessThan(2);
        assertThat(StateDiff.ofState(published, checkpoints(0, 31)).items()).hasSize(1);
    }

    @Test
    void deadLettersASecondCheckpointOfTheSameKey() {
        List<ParseResult> both = page(checkpoint("c-1", "READY", "2026-03-01T00:00:01Z").put("raw", "model"),
                checkpoint("c-1", "READY", "2026-03-01T00:00:01Z").put("raw", "adapter"));
        List<ParseResult> turned = List.of(both.get(1), both.get(0));
        StateDiff first = StateDiff.ofState(PublishedState.NOTHING, both);

        assertThat(first.items()).hasSize(1);
        assertThat(first.rejected()).hasSize(1);
        assertThat(StateDiff.ofState(first.published(), turned).any()).as("once").isFalse();
        assertThat(StateDiff.ofState(PublishedState.NOTHING, turned).rejected()).extracting(ParseResult::raw)
                .isEqualTo(first.rejected().stream().map(ParseResult::raw).toList());

        PublishedState one = StateDiff.ofState(PublishedState.NOTHING, both.subList(0, 1)).published();
        assertThat(StateDiff.ofState(one, both).rejected()).as("nobody knows which was published").hasSize(2);
    }

    private static List<ParseResult> checkpoints(int from, int to) {
        return page(IntStream.range(from, to).mapToObj(n -> checkpoint("c-" + n, "READY",
                Instant.ofEpochSecond(1_772_000_000L + n).toString())).toArray(ObjectNode[]::new));
    }

    private static String id(String status) {
        return page(status(status)).get(0).id();
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

    private static ObjectNode bad(String raw) {
        return NODES.objectNode().put("kind", "log.appended").put("raw", raw);
    }
}
