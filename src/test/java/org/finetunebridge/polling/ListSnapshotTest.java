package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobState.Retired;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListSnapshotTest {

    private final ListSnapshot list = new ListSnapshot(true);

    @Test
    void watchesJobsInTheOrderOfTheListAndEachOnce() {
        list.shows("b", true, null);
        list.shows("old", false, null);
        list.shows("a", true, null);
        list.shows("b", true, null);

        assertThat(list.watched()).containsExactly("b", "a");
    }

    @Test
    void knowsWhichJobsItShowed() {
        list.shows("old", false, null);

        assertThat(list.shows("old")).isTrue();
        assertThat(list.shows("other")).isFalse();
    }

    @Test
    void givesAnEndOutOnce() {
        var end = new DeferredEnd(null, Instant.EPOCH, null);
        list.shows("a", true, end);
        list.shows("a", true, null);

        assertThat(list.ending("a")).isSameAs(end);
        assertThat(list.ending("a")).isNull();
    }

    @Test
    void takesAJobForVanishedThatIsReadStillAndIsShownNoMore() {
        JobState gone = JobState.blank("acme", "gone");
        JobState shown = JobState.blank("acme", "shown");
        JobState retired = JobState.blank("acme", "retired").retired(Retired.OLD);
        list.shows("shown", false, null);

        assertThat(list.vanished(List.of(gone, shown, retired))).containsExactly(gone);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void saysWhetherEndsWait(boolean holds) {
        assertThat(new ListSnapshot(holds).holdsEndings()).isEqualTo(holds);
    }
}
