package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.sink.FlakySink.Commit;

/**
 * A list that is asked by the names of its records, newest first or oldest first, read page by page through the real
 * paging, state and group commit, while records appear between the pages of a poll cycle.
 */
@Label("Reading a list of named records")
class NamedListPropertyTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** So many records appear, the last ones while pages are read; each so much later; then a poll cycle whose commits end so. */
    record Stretch(List<Integer> later, int during, List<Commit> commits, boolean restart) {}

    record Entry(String name, long time) {}

    @Property
    void publishesEveryRecordOnceAndInOrder(@ForAll("histories") List<Stretch> history, @ForAll boolean newestFirst,
            @ForAll boolean asKnown, @ForAll boolean saysHow, @ForAll @IntRange(min = 1, max = 9) int limit) {
        var list = new NamedList(newestFirst, saysHow || !asKnown, limit);
        var run = DryRun.ofNamed(newestFirst == asKnown, list::answer);
        for (Stretch stretch : history) {
            list.live(stretch, run);
        }
        run.sink.heal();
        run.sweep();

        assertThat(run.published("message")).containsExactlyElementsOf(list.names());
        int published = run.published().size();
        run.restart().sweep();
        run.restart().sweep();
        assertThat(run.published()).as("published once everything was read").hasSize(published);
        assertThat(run.sink.deadLetters()).isEmpty();
    }

    /** Requests that have to wait for longer than a poll cycle goes on interrupt the reading anywhere. */
    @Property
    void goesOnWhereItWasInterrupted(@ForAll("histories") List<Stretch> history, @ForAll boolean newestFirst,
            @ForAll @IntRange(min = 2, max = 5) int between, @ForAll @IntRange(min = 1, max = 3) int limit) {
        var list = new NamedList(newestFirst, true, limit);
        var requests = new int[2];
        var run = DryRun.ofNamed(newestFirst, poll -> {
            if (requests[1] == 0 && ++requests[0] % between == 0) {
                throw new ProviderException(ErrorAction.TRANSIENT, "busy", 429, "", null, Duration.ofMinutes(30), null);
            }
            return list.answer(poll);
        }).watching();
        for (Stretch stretch : history) {
            list.live(stretch, run.later(Duration.ofMinutes(40)));
        }
        requests[1] = 1;
        run.sink.heal();
        run.later(Duration.ofMinutes(40)).sweep();
        run.later(Duration.ofMinutes(40)).sweep();

        assertThat(run.published("message")).containsExactlyElementsOf(list.names());
        assertThat(run.sink.deadLetters()).isEmpty();
    }

    @Provide
    Arbitrary<List<Stretch>> histories() {
        var commits = Arbitraries.of(Commit.GOOD, Commit.GOOD, Commit.LOST, Commit.UNHEARD).list().ofMaxSize(6);
        return Combinators.combine(Arbitraries.integers().between(0, 3).list().ofMaxSize(30),
                Arbitraries.integers().between(0, 4), commits, Arbitraries.of(true, false)).as(Stretch::new)
                .list().ofMinSize(1).ofMaxSize(6);
    }

    /** The provider. A name that it is asked for is one it gave before. */
    private static final class NamedList {
        private final List<Entry> entries = new ArrayList<>();
        private final List<Integer> late = new ArrayList<>();
        private final boolean newestFirst;
        private final boolean saysHow;
        private final int limit;
        private long clock = 1_772_000_000L;

        NamedList(boolean newestFirst, boolean saysHow, int limit) {
            this.newestFirst = newestFirst;
            this.saysHow = saysHow;
            this.limit = limit;
        }

        void live(Stretch stretch, DryRun run) {
            int now = Math.max(0, stretch.later().size() - stretch.during());
            stretch.later().subList(0, now).forEach(this::append);
            late.addAll(stretch.later().subList(now, stretch.later().size()));
            run.sink.next(stretch.commits());
            run.sweep();
            if (stretch.restart()) {
                run.restart();
            }
            late.forEach(this::append);
            late.clear();
        }

        List<String> names() {
            return entries.stream().map(Entry::name).toList();
        }

        JsonNode answer(PollTask poll) {
            if (!late.isEmpty()) {
                append(late.remove(0));
            }
            List<Entry> all = new ArrayList<>(entries);
            if (newestFirst) {
                Collections.reverse(all);
            }
            int from = poll.getCursorPath().isEmpty() ? 0
                    : all.stream().map(Entry::name).toList().indexOf(poll.getCursorPath()) + 1;
            return page(all, from, Math.min(all.size(), from + limit));
        }

        private JsonNode page(List<Entry> all, int from, int to) {
            ObjectNode page = NODES.objectNode();
            page.putArray("facts");
            all.subList(from, to).forEach(entry -> page.withArray("facts").add(fact(entry)));
            if (saysHow) {
                page.put("newestFirst", newestFirst);
            }
            if (to > from) {
                page.put("mark", all.get(to - 1).name());
            }
            if (to < all.size()) {
                page.put("next", all.get(to - 1).name());
            }
            return page;
        }

        private void append(int later) {
            clock += later;
            entries.add(new Entry("e" + entries.size(), clock));
        }

        private static ObjectNode fact(Entry entry) {
            ObjectNode fact = NODES.objectNode().put("kind", "log.appended").put("job", "job-1").put("time", entry.time());
            fact.putArray("key").add(entry.name());
            fact.putObject("data").put("level", "INFO").put("message", entry.name());
            return fact.put("raw", entry.name());
        }
    }
}
