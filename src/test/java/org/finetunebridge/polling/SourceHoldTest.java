package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.polling.RetryPolicy.Decision;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.Suspension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceHoldTest {

    private static final Moment NOW = new Moment(1_000, Instant.parse("2026-03-01T00:00:00Z"));
    private static final Suspension PARKED = suspension(true);
    private static final Suspension WAITING = suspension(false);
    private static final long RECALLED = NOW.nanos() + 60_000_000_000L;
    /** With something in every field. */
    private static final SourceHold BUSY = new SourceHold(50, 60, WAITING, true, "job-1", 3, 4, 70, "full");

    @ParameterizedTest
    @CsvSource({"5,3,5", "3,5,5"})
    void endsWithTheLaterOfWhatHoldsIt(long until, long restUntil, long end) {
        assertThat(new SourceHold(until, restUntil, null, false, null, 0, 0, 0, null).end()).isEqualTo(end);
    }

    @Test
    void recallsASuspensionFromTheStateAndWaitsForIt() {
        SourceHold hold = SourceHold.NONE.recalled(own(JobState.WHOLE, PARKED), false, false, NOW);

        assertThat(hold).isEqualTo(new SourceHold(RECALLED, 0, PARKED, true, null, 0, 0, 0, null));
    }

    @Test
    void recallsNothingFromAStateThatHoldsNothing() {
        assertThat(SourceHold.NONE.recalled(JobState.blank("acme", ""), false, true, NOW)).isEqualTo(SourceHold.NONE);
    }

    /** A suspended account is looked at; one that asked to wait is not. */
    @Test
    void looksAtOnceAtWhatIsSuspendedButNotAtWhatWaits() {
        assertThat(SourceHold.NONE.recalled(own(JobState.WHOLE, PARKED), true, false, NOW).until()).isZero();
        assertThat(SourceHold.NONE.recalled(own(JobState.WHOLE, WAITING), true, false, NOW).until())
                .isEqualTo(RECALLED);
    }

    @Test
    void believesItsOwnSuspensionMoreThanTheState() {
        SourceHold hold = BUSY.recalled(own(JobState.WHOLE, PARKED), false, false, NOW);

        assertThat(hold).isEqualTo(new SourceHold(50, 60, WAITING, true, null, 3, 4, 70, "full"));
    }

    @Test
    void forgetsWhatIsRememberedOfTheListOnceJobsAreGiven() {
        assertThat(SourceHold.NONE.recalled(own(JobState.LIST, PARKED), false, true, NOW).probing()).isTrue();
        assertThat(SourceHold.NONE.recalled(own(JobState.LIST, PARKED), false, false, NOW).probing()).isFalse();
    }

    @Test
    void countsASuspensionOfTheAccountMoreThanOneOfItsList() {
        SourceHold parked = hold(PARKED);
        Suspension ofList = new Suspension("job", "list", "no list", 1, true, NOW.wall());

        assertThat(parked.worse(ofList)).isSameAs(PARKED);
        assertThat(parked.worse(null)).isSameAs(PARKED);
        assertThat(BUSY.worse(ofList)).as("one that only waits").isSameAs(ofList);
        assertThat(SourceHold.NONE.worse(ofList)).isSameAs(ofList);
    }

    @Test
    void restsAfterAnAnswerThatSaysSo() {
        assertThat(BUSY.answered(Duration.ofNanos(5), NOW)).isEqualTo(
                new SourceHold(50, NOW.nanos() + 5, WAITING, true, "job-1", 0, 4, 70, "full"));
        assertThat(BUSY.answered(null, NOW))
                .isEqualTo(new SourceHold(50, 60, WAITING, true, "job-1", 0, 4, 70, "full"));
    }

    @Test
    void isSuspendedNoMoreOnceTheJobThatFindsOutWasReadWhole() {
        assertThat(BUSY.committed("job-1", true))
                .isEqualTo(new SourceHold(50, 60, null, false, "job-1", 3, 0, 70, "full"));
        SourceHold still = new SourceHold(50, 60, WAITING, true, "job-1", 3, 0, 70, "full");
        assertThat(BUSY.committed("job-1", false)).as("one page of it").isEqualTo(still);
        assertThat(BUSY.committed("job-2", true)).as("another job").isEqualTo(still);
        assertThat(hold(null).committed("job-2", true).probing()).as("none was").isFalse();
    }

    @Test
    void countsFailuresWithoutAnAnswerBetween() {
        assertThat(BUSY.failed()).isEqualTo(new SourceHold(50, 60, WAITING, true, "job-1", 4, 4, 70, "full"));
    }

    @Test
    void waitsForADecisionThatIsOfTheWholeSourceOnly() {
        assertThat(BUSY.decided(new Decision(null, PARKED, 90, true, true)))
                .isEqualTo(new SourceHold(90, 60, PARKED, true, "job-1", 3, 4, 70, "full"));
        assertThat(BUSY.decided(new Decision(null, null, 90, true, false))).isEqualTo(
                new SourceHold(90, 60, WAITING, true, "job-1", 3, 4, 70, "full"));
        assertThat(SourceHold.NONE.decided(new Decision(null, null, 90, true, false)).probing()).isFalse();
        assertThat(BUSY.decided(new Decision(null, PARKED, 90, false, true))).isSameAs(BUSY);
    }

    @Test
    void forgetsASuspensionThatTheSinkMayNotHold() {
        assertThat(BUSY.unwritable("gone", 99))
                .isEqualTo(new SourceHold(50, 60, null, true, "job-1", 3, 5, 70, "gone"));
        assertThat(SourceHold.NONE.unwritable("gone", 99)).as("since its first failure")
                .isEqualTo(new SourceHold(0, 0, null, false, null, 0, 1, 99, "gone"));
    }

    @ParameterizedTest
    @CsvSource({"40,50", "80,80"})
    void isHeldNoShorterThanBefore(long moment, long until) {
        assertThat(BUSY.heldUntil(moment))
                .isEqualTo(new SourceHold(until, 60, WAITING, true, "job-1", 3, 4, 70, "full"));
    }

    @Test
    void changesTheJobThatFindsOutAlone() {
        assertThat(BUSY.probed("job-2")).isEqualTo(new SourceHold(50, 60, WAITING, true, "job-2", 3, 4, 70, "full"));
    }

    private static SourceHold hold(Suspension suspension) {
        return new SourceHold(0, 0, suspension, false, null, 0, 0, 0, null);
    }

    private static JobState own(String resource, Suspension suspension) {
        return new JobState("acme", "", JobState.blank("acme", "")
                .published(), 0, null, Map.of(resource, suspension), null, null, null);
    }

    private static Suspension suspension(boolean parked) {
        return new Suspension("source", "e", "refused", 1, parked, NOW.wall().plusSeconds(60));
    }
}
