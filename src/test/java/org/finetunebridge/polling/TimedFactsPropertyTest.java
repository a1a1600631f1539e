package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.sink.FlakySink.Commit;
import org.finetunebridge.state.JobState.Retired;

/** What time makes of jobs: once each, over random histories of a job, of restarts and of the clock. */
@Label("A fact that time makes")
class TimedFactsPropertyTest {

    private static final String STALLED = "org.finetunebridge.job.stalled.v1";
    private static final String EXPIRING = "org.finetunebridge.checkpoint.expiring.v1";
    private static final Duration AFTER = Duration.ofHours(6);
    private static final Duration BEFORE = Duration.ofDays(3);

    /** What happens before the sources are read: so many minutes pass, the job does something, the process restarts. */
    record Step(int minutes, Doing doing, int days, boolean lost, boolean restart) {}

    enum Doing { NOTHING, SAVE, END, PAUSE, RUN }

    private final Map<String, Instant> checkpoints = new TreeMap<>();
    private String status = "RUNNING";
    private boolean gone;

    @Property
    void isPublishedAsSoonAsItIsReadAndOnce(@ForAll("histories") List<Step> history, @ForAll boolean watching) {
        DryRun run = run(watching);
        Set<String> expiring = new TreeSet<>();
        Set<String> known = new TreeSet<>();
        int stalled = 0;
        boolean told = false;
        Instant news = null;
        String shown = "";
        for (Step step : history) {
            happens(step, run);
            Instant from = run.now();
            sweep(step, run);
            Instant to = run.now();
            boolean fresh = !status.equals(shown) || !known.equals(checkpoints.keySet());
            shown = status;
            known.addAll(checkpoints.keySet());
            for (var one : checkpoints.entrySet()) {
                clear(one.getValue(), from, to);
                clear(one.getValue().minus(BEFORE), from, to);
                if (from.isBefore(one.getValue()) && !from.isBefore(one.getValue().minus(BEFORE))) {
                    expiring.add(one.getKey());
                }
            }
            if (fresh) {
                told = false;
                news = to;
            } else {
                clear(news.plus(AFTER), from.minusSeconds(5), to.plusSeconds(5));
                if (status.equals("RUNNING") && !told && from.isAfter(news.plus(AFTER))) {
                    told = true;
                    stalled++;
                }
            }
            assertThat(names(run)).as("expiring after %s", step).containsExactlyInAnyOrderElementsOf(expiring);
            assertThat(of(run, STALLED)).as("stalled after %s", step).hasSize(stalled);
        }
        assertThat(run.published()).doesNotHaveDuplicates();
    }

    @Property
    void isPublishedOnceWhereverTheClockIsSet(@ForAll("histories") List<Step> history, @ForAll("clocks") List<Integer> clocks,
            @ForAll boolean watching) {
        DryRun run = run(watching);
        int episodes = 0;
        Set<String> shown = new HashSet<>();
        int at = 0;
        for (Step step : history) {
            happens(step, run);
            run.step(Duration.ofMinutes(clocks.get(at++ % clocks.size())));
            String now = status + checkpoints.keySet();
            episodes += shown.add(now) || !now.startsWith("RUNNING") ? 1 : 0;
            sweep(step, run);
        }
        assertThat(run.published()).doesNotHaveDuplicates();
        assertThat(names(run)).doesNotHaveDuplicates();
        assertThat(of(run, STALLED).size()).isLessThanOrEqualTo(episodes);
        assertThat(of(run, STALLED)).extracting(event -> event.at("/data/since").asText()).doesNotHaveDuplicates();
    }

    /** The checkpoint expires a fortnight after the end, a week after the job is read for the last time. */
    @Example
    void isMadeOfAJobThatRetiredByOneMoreRead() {
        DryRun run = run(true);
        checkpoints.put("late", run.now().plus(Duration.ofDays(15)));
        checkpoints.put("later", run.now().plus(Duration.ofDays(20)));
        run.sweep();
        status = "SUCCEEDED";
        for (int hour = 0; hour < 8 * 24; hour++) {
            run.later(Duration.ofHours(1)).sweep();
        }
        assertThat(run.state("job-1").retired()).isEqualTo(Retired.FINISHED);
        assertThat(run.state("job-1").timing().expires()).isEqualTo(checkpoints.get("late"));
        assertThat(run.sweep()).as("pages of a cycle that reads the list alone").isEqualTo(1);
        assertThat(names(run)).isEmpty();

        run.restart().later(Duration.ofDays(4)).sweep();
        assertThat(names(run)).containsExactly("late");
        assertThat(of(run, EXPIRING).get(0).path("data")).isEqualTo(JsonNodeFactory.instance.objectNode().put("provider", "acme")
                .put("account", "acme").put("jobId", "job-1").put("observedAt", of(run, EXPIRING).get(0).path("time").asText())
                .putNull("occurredAt").put("checkpoint", "late").put("expiresAt", checkpoints.get("late").toString())
                .put("outputModel", "m"));
        assertThat(run.state("job-1").retired()).isEqualTo(Retired.FINISHED);
        assertThat(run.restart().sweep()).isEqualTo(1);

        gone = true;
        run.later(Duration.ofDays(5)).sweep();
        assertThat(run.sink.deadLetters()).hasSize(1);
        assertThat(run.sweep()).as("what cannot be read is not asked for in every cycle").isEqualTo(1);
        assertThat(names(run)).containsExactly("late");
    }

