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
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;

/**
 * How things stand, observed any number of times, in any order, with the state going through JSON at every restart and
 * thrown away with every lost commit. Lists that grow are read by {@code PollPropertyTest}.
 */
class StateDiffPropertyTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final FactParser READER = new FactParser("acme", ZoneOffset.UTC);

    /** One thing as an answer shows it: the job itself, or a checkpoint. Bad ones have no status. */
    record Shown(String thing, String status) {

        String name() {
            return thing + " " + status;
        }
    }

    /** An answer, and what becomes of the commit that publishes it. */
    record Observation(List<Shown> page, boolean lost, boolean restart) {}

    @Property
    void publishesEveryStatusOfEveryThingOnce(@ForAll("histories") List<Observation> history) {
        PublishedState published = PublishedState.NOTHING;
        List<String> all = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        Set<String> shown = new LinkedHashSet<>();
        for (Observation observation : history) {
            StateDiff diff = StateDiff.ofState(published, page(observation.page()));
            if (!observation.lost()) {
                published = observation.restart() ? throughJson(diff.published()) : diff.published();
                diff.items().stream().filter(item -> item.fact().kind() == FactType.CHECKPOINT_CHANGED)
                        .forEach(item -> all.add(name(item)));
                diff.items().forEach(item -> ids.add(item.fact().id()));
                diff.rejected().forEach(bad -> all.add(bad.raw().asText()));
                observation.page().stream().filter(one -> !one.thing().isEmpty() || one.status().equals("bad"))
                        .forEach(one -> shown.add(one.name()));
            }
        }

        assertThat(all).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(shown);
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Property
    void whatIsLostIsPublishedByTheNextObservation(@ForAll("histories") List<Observation> history,
            @ForAll("pages") List<Shown> page) {
        PublishedState published = PublishedState.NOTHING;
        for (Observation observation : history) {
            published = StateDiff.ofState(published, page(observation.page())).published();
        }

        StateDiff lost = StateDiff.ofState(published, page(page));
        StateDiff again = StateDiff.ofState(throughJson(published), page(page));
        assertThat(again.items()).extracting(StateDiffPropertyTest::name)
                .containsExactlyElementsOf(lost.items().stream().map(StateDiffPropertyTest::name).toList());
        assertThat(again.published()).isEqualTo(lost.published());
        // A job that left its end needs a second read; after that, nothing is new any more.
        PublishedState read = StateDiff.ofState(again.published(), page(page)).published();
        assertThat(StateDiff.ofState(read, page(page)).any()).isFalse();
    }

    @Provide
    Arbitrary<List<Observation>> histories() {
        return Combinators.combine(pages(), Arbitraries.of(true, false, false), Arbitraries.of(true, false))
                .as(Observation::new).list().ofMaxSize(15);
    }

    @Provide
    Arbitrary<List<Shown>> pages() {
        var things = Arbitraries.of("", "c-1", "c-2", "c-3");
        return things.flatMap(thing -> statuses(thing).map(status -> new Shown(thing, status))).list().ofMaxSize(6);
    }

    private static Arbitrary<String> statuses(String thing) {
        return thing.isEmpty() ? Arbitraries.of("RUNNING", "PAUSED", "FAILED", "UNKNOWN A", "UNKNOWN B", "bad")
                : Arbitraries.of("EXPORTING", "READY", "EXPORT_FAILED", "UNKNOWN A", "UNKNOWN B", "bad");
    }

    private static String name(OutgoingEvent item) {
        return item.fact().data().path("checkpoint").asText() + ' ' + item.fact().statusKey();
    }

    private static PublishedState throughJson(PublishedState published) {
        try {
            var state = JobState.blank("acme", "job-1").with(published);
            return JobStateSerde.read(JobStateSerde.write(state)).published();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<ParseResult> page(List<Shown> page) {
        ArrayNode facts = NODES.arrayNode();
        page.forEach(shown -> facts.add(fact(shown)));
        return RecordPage.of(NODES.objectNode().set("facts", facts), READER).results();
    }

    private static ObjectNode fact(Shown shown) {
        String status = shown.status().replaceFirst(" .*", "");
        String raw = shown.status().replaceFirst(".* ", "");
        ObjectNode fact = NODES.objectNode().put("job", "job-1").put("raw", shown.name())
                .put("kind", shown.thing().isEmpty() ? "job.status-changed" : "checkpoint.changed");
        fact.putArray("key").add(shown.thing() + "x").add(status).add(raw);
        ObjectNode data = fact.putObject("data").put("status", status).put("statusRaw", raw);
        if (!shown.thing().isEmpty()) {
            data.put("checkpoint", shown.thing());
        }
        return shown.status().equals("bad") ? fact.put("job", 5) : fact;
    }
}
