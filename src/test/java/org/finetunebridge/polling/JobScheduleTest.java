package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.finetunebridge.polling.JobSchedule.Due;
import org.finetunebridge.polling.RetryPolicy.Failures;
import org.finetunebridge.state.Suspension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobScheduleTest {

    private static final Due PLACE = new Due(5, 1);
    private static final JobSchedule NEW = JobSchedule.of("job-1");
    /** With something in every field. */
    private static final JobSchedule BUSY = new JobSchedule("job-1", List.of("a", "b"), true, true, 3,
            Map.of("a", failures(10, 3, false)), 7, PLACE);

    @ParameterizedTest
    @CsvSource({"1,9,2,1,-1", "2,1,1,9,1", "1,1,1,2,-1", "1,2,1,1,1", "1,1,1,1,0"})
    void comesFirstThatIsDueFirstAndOfEqualOnesTheFirstInOrder(long at, long order, long otherAt, long otherOrder,
            int sign) {
        assertThat(Integer.signum(new Due(at, order).compareTo(new Due(otherAt, otherOrder)))).isEqualTo(sign);
    }

    @Test
    void isDueWithTheFirstOfItsResources() {
        JobSchedule both = NEW.leaving(List.of("a", "b"))
                .with("a", failures(10, 0, false)).with("b", failures(20, 0, false));

        assertThat(both.due()).isEqualTo(10);
        assertThat(both.leaving(List.of("b")).due()).isEqualTo(20);
        assertThat(both.leaving(List.of("a", "c")).due()).as("one never failed").isZero();
        assertThat(NEW.due()).as("nothing is left").isZero();
    }

    @ParameterizedTest
    @CsvSource({"9,b a", "10,a b"})
    void readsLastWhatHasToWait(long now, String order) {
        assertThat(BUSY.dueFirst(now)).containsExactly(order.split(" "));
    }

    @Test
    void saysWhyAResourceIsNotReadThatIsSuspended() {
        var suspension = new Suspension("job", "e", "not there", 1, true, Instant.EPOCH);
        JobSchedule job = NEW.leaving(List.of("a")).with("b", new Failures(1, 0, 0, 0, 0, suspension, "busy", false));

        assertThat(job.whySuspended(List.of("a", "b"))).isEqualTo("not there");
    }

    @Test
    void isAloneAsTheListOrIfAllOfItKeptTheSourceWaiting() {
        assertThat(JobSchedule.of("").leaving(List.of("jobs")).isAlone()).isTrue();
        assertThat(NEW.leaving(List.of("a", "b")).isAlone()).isFalse();
        JobSchedule one = NEW.leaving(List.of("a", "b")).with("a", failures(10, 0, true));
        assertThat(one.isAlone()).as("one of two").isFalse();
        assertThat(one.with("b", failures(10, 0, true)).isAlone()).isTrue();
    }

    @Test
    void isForgettableIfNothingIsToBeKnownOfIt() {
        assertThat(NEW.isForgettable()).isTrue();
        assertThat(NEW.leaving(List.of("a")).isForgettable()).isFalse();
        assertThat(NEW.inFlight(true).isForgettable()).isFalse();
        assertThat(NEW.with("a", failures(10, 0, false)).isForgettable()).isFalse();
        assertThat(NEW.next(0).isForgettable()).isFalse();
    }

    @Test
    void beginsACycleWithoutPages() {
        assertThat(BUSY.beginning(List.of("c"), false))
                .isEqualTo(new JobSchedule("job-1", List.of("c"), true, false, 0, BUSY.failures(), 7, PLACE));
    }

    @Test
    void countsThePagesOfAResourceUntilItsLast() {
        assertThat(BUSY.read("b", false, false)).isEqualTo(busy(List.of("a", "b"), 4, BUSY.failures()));
        assertThat(BUSY.read("b", true, false)).isEqualTo(busy(List.of("a"), 0, BUSY.failures()));
        assertThat(BUSY.read("b", false, true)).as("the last of all").isEqualTo(busy(List.of(), 4, BUSY.failures()));
    }

    /** A page that did not come before: the fourth, where the third was the last before it failed. */
    @Test
    void failsAnewOnceAFurtherPageCame() {
        Failures before = failures(10, 3, false);

        assertThat(BUSY.read("a", false, false).failures("a")).isEqualTo(before.progressed());
        assertThat(BUSY.with("a", failures(10, 4, false)).read("a", false, false).failures("a"))
                .as("a page that came before")
                .isEqualTo(failures(10, 4, false));
        assertThat(BUSY.with("a", failures(10, 9, false)).read("a", true, false).failures())
                .as("the last page").isEmpty();
    }

    @Test
    void changesOneThingAlone() {
        assertThat(BUSY.inFlight(false))
                .isEqualTo(new JobSchedule("job-1", List.of("a", "b"), false, true, 3, BUSY.failures(), 7, PLACE));
        assertThat(BUSY.inFlight(true).inFlight()).isTrue();
        assertThat(NEW.asCounted()).isEqualTo(new JobSchedule("job-1", List.of(), false, true, 0, Map.of(), -1, null));
        assertThat(BUSY.next(8))
                .isEqualTo(new JobSchedule("job-1", List.of("a", "b"), true, true, 3, BUSY.failures(), 8, PLACE));
        assertThat(BUSY.queued(null))
                .isEqualTo(new JobSchedule("job-1", List.of("a", "b"), true, true, 3, BUSY.failures(), 7, null));
        assertThat(BUSY.without("a")).isEqualTo(busy(List.of("b"), 3, BUSY.failures()));
        assertThat(BUSY.with("a", null)).isEqualTo(busy(List.of("a", "b"), 3, Map.of()));
    }

    private static JobSchedule busy(List<String> left, int pages, Map<String, Failures> failures) {
        return new JobSchedule("job-1", left, true, true, pages, failures, 7, PLACE);
    }

    private static Failures failures(long until, int page, boolean ofAll) {
        return new Failures(1, 0, page, 0, until, null, "busy", ofAll);
    }
}