    @Example
    void isNotMadeWhereNobodyWantsIt() {
        DryRun run = DryRun.ofListed(this::answer).timed(Duration.ZERO, Duration.ZERO);
        checkpoints.put("c", run.now().plus(Duration.ofDays(1)));
        run.sweep();
        run.later(Duration.ofHours(23)).sweep();
        assertThat(of(run, STALLED)).isEmpty();
        assertThat(names(run)).isEmpty();
        assertThat(run.timed(AFTER, BEFORE).sweep()).isPositive();
        assertThat(of(run, STALLED)).hasSize(1);
        assertThat(names(run)).containsExactly("c");
    }

    /** Tries share the fields of this object. */
    private DryRun run(boolean watching) {
        checkpoints.clear();
        status = "RUNNING";
        DryRun run = DryRun.ofListed(this::answer).timed(AFTER, BEFORE);
        return watching ? run.watching() : run;
    }

    private void happens(Step step, DryRun run) {
        run.later(Duration.ofMinutes(step.minutes()));
        boolean over = status.equals("SUCCEEDED");
        switch (step.doing()) {
            case SAVE -> {
                if (!over) {
                    checkpoints.put("c" + checkpoints.size(), run.now().plus(Duration.ofDays(step.days())).plusSeconds(1800));
                }
            }
            case END -> status = "SUCCEEDED";
            case PAUSE -> status = over ? status : "PAUSED";
            case RUN -> status = over ? status : "RUNNING";
            default -> { }
        }
    }

    private static void sweep(Step step, DryRun run) {
        run.sink.next(step.lost() ? List.of(Commit.LOST) : List.of());
        run.sweep();
        run.sink.heal();
        if (step.restart()) {
            run.kill();
        }
    }

    /** A moment within the reading itself: nobody knows on which side of it the page was answered. */
    private static void clear(Instant moment, Instant from, Instant to) {
        Assume.that(moment.isBefore(from) || moment.isAfter(to));
    }

    private static List<JsonNode> of(DryRun run, String type) {
        return run.sink.events().stream().map(DryRun::json).filter(event -> event.path("type").asText().equals(type)).toList();
    }

    private static List<String> names(DryRun run) {
        return of(run, EXPIRING).stream().map(event -> event.at("/data/checkpoint").asText()).toList();
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        return Combinators.combine(Arbitraries.integers().between(10, 2000),
                Arbitraries.frequency(Tuple.of(6, Doing.NOTHING), Tuple.of(3, Doing.SAVE),
                        Tuple.of(1, Doing.END), Tuple.of(1, Doing.PAUSE), Tuple.of(2, Doing.RUN)),
                Arbitraries.integers().between(0, 16), Arbitraries.of(false, false, true), Arbitraries.of(false, true))
                .as(Step::new).list().ofMinSize(2).ofMaxSize(25);
    }

    /** Minutes, forward or back, up to a month. */
    @Provide
    Arbitrary<List<Integer>> clocks() {
        return Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(0)),
                Tuple.of(2, Arbitraries.integers().between(-43_200, 43_200))).list().ofMinSize(1).ofMaxSize(8);
    }

    private JsonNode answer(PollTask poll) {
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ArrayNode facts = page.putArray("facts");
        if (poll.isList()) {
            facts.add(DryRun.json("{\"kind\":\"job.status-changed\",\"job\":\"job-1\",\"key\":[\"" + status + "\"],\"data\":{\"status\":\""
                    + status + "\",\"statusRaw\":\"" + status + "\"}}"));
            return page;
        }
        if (gone) {
            throw new ProviderException(ErrorAction.JOB, "gone", 404, "", null,
                    null, null);
        }
        List<String> names = new ArrayList<>(checkpoints.keySet());
        names.forEach(name -> facts.add(DryRun.json("{\"kind\":\"checkpoint.changed\",\"job\":\"job-1\",\"key\":[\"" + name
                + "\",\"READY\"],\"time\":\"" + checkpoints.get(name).minus(Duration.ofDays(20)) + "\",\"data\":{\"checkpoint\":\"" + name
                + "\",\"status\":\"READY\",\"outputModel\":\"m\",\"expiresAt\":\"" + checkpoints.get(name) + "\"}}")));
        return page;
    }
}
