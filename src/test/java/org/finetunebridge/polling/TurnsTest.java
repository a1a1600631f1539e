package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In which poll cycles a job is read that is watched already. */
class TurnsTest {

    private final List<Integer> read = new ArrayList<>();
    private String status = "RUNNING";
    private String ended;
    private boolean late;
    private int cycle;

    /** The first poll cycle waits for nobody, and two others are never further apart than the period. */
    @Test
    void waitsEquallyLongBeforeEveryPollCycleButTheFirst() {
        DryRun run = run();
        cycle(run, 1);
        assertThat(run.jitter()).isLessThanOrEqualTo(Duration.ofMillis(1));
        cycle(run, 1);
        Duration jitter = run.jitter();
        cycle(run, 1);

        assertThat(jitter).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(3)).isCloseTo(run.jitter(), Duration.ofMillis(2));
    }

    @Test
    void readsAJobThatRunsInEveryPollCycle() {
        cycle(run(), 6);

        assertThat(read).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void readsAJobThatWaitsInEveryThirdPollCycle() {
        status = "QUEUED";
        cycle(run(), 10);

        assertThat(read).hasSizeBetween(4, 5).startsWith(1);
        assertThat(read.subList(1, read.size())).allSatisfy(at -> assertThat(at % 3).isEqualTo(read.get(1) % 3));
    }

    /** The list shows its end again and again: that is no reason to read it again. */
    @Test
    void readsAJobThatEndedAfterOneFourAndSixteenPollCyclesAndThenNeverAgain() {
        status = "SUCCEEDED";
        cycle(run().recheckingFor(Duration.ZERO), 300);

        assertThat(read).containsExactly(1, 2, 6, 22);
    }

    @Test
    void readsAJobThatEndedEveryHourAfterThatForAWeek() {
        status = "SUCCEEDED";
        DryRun run = run();
        cycle(run, 22 + 3 * 120);
        assertThat(read).containsExactly(1, 2, 6, 22, 142, 262, 382);

        cycle(run, 7 * 24 * 120);
        assertThat(read).hasSize(4 + 7 * 24 - 1).last().satisfies(at ->
                assertThat(at).isLessThanOrEqualTo(7 * 24 * 120));
    }

    @Test
    void readsAJobThatEndedLongAgoAtGrowingIntervalsOnly() {
        status = "SUCCEEDED";
        ended = "2025-01-01T00:00:00Z";
        cycle(run(), 500);

        assertThat(read).containsExactly(1, 2, 6, 22);
    }

    @Test
    void beginsAnewWithAnythingThatComesLate() {
        status = "SUCCEEDED";
        DryRun run = run().recheckingFor(Duration.ZERO);
        cycle(run, 5);
        late = true;
        cycle(run, 100);

        assertThat(run.published("checkpoint")).contains("late");
        assertThat(read).containsExactly(1, 2, 6, 7, 11, 27);
    }

    /** What was promised before a restart is promised after it: no read is lost, and none is added. */
    @Test
    void keepsTheIntervalsOverARestart() {
        status = "SUCCEEDED";
        DryRun run = run().recheckingFor(Duration.ZERO);
        for (int cycles = 0; cycles < 60; cycles++) {
            cycle(run, 1);
            run.restart();
        }

        assertThat(read).containsExactly(1, 2, 6, 22);
    }

    @Test
    void watchesAJobAgainThatRunsAgainAfterItWasRetired() {
        status = "SUCCEEDED";
        DryRun run = run().recheckingFor(Duration.ZERO);
        cycle(run, 40);
        assertThat(run.state("job-1").retired()).isNotNull();
        read.clear();

        status = "RUNNING";
        cycle(run, 5);

        assertThat(run.state("job-1").retired()).isNull();
        assertThat(read).endsWith(43, 44, 45);
    }

    /** Time goes on, whatever the wall clock says. */
    @ParameterizedTest
    @ValueSource(strings = {"PT-24H", "PT24H", "P-400D", "P400D"})
    void staysAtItsTurnsThoughTheWallClockIsSet(String step) {
        DryRun run = run();
        cycle(run, 2);
        run.step(Duration.parse(step));
        cycle(run, 3);
        assertThat(read).containsExactly(1, 2, 3, 4, 5);
    }

    private DryRun run() {
        return DryRun.ofListed(this::answer).watching();
    }

    private void cycle(DryRun run, int cycles) {
        for (int more = 0; more < cycles; more++) {
            cycle++;
            run.nextPeriod().sweep();
        }
    }

    private JsonNode answer(PollTask poll) {
        if (poll.isList()) {
            return page("job.status-changed", status, "");
        }
        read.add(cycle);
        return late ? page("checkpoint.changed", "READY", ",\"checkpoint\":\"late\"") : DryRun.json("{\"facts\":[]}");
    }

    private JsonNode page(String kind, String status, String more) {
        return DryRun.json("{\"facts\":[{\"kind\":\"" + kind + "\",\"job\":\"job-1\",\"key\":[\"" + status + "\"],"
                + (ended == null || !status.equals("SUCCEEDED") ? "" : "\"time\":\"" + ended + "\",") + "\"data\":{\"status\":\"" + status + "\",\"statusRaw\":\"" + status + "\"" + more + "}}]}");
    }
}
