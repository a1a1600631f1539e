package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A list of named records that is shown from its other end from one day on, as its clocks tell. */
class TurnedListTest {

    private static final int LIMIT = 3;

    private final List<String> names = new ArrayList<>();
    private boolean newestFirst;

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void isPublishedOnceAndInOrderFromBothEnds(boolean known, boolean atFirst) {
        newestFirst = atFirst;
        var run = DryRun.ofNamed(known, this::answer);
        for (int day = 0; day < 6; day++) {
            append(2 + 3 * day);
            run.sweep();
            assertThat(run.published("message")).as("day %d", day).containsExactlyElementsOf(names);
            newestFirst = !newestFirst;
            assertThat(run.restart().sweep()).as("pages of day %d", day).isLessThan(20);
            assertThat(run.published("message")).as("day %d, turned", day).containsExactlyElementsOf(names);
        }
    }

    /** Somebody who answers from either end in turn is not asked for ever. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void isLeftForLaterIfItDoesNotStopTurning(boolean known) {
        append(5);
        var run = DryRun.ofNamed(known, poll -> {
            newestFirst = !newestFirst;
            return answer(poll);
        });
        for (int cycle = 0; cycle < 4; cycle++) {
            append(1);
            assertThat(run.sweep()).isLessThan(40);
        }
        assertThat(run.published("message")).doesNotHaveDuplicates();
    }

    private void append(int count) {
        IntStream.range(0, count).forEach(one -> names.add("e" + names.size()));
    }

    private JsonNode answer(PollTask poll) {
        List<String> all = new ArrayList<>(names);
        if (newestFirst) {
            Collections.reverse(all);
        }
        int from = all.indexOf(poll.getCursorPath()) + 1;
        List<String> shown = all.subList(from, Math.min(all.size(), from + LIMIT));
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        page.putArray("facts");
        shown.forEach(name -> page.withArray("facts").add(fact(name)));
        if (shown.size() > 1) {
            page.put("newestFirst", newestFirst);
        }
        if (!shown.isEmpty()) {
            page.put("mark", shown.get(shown.size() - 1));
        }
        if (from + LIMIT < all.size()) {
            page.put("next", shown.get(LIMIT - 1));
        }
        return page;
    }

    private static ObjectNode fact(String name) {
        ObjectNode fact = JsonNodeFactory.instance.objectNode().put("kind", "log.appended").put("job", "job-1")
                .put("time", 1_772_000_000L + Integer.parseInt(name.substring(1)));
        fact.putArray("key").add(name);
        fact.putObject("data").put("level", "INFO").put("message", name);
        return fact.put("raw", name);
    }
}
