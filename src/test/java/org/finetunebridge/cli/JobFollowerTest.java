package org.finetunebridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.finetunebridge.cli.JobFollower.Outcome;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.Suspension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When following a job is over, and how. */
class JobFollowerTest {

    private static final Suspension PARKED = new Suspension("job", "job 404", "HTTP 404 gone", 1, true, Instant.MAX);
    private static final Suspension WAITS = new Suspension("throttled", "429", "HTTP 429", 1, false, Instant.MAX);
    private static final CycleResult ONE_READ = new CycleResult(1, 0, null);
    private static final CycleResult FAILED = new CycleResult(0, 1, "HTTP 503");

    private final SourceSettings dashscope = source("dashscope", "30s");
    private final JobState running = state("dashscope", "RUNNING");

    @ParameterizedTest
    @CsvSource({"SUCCEEDED,0", "FAILED,3", "CANCELLED,3"})
    void isOverWithTheEnd(String status, int exit) {
        Outcome outcome = JobFollower.of(state("dashscope", status), null, dashscope, ONE_READ, null);
        assertThat(outcome.exit()).isEqualTo(exit);
        JobState partly = state("dashscope", status).suspended("checkpoints", PARKED);
        assertThat(JobFollower.of(partly, PARKED, dashscope, FAILED, Duration.ofHours(1)).exit()).isEqualTo(exit);
    }

    @ParameterizedTest
    @CsvSource({"PENDING", "QUEUED", "RUNNING", "PAUSED", "CANCELLING", "UNKNOWN"})
    void goesOnWithAnyOtherStatus(String status) {
        assertThat(JobFollower.of(state("dashscope", status), null, dashscope, ONE_READ, null)).isNull();
    }

    @Test
    void isOverIfTheAccountOrTheJobIsRefused() {
        assertThat(JobFollower.of(running, PARKED, dashscope, FAILED, null)).isEqualTo(
                new Outcome(1, "dashscope job j cannot be read: HTTP 404 gone"));
        assertThat(JobFollower.of(running.suspended("job", PARKED), null, dashscope, FAILED, null).exit()).isOne();
        assertThat(JobFollower.of(running.suspended("checkpoints", PARKED), null, dashscope, FAILED, null)).isNull();
        JobState minimax = state("minimax", null).suspended("events", PARKED);
        assertThat(JobFollower.of(minimax, null, source("minimax", "30s"), FAILED, null).exit()).isOne();
    }

    @Test
    void goesOnWhileItIsOnlyAskedToWait() {
        assertThat(JobFollower.of(running, WAITS, dashscope, FAILED, null)).isNull();
        assertThat(JobFollower.of(running.suspended("job", WAITS), WAITS, dashscope, FAILED, null)).isNull();
    }

    @Test
    void givesUpAfterTwoMinutesOnlyWhatWasNeverRead() {
        JobState blank = JobState.blank("dashscope", "j");
        assertThat(JobFollower.of(blank, null, dashscope, FAILED, Duration.ofSeconds(119))).isNull();
        assertThat(JobFollower.of(blank, null, dashscope, FAILED, Duration.ofSeconds(120))).isEqualTo(
                new Outcome(1, "dashscope job j cannot be read: HTTP 503"));
        assertThat(JobFollower.of(blank, null, dashscope, ONE_READ, Duration.ofHours(9))).isNull();
        assertThat(JobFollower.of(running, null, dashscope, FAILED, null)).isNull();
        assertThat(JobFollower.of(blank, null, source("dashscope", "1h"), FAILED, Duration.ofSeconds(90)).exit()).isOne();
    }

    private static JobState state(String source, String status) {
        return JobState.blank(source, "j").with(new PublishedState(status, Map.of("", List.of("x")), List.of(), Map.of()));
    }

    private static SourceSettings source(String name, String period) {
        try {
            var providers = new ProviderRegistry(new RouteFiles(JobFollowerTest.class.getClassLoader(), List.of(),
                    List.of(Path.of("routes"))));
            Map<String, String> keys = new HashMap<>(Map.of("bridge.sources", name, name + ".api-key", "sk", name + ".period", period));
            return new SettingsReader(providers, (cron, zone, now) -> null, () -> Instant.EPOCH).read(keys).only(name, "j").sources().get(0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
