package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.finetunebridge.sink.FlakySink.Commit;

/** A job whose statuses return: paused and resumed, queued again, restarted after its end; by a list that may lag. */
@Label("A status that returns")
class ReturningStatusPropertyTest {

    /** One poll cycle: the status that the list shows, whether the first commit is lost, whether the process restarts. */
    record Cycle(String status, boolean lost, boolean restart) {}

    private String shown = "";

    @Property
    void isPublishedAgainAndEveryOccurrenceOnce(@ForAll("histories") List<Cycle> history) {
        var model = new StatusModel();
        var run = DryRun.ofListed(this::answer);
        for (Cycle cycle : history) {
            live(cycle, run);
            model.shows(cycle.status());
        }
        live(history.get(history.size() - 1), run);
        model.shows(history.get(history.size() - 1).status());

        assertThat(run.published("status")).containsExactlyElementsOf(model.published());
        assertThat(run.published()).doesNotHaveDuplicates();
        assertThat(run.restart().state("job-1").deferred()).isNull();
    }

    /** Whoever published a status before statuses were counted gave its first occurrence the same id. */
    @Property
    void keepsTheIdOfItsFirstOccurrence(@ForAll("histories") List<Cycle> history) {
        var run = DryRun.ofListed(this::answer);
        history.forEach(cycle -> live(cycle, run));

        Map<String, String> first = new HashMap<>();
        List<String> statuses = run.published("status");
        for (int event = 0; event < statuses.size(); event++) {
            first.putIfAbsent(statuses.get(event), run.published().get(event));
        }
        first.forEach((status, id) -> {
            var alone = DryRun.ofListed(this::answer);
            live(new Cycle(status, false, false), alone);
            assertThat(alone.published()).containsExactly(id);
        });
    }

    /** After the end the list shows the job as it was, at every other read at most. */
    @Property
    void isNotPublishedForAListThatLagsBehindTheEnd(@ForAll("before") List<String> before,
            @ForAll List<Boolean> lags, @ForAll("ends") String end) {
        var run = DryRun.ofListed(this::answer);
        List<String> expected = new ArrayList<>();
        for (String status : before) {
            live(new Cycle(status, false, false), run);
            if (expected.isEmpty() || !expected.get(expected.size() - 1).equals(status)) {
                expected.add(status);
            }
        }
        expected.add(end);
        live(new Cycle(end, false, false), run);
        boolean lagged = false;
        for (boolean lag : lags) {
            lagged = lag && !lagged;
            live(new Cycle(lagged ? before.get(before.size() - 1) : end, false, lag), run);
        }

        assertThat(run.published("status")).containsExactlyElementsOf(expected);
    }

    private void live(Cycle cycle, DryRun run) {
        shown = cycle.status();
        run.sink.next(cycle.lost() ? List.of(Commit.LOST) : List.of());
        run.sweep();
        run.sink.heal();
        if (cycle.restart()) {
            run.restart();
        }
    }

    @Provide
    Arbitrary<List<Cycle>> histories() {
        return Combinators.combine(Arbitraries.of("QUEUED", "RUNNING", "PAUSED", "SUCCEEDED", "FAILED"),
                Arbitraries.of(false, false, true), Arbitraries.of(true, false)).as(Cycle::new).list().ofMinSize(1)
                .ofMaxSize(20);
    }

    @Provide
    Arbitrary<List<String>> before() {
        return Arbitraries.of("QUEUED", "RUNNING", "PAUSED").list().ofMinSize(1).ofMaxSize(6);
    }

    @Provide
    Arbitrary<String> ends() {
        return Arbitraries.of("SUCCEEDED", "FAILED");
    }

    private JsonNode answer(PollTask poll) {
        return DryRun.json(poll.isList() ? "{\"facts\":[{\"kind\":\"job.status-changed\",\"job\":\"job-1\",\"key\":[\""
                + shown + "\"],\"data\":{\"status\":\"" + shown + "\",\"statusRaw\":\"" + shown + "\"}}]}" : "{\"facts\":[]}");
    }
}
