package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.finetunebridge.state.JobState.Retired;
import org.junit.jupiter.api.Test;

class JobStateTest {

    private static final DeferredEvent END = new DeferredEvent("SUCCEEDED", Instant.EPOCH, null, "{}");
    private final JobState deferring = JobState.blank("acme", "job-1").with(PublishedState.NOTHING.withJobStatus("RUNNING",
            "RUNNING")).deferring(END);

    @Test
    void holdsAnEndBackUntilItIsPublished() {
        assertThat(deferring.with(deferring.published().withStatus("c-1", "READY", null)).deferred()).isEqualTo(END);
        assertThat(deferring.with(deferring.published().withJobStatus("FAILED", "FAILED")).deferred()).isEqualTo(END);
        assertThat(deferring.with(deferring.published().withJobStatus("SUCCEEDED", "SUCCEEDED")).deferred()).isNull();
    }

    @Test
    void holdsItWhateverElseHappensToTheJob() {
        assertThat(deferring.seen().readWhole(Instant.EPOCH, Duration.ofHours(1), Duration.ofDays(7)).suspended("", new Suspension("job", "404", "gone", 1, true, Instant.EPOCH)).deferred())
                .isEqualTo(END);
    }

    @Test
    void knowsAnEndThatIsHeldOrPublished() {
        assertThat(deferring.knowsEnd("SUCCEEDED")).isTrue();
        assertThat(deferring.knowsEnd("FAILED")).isFalse();
        assertThat(deferring.with(deferring.published().withJobStatus("FAILED", "FAILED")).knowsEnd("FAILED")).isTrue();
    }

    @Test
    void holdsNothingOnceItIsRetired() {
        assertThat(deferring.retired(Retired.VANISHED).deferred()).isNull();
        assertThat(deferring.retired(Retired.OLD).deferred()).isNull();
    }
}
