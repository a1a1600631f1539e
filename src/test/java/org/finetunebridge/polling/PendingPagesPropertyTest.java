package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.finetunebridge.sink.FlakySink.Commit;

/**
 * Several jobs with lists of many pages, read by the real poller while the commits of earlier pages are late, fail, are
 * refused or are not heard of, and while the process is killed at any page.
 */
@Label("Jobs whose pages are read before the last ones are committed")
class PendingPagesPropertyTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> JOBS = List.of("job-1", "job-2", "job-3");

    /**
     * Lines appear in the lists, and then there is a poll cycle.
     *
     * @param appends of each job
     * @param commits how the next commits end
     * @param killed  before this page of the cycle; 0 for not at all
     */
    record Stretch(List<Integer> appends, List<Commit> commits, int killed) {}

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Three jobs that run, each with a list that grows. */
    private static final class Provider {

        private final Map<String, GrowingList> lists = new TreeMap<>();
        private int untilKilled;

        Provider() {
            JOBS.forEach(job -> lists.put(job, new GrowingList(3)));
        }

        JsonNode answer(PollTask poll) {
            if (--untilKilled == 0) {
                throw new Killed();
            }
            if (poll.getResource().equals("events")) {
                return lists.get(poll.getJob()).answer(poll);
            }
            ObjectNode page = NODES.objectNode();
            page.putArray("facts");
            if (poll.isList()) {
                JOBS.forEach(job -> page.withArray("facts").add(fact("job.status-changed", job, "RUNNING")));
            } else {
                ObjectNode checkpoint = fact("checkpoint.changed", poll.getJob(), "READY");
                checkpoint.withObject("data").put("checkpoint", "c-1");
                page.withArray("facts").add(checkpoint);
            }
            return page;
        }

        List<String> lines(String job) {
            return lists.get(job).lines().stream().map(GrowingList.Line::name).toList();
        }

        private static ObjectNode fact(String kind, String job, String status) {
            ObjectNode fact = NODES.objectNode().put("kind", kind).put("job", job);
            fact.putArray("key").add(job).add(status);
            fact.putObject("data").put("status", status).put("statusRaw", status);
            return fact;
        }
    }

    @Property
    void publishesEachLineOnceAndInOrderOfItsJob(@ForAll("histories") List<Stretch> history, @ForAll long seed) {
        var provider = new Provider();
        var run = DryRun.ofListedGrowing(provider::answer).late(new Random(seed));
        run.onJobRead(job -> {
            // A page that is refused suspends the list that it is of, and the rest of the job is read all the same.
            if (!job.isEmpty() && history.stream().noneMatch(one -> one.commits().contains(Commit.REJECTED))) {
                assertThat(published(run, job)).as("read means published").isEqualTo(provider.lines(job));
            }
        });
        for (Stretch stretch : history) {
            for (int job = 0; job < JOBS.size(); job++) {
                for (int line = 0; line < stretch.appends().get(job); line++) {
                    provider.lists.get(JOBS.get(job)).append(1, false);
                }
            }
            run.sink.next(stretch.commits());
            provider.untilKilled = stretch.killed();
            try {
                run.sweep();
            } catch (Killed e) {
                run.kill();
            }
            run.later(Duration.ofHours(2));
        }
        provider.untilKilled = 0;
        run.sink.heal();
        run.restart().sweep();
        run.later(Duration.ofHours(2)).sweep();

        JOBS.forEach(job -> assertThat(published(run, job)).as(job).isEqualTo(provider.lines(job)));
        int all = run.published().size();
        run.restart().sweep();
        assertThat(run.published()).hasSize(all).doesNotHaveDuplicates();
    }

    private static List<String> published(DryRun run, String job) {
        return run.sink.events().stream().map(DryRun::json).filter(event -> event.path("subject").asText().equals(job))
                .map(event -> event.path("data").path("message").asText()).filter(text -> !text.isEmpty()).toList();
    }

    @Provide
    Arbitrary<List<Stretch>> histories() {
        var appends = Arbitraries.integers().between(0, 14).list().ofSize(JOBS.size());
        var commits = Arbitraries.frequency(Tuple.of(8, Commit.GOOD), Tuple.of(2, Commit.LOST),
                Tuple.of(2, Commit.UNHEARD), Tuple.of(2, Commit.REJECTED)).list().ofMaxSize(10);
        var killed = Arbitraries.frequencyOf(Tuple.of(2, Arbitraries.just(0)),
                Tuple.of(1, Arbitraries.integers().between(1, 20)));
        return Combinators.combine(appends, commits, killed).as(Stretch::new).list().ofMinSize(1).ofMaxSize(6);
    }
}
