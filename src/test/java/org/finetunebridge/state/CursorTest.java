package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;

/** Only the last names are kept: those of one moment may be cut in two, and change places at the next look. */
@Label("The end of a list of named records")
class CursorTest {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    @Property
    void isPublishedOnceThoughRecordsOfOneMomentChangePlaces(@ForAll @IntRange(min = 1, max = 6) int ofAMoment,
            @ForAll @IntRange(min = 1, max = 40) int atATime, @ForAll long seed) {
        Random chance = new Random(seed);
        List<String> published = new ArrayList<>();
        PublishedState state = PublishedState.NOTHING;
        for (int records = atATime; records <= 120; records += atATime) {
            StateDiff diff = StateDiff.ofList(state, page(records, ofAMoment, chance), "events", true);
            diff.items().forEach(item -> published.add(item.fact().data().path("message").asText()));
            state = diff.published();
        }
        int all = 120 / atATime * atATime;
        assertThat(published).containsExactlyInAnyOrderElementsOf(IntStream.range(0, all).mapToObj(Integer::toString).toList());
        assertThat(published).extracting(name -> Integer.parseInt(name) / ofAMoment).isSorted();
    }

    private static List<ParseResult> page(int records, int ofAMoment, Random chance) {
        List<Integer> numbers = new ArrayList<>(IntStream.range(0, records).boxed().toList());
        Collections.shuffle(numbers, chance);
        numbers.sort(Comparator.comparing(number -> number / ofAMoment));
        ArrayNode facts = JSON.arrayNode();
        numbers.forEach(number -> {
            ObjectNode fact = JSON.objectNode().put("kind", "log.appended").put("job", "j")
                    .put("time", 1_700_000_000L + number / ofAMoment);
            fact.putArray("key").add("record " + number);
            fact.putObject("data").put("level", "INFO").put("message", Integer.toString(number));
            facts.add(fact);
        });
        return RecordPage.of(JSON.objectNode().set("facts", facts), new FactParser("any", ZoneOffset.UTC)).results();
    }
}
