package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.finetunebridge.polling.JobSchedule.Due;
import org.junit.jupiter.api.Test;

class JobQueueTest {

    private static final JobSchedule A = job("a");
    private static final JobSchedule B = job("b");

    @Test
    void givesTheJobThatIsDueFirstAndOfEqualOnesTheFirstQueued() {
        JobQueue queue = JobQueue.EMPTY.queued(A, 20).queued(B, 10).queued(job("c"), 10);

        assertThat(queue.first().job()).isEqualTo("b");
        assertThat(queue.unqueued(queue.first()).first().job()).isEqualTo("c");
        assertThat(queue.isEmpty()).isFalse();
        assertThat(JobQueue.EMPTY.isEmpty()).isTrue();
    }

    @Test
    void movesAJobThatIsQueuedAgain() {
        JobQueue queue = JobQueue.EMPTY.queued(A, 10).queued(B, 15);
        JobQueue moved = queue.queued(queue.first(), 20);

        assertThat(moved.first().job()).isEqualTo("b");
        assertThat(moved.due()).hasSize(2);
        assertThat(moved.of("a").queued()).isEqualTo(new Due(20, 2));
    }

    @Test
    void knowsNothingOfAJobThatNeverCame() {
        assertThat(JobQueue.EMPTY.of("a")).isEqualTo(JobSchedule.of("a"));
        assertThat(JobQueue.EMPTY.with(A).of("a")).isSameAs(A);
    }

    @Test
    void forgetsAJobOfWhichThereIsNothingToKnow() {
        assertThat(JobQueue.EMPTY.with(A).with(JobSchedule.of("a")).jobs()).isEmpty();
    }

    @Test
    void retainsOthersOnlyIfTheyAreStillToBeRead() {
        JobSchedule known = JobSchedule.of("c").next(5);
        JobQueue queue = JobQueue.EMPTY.with(A).with(JobSchedule.of("b").next(5)).with(known);

        assertThat(queue.retained("c"::equals).jobs()).containsOnlyKeys("a", "c");
    }

    @Test
    void unqueuesAJobThatIsTakenAndCountsIt() {
        JobQueue queue = JobQueue.EMPTY.queued(A, 10);
        JobQueue taken = queue.taken(queue.first());

        assertThat(taken.isEmpty()).isTrue();
        assertThat(taken.of("a")).isEqualTo(A.inFlight(true));
        assertThat(taken.inFlight()).isOne();
        assertThat(JobQueue.EMPTY.taken(A).inFlight()).as("one that was not queued").isOne();
    }

    @Test
    void countsThoseThatAreRead() {
        JobQueue two = JobQueue.EMPTY.taken(A).taken(B);
        assertThat(two.reading()).isEqualTo(2);

        JobQueue awaiting = two.awaiting("a");
        assertThat(awaiting.reading()).isOne();
        assertThat(awaiting.inFlight()).isEqualTo(2);
        JobQueue returned = awaiting.returned(awaiting.of("a"));
        assertThat(returned.reading()).isOne();
        assertThat(returned.inFlight()).isOne();
        assertThat(returned.awaiting()).isEmpty();
        assertThat(returned.of("a").inFlight()).isFalse();
    }

    @Test
    void keepsTheOrderOfTheQueueWhateverIsTaken() {
        JobQueue queue = JobQueue.EMPTY.queued(A, 10).queued(B, 10);
        JobQueue later = queue.taken(queue.first()).awaiting("a").queued(job("c"), 10);

        assertThat(later.due().keySet()).containsExactly(new Due(10, 1), new Due(10, 2));
    }

    private static JobSchedule job(String name) {
        return JobSchedule.of(name).leaving(List.of("events"));
    }
}
