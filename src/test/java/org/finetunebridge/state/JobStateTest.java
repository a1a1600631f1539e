package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.finetunebridge.state.JobState.Retired;
import org.junit.jupiter.api.Test;

class JobStateTest {

    private static final DeferredEvent END = new DeferredEvent("SUCCEEDED", Instant.EPOCH, null, "{}");
    private final JobState holding = JobState.blank("acme", "job-1").with(PublishedState.NOTHING.withJobStatus("RUNNING",
            "RUNNING")).holding(END);

    @Test
    void holdsAnEndBackUntilItIsTold() {
        assertThat(holding.with(holding.told().withStatus("c-1", "READY")).held()).isEqualTo(END);
        assertThat(holding.with(holding.told().withJobStatus("FAILED", "FAILED")).held()).isEqualTo(END);
        assertThat(holding.with(holding.told().withJobStatus("SUCCEEDED", "SUCCEEDED")).held()).isNull();
    }

    @Test
    void holdsItWhateverElseHappensToTheJob() {
        assertThat(holding.seen().readWhole().with(new Suspension("job", "404", "gone", 1, true, Instant.EPOCH)).held())
                .isEqualTo(END);
    }

    @Test
    void knowsAnEndThatIsHeldOrTold() {
        assertThat(holding.knowsEnd("SUCCEEDED")).isTrue();
        assertThat(holding.knowsEnd("FAILED")).isFalse();
        assertThat(holding.with(holding.told().withJobStatus("FAILED", "FAILED")).knowsEnd("FAILED")).isTrue();
    }

    @Test
    void holdsNothingOnceItIsRetired() {
        assertThat(holding.retired(Retired.VANISHED).held()).isNull();
        assertThat(holding.retired(Retired.OLD).held()).isNull();
    }
}
