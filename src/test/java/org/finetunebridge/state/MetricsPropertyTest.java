package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;

/** Metrics that records show: one event a step, whatever is repeated, trained again, lost or restarted. */
class MetricsPropertyTest {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Between two looks: so many steps back, so many on, and whether the commit is lost. */
    record Look(int back, int on, boolean lost) {}

    @Property(tries = 300)
    void publishesEachStepOnceHoweverOftenItIsTrained(@ForAll("histories") List<Look> history, @ForAll boolean newestFirst) {
        List<Long> records = new ArrayList<>();
        List<Long> published = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        PublishedState state = PublishedState.NOTHING;
        long step = 0;
        List<Look> all = new ArrayList<>(history);
        all.add(new Look(0, 0, false));
        for (Look look : all) {
            step = Math.max(0, step - look.back());
            for (int i = 0; i < look.on(); i++) {
                records.add(step++);
            }
            StateDiff diff = StateDiff.ofList(state, events(records, newestFirst), "events", false);
            if (!look.lost()) {
                state = throughJson(diff.published());
                diff.items().forEach(item -> ids.add(item.fact().id()));
                metrics(diff).forEach(item -> published.add(item.fact().data().path("step").longValue()));
            }
        }

        assertThat(ids).doesNotHaveDuplicates();
        assertThat(published).containsExactlyElementsOf(new LinkedHashSet<>(records));
        assertThat(JobStateSerde.write(stateOf(state)).length()).isLessThan(2_000);
    }

    @Provide
    Arbitrary<List<Look>> histories() {
        return Combinators.combine(Arbitraries.of(0, 0, 0, 3, 100), Arbitraries.integers().between(0, 30),
                Arbitraries.of(false, false, true)).as(Look::new).list().ofMaxSize(8);
    }

    /** A state that was written before there were metrics: what it knows is not published again for their sake. */
    @Example
    void publishesNothingOfRecordsThatWerePublishedBeforeThereWereMetrics() {
        List<Long> steps = LongStream.range(0, 20).boxed().toList();
        PublishedState before = StateDiff.ofList(PublishedState.NOTHING, events(steps, false, false), "events", false).published();
        before = StateDiff.ofState(before, List.of(checkpoint(10, null, false))).published();

        assertThat(StateDiff.ofList(before, events(steps, false), "events", false).any()).isFalse();
        assertThat(StateDiff.ofState(before, List.of(checkpoint(10, 0.5, true))).any()).isFalse();
        List<Long> more = LongStream.range(0, 22).boxed().toList();
        assertThat(metrics(StateDiff.ofList(before, events(more, false), "events", false))).hasSize(2);
    }

    @Example
    void publishesTheMetricsOfACheckpointOnceTheyAreThere() {
        List<OutgoingEvent> all = new ArrayList<>();
        PublishedState state = PublishedState.NOTHING;
        for (ParseResult shown : List.of(checkpoint(10, null, true), checkpoint(10, null, true), checkpoint(10, 0.5, true),
                checkpoint(10, 0.5, true), checkpoint(20, 0.4, true), checkpoint(20, 0.4, true))) {
            StateDiff diff = StateDiff.ofState(state, List.of(shown));
            all.addAll(diff.items());
            state = throughJson(diff.published());
        }
        assertThat(all).extracting(item -> item.fact().kind().word() + ' ' + item.fact().data().path("step")).containsExactly(
                "checkpoint.changed 10", "metrics.recorded 10", "checkpoint.changed 20", "metrics.recorded 20");
        assertThat(all.get(1).fact().time()).as("seen by a later poll").isNull();
        assertThat(all.get(3).fact().time()).isNotNull();
    }

    /** Newest first over many pages: what comes on a later page is not old. */
    @Example
    void publishesTheMetricsOfCheckpointsInWhateverOrderTheirPagesShowThem() {
        PublishedState state = PublishedState.NOTHING;
        int count = 0;
        for (int step = 100; step > 0; step--) {
            StateDiff diff = StateDiff.ofState(state, List.of(checkpoint(step, 0.5, true)));
            count += metrics(diff).size();
            state = throughJson(diff.published());
        }
        assertThat(count).isEqualTo(100);
    }

    @Example
    void publishesTrainingAndValidationOfAStepWhereTheyAreTwoRecords() {
        List<ParseResult> records = results(List.of(event(0, 7, true, "loss", "a"), event(1, 7, true, "eval_loss", "b"),
                event(2, 7, true, "loss", "c"), event(3, 7, true, "eval_loss", "d")), false);
        StateDiff diff = StateDiff.ofList(PublishedState.NOTHING, records, "events", false);
        assertThat(metrics(diff)).extracting(item -> item.fact().data().path("values").fieldNames().next())
                .containsExactly("trainLoss", "validationLoss");
        assertThat(metrics(diff)).extracting(item -> item.fact().id()).doesNotHaveDuplicates();
    }

    private static List<OutgoingEvent> metrics(StateDiff diff) {
        return diff.items().stream().filter(item -> item.fact().kind() == FactType.METRICS_RECORDED).toList();
    }

    private static List<ParseResult> events(List<Long> steps, boolean newestFirst) {
        return events(steps, newestFirst, true);
    }

    private static List<ParseResult> events(List<Long> steps, boolean newestFirst, boolean measures) {
        List<ObjectNode> records = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            ObjectNode record = event(i, steps.get(i), measures, "train_loss", "record " + i);
            records.add(newestFirst ? 0 : i, record);
        }
        return results(records, newestFirst);
    }

    private static ObjectNode event(int place, long step, boolean measures, String name, String key) {
        ObjectNode record = JSON.objectNode().put("kind", "log.appended").put("job", "j").put("time", 1_700_000_000L + place / 3);
        record.putArray("key").add(key);
        record.putObject("data").put("level", "INFO").put("message", key);
        if (measures) {
            ObjectNode derived = record.putObject("derived").put("kind", "metrics.recorded").put("job", "j");
            derived.putArray("key").add("event").add(step);
            derived.putObject("data").put("step", step).put("origin", "event").putObject("values").put(name, 1.0 / (step + 1));
        }
        return record;
    }

    private static ParseResult checkpoint(int step, Double loss, boolean measures) {
        ObjectNode record = JSON.objectNode().put("kind", "checkpoint.changed").put("job", "j").put("time", 1_700_000_000L + step);
        record.putArray("key").add("step-" + step).add("READY");
        record.putObject("data").put("checkpoint", "step-" + step).put("step", step).put("status", "READY");
        if (measures) {
            ObjectNode derived = record.putObject("derived").put("kind", "metrics.recorded").put("job", "j").put("time", 1_700_000_000L + step);
            derived.putArray("key").add("checkpoint").add(step);
            ObjectNode values = derived.putObject("data").put("step", step).put("origin", "checkpoint").putObject("values");
            if (loss != null) {
                values.put("valid_loss", loss);
            }
        }
        return results(List.of(record), false).get(0);
    }

    private static List<ParseResult> results(List<ObjectNode> records, boolean newestFirst) {
        ObjectNode page = JSON.objectNode().put("newestFirst", newestFirst);
        ArrayNode facts = page.putArray("facts");
        records.forEach(facts::add);
        return RecordPage.of(page, new FactParser("any", ZoneOffset.UTC)).results();
    }

    private static JobState stateOf(PublishedState published) {
        return JobState.blank("s", "j").with(published);
    }

    private static PublishedState throughJson(PublishedState published) {
        try {
            return JobStateSerde.read(JobStateSerde.write(stateOf(published))).published();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
