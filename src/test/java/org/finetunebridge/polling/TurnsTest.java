package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In which sweeps a job is read that is watched already. */
class TurnsTest {

    private final List<Integer> read = new ArrayList<>();
    private String status = "RUNNING";
    private boolean late;
    private int sweep;

    /** The first sweep waits for nobody, and two others are never further apart than the period. */
    @Test
    void waitsEquallyLongBeforeEverySweepButTheFirst() {
        DryRun run = run();
        assertThat(run.jitter()).isZero();
        sweep(run, 1);
        Duration jitter = run.jitter();
        sweep(run, 1);

        assertThat(jitter).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(3)).isEqualTo(run.jitter());
    }

    @Test
    void readsAJobThatRunsInEverySweep() {
        sweep(run(), 6);

        assertThat(read).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void readsAJobThatWaitsInEveryThirdSweep() {
        status = "QUEUED";
        sweep(run(), 10);

        assertThat(read).hasSizeBetween(4, 5).startsWith(1);
        assertThat(read.subList(1, read.size())).allSatisfy(at -> assertThat(at % 3).isEqualTo(read.get(1) % 3));
    }

    @Test
    void readsAJobThatEndedAtLongerAndLongerIntervalsAndThenNeverAgain() {
        status = "SUCCEEDED";
        sweep(run(), 60);

        assertThat(read).hasSize(4).startsWith(1, 2);
        assertThat(read.get(2) - read.get(1)).isBetween(1, 4);
        assertThat(read.get(3) - read.get(2)).isBetween(1, 16);
    }

    @Test
    void beginsAnewWithAnythingThatComesLate() {
        status = "SUCCEEDED";
        DryRun run = run();
        sweep(run, 2);
        late = true;
        sweep(run, 60);

        assertThat(run.published("checkpoint")).contains("late");
        int seen = read.get(2);
        assertThat(read).hasSize(6).contains(seen + 1);
    }

    private DryRun run() {
        return DryRun.ofListed(this::answer).watching();
    }

    private void sweep(DryRun run, int sweeps) {
        for (int more = 0; more < sweeps; more++) {
            sweep++;
            run.later(Duration.ofSeconds(30)).sweep();
        }
    }

    private JsonNode answer(PollTask poll) {
        if (poll.isList()) {
            return page("job.status-changed", status, "");
        }
        read.add(sweep);
        return late ? page("checkpoint.changed", "READY", ",\"checkpoint\":\"late\"") : DryRun.json("{\"facts\":[]}");
    }

    private static JsonNode page(String kind, String status, String more) {
        return DryRun.json("{\"facts\":[{\"kind\":\"" + kind + "\",\"job\":\"job-1\",\"key\":[\"" + status + "\"],"
                + "\"data\":{\"status\":\"" + status + "\",\"statusRaw\":\"" + status + "\"" + more + "}}]}");
    }
}
