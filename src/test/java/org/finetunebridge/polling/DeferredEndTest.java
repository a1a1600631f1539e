package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import org.finetunebridge.state.JobState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An end that is remembered until it is published. */
class DeferredEndTest extends DetectorFixture {

    @BeforeEach
    void watch() {
        watch(new SourceBuilder());
    }

    @Test
    void isRememberedAsItWasSeen() {
        PollTask task = task("job-1", "job", "checkpoints");
        readPage(task, "{\"requestId\":\"r\",\"facts\":[" + status("job-1", "SUCCEEDED") + "]}");
        DeferredEnd remembered = DeferredEnd.of(state("job-1"));

        assertThat(remembered.result().id()).isEqualTo(task.ending().result().id());
        assertThat(remembered.requestId()).isEqualTo("r");
        assertThat(remembered.observedAt()).isEqualTo(START);
    }

    @Test
    void isNoneOfAJobThatHasNotEnded() {
        assertThat(DeferredEnd.of(JobState.blank("acme", "job-1"))).isNull();
    }

    @ParameterizedTest
    @CsvSource({"200, true", "201, false"})
    void isRememberedWithoutTheNameOfARequestThatIsTooLong(int length, boolean named) {
        readPage(task("job-1", "job", "checkpoints"), "{\"requestId\":\"" + "r".repeat(length) + "\",\"facts\":["
                + status("job-1", "SUCCEEDED") + "]}");

        assertThat(state("job-1").deferred().requestId()).isEqualTo(named ? "r".repeat(length) : null);
    }
}
