package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.event.RecordPage.RecordKeyStrategy;

/** A list without positions to ask by, seen again and again while it grows: every record once, in order. */
@Label("A list that is asked whole")
class ListPropertyTest {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** What happens between two looks: records appear, so much later each; and whether the commit is lost. */
    record Look(List<Integer> later, boolean lost) {}

    @Property
    void publishesEveryRecordOnceAndInOrder(@ForAll("histories") List<Look> history, @ForAll boolean newestFirst,
            @ForAll boolean named) {
        List<Long> times = new ArrayList<>();
        List<String> published = new ArrayList<>();
        PublishedState state = PublishedState.NOTHING;
        List<Look> all = new ArrayList<>(history);
        all.add(new Look(List.of(), false));
        for (Look look : all) {
            look.later().forEach(later -> times.add((times.isEmpty() ? 1_700_000_000L : times.get(times.size() - 1)) + later));
            StateDiff diff = StateDiff.ofList(state, page(times, newestFirst, named), "events", true);
            if (!look.lost()) {
                state = diff.published();
                diff.items().forEach(item -> published.add(item.fact().id()));
            }
        }

        assertThat(published).containsExactlyElementsOf(page(times, newestFirst, named).stream().map(ParseResult::id).toList());
        assertThat(StateDiff.ofList(state, page(times, !newestFirst, named), "events", true).any()).isFalse();
    }

    @Provide
    Arbitrary<List<Look>> histories() {
        return Combinators.combine(Arbitraries.integers().between(0, 1).list().ofMaxSize(40),
                Arbitraries.of(true, false)).as(Look::new).list().ofMaxSize(8);
    }

    /** Records of one moment are equal unless they are named: only their place tells them apart. */
    private static List<ParseResult> page(List<Long> times, boolean newestFirst, boolean named) {
        ArrayNode facts = JSON.arrayNode();
        for (int i = 0; i < times.size(); i++) {
            ObjectNode fact = JSON.objectNode().put("kind", "log.appended").put("job", "j").put("time", times.get(i));
            fact.putArray("key").add(times.get(i)).add(named ? "record " + i : "a record");
            fact.putObject("data").put("level", "INFO").put("message", "a record");
            if (newestFirst) {
                facts.insert(0, fact);
            } else {
                facts.add(fact);
            }
        }
        ObjectNode mapped = JSON.objectNode().put("newestFirst", newestFirst);
        mapped.set("facts", facts);
        return RecordPage.of(mapped, new FactParser("any", ZoneOffset.UTC), new RecordKeyStrategy(false, !named, -1)).results();
    }
}
