package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.finetunebridge.provider.Provider.PaginationConfig;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;
import org.junit.jupiter.api.Test;

/** A way back through a list that was interrupted is gone on with where it was left. */
class InterruptedReadingsTest {

    private static final PaginationConfig WAYS = new PaginationConfig(Set.of(), Set.of(), Set.of("events"), Set.of(),
            Set.of(), Set.of(), Set.of(), Map.of());
    private static final ListPosition FIRST = ListPosition.at("first", 0);
    private static final ListPosition BACK = FIRST.back("second", List.of()).back("third", List.of());
    private static final ListReader.Step BEGINS = step(FIRST.back("second", List.of()));

    private final SinkSession session = SinkSession.blank();
    private final InterruptedReadings readings = new InterruptedReadings();

    @Test
    void goesOnWhereItWasLeft() {
        readings.reading(at("job-1", BACK, session));

        ListPosition resumed = readings.resumed(at("job-1", FIRST, session), BEGINS).next();
        assertThat(resumed).isEqualTo(BACK.afterInterruption());
        assertThat(readings.resumed(at("job-1", FIRST, session), BEGINS)).as("once").isSameAs(BEGINS);
    }

    @Test
    void goesOnWithNothingThatBeginsOtherwise() {
        readings.reading(at("job-1", BACK, session));
        ListReader.Step further = step(BACK.back("fourth", List.of()));
        ListReader.Step forth = step(BACK.forth().forth());

        assertThat(readings.resumed(at("job-1", BACK, session), further)).isSameAs(further);
        assertThat(readings.resumed(at("job-1", FIRST, session), forth)).as("it met what is known").isSameAs(forth);
        assertThat(readings.resumed(at("job-1", FIRST, session), BEGINS)).as("it is kept").isNotSameAs(BEGINS);
    }

    @Test
    void forgetsAReadingWhoseListIsReadToItsEnd() {
        readings.reading(at("job-1", BACK, session));
        readings.resumed(at("job-1", FIRST, session), step(null));

        assertThat(readings.resumed(at("job-1", FIRST, session), BEGINS)).isSameAs(BEGINS);
    }

    @Test
    void forgetsAReadingWhoseWayForwardIsOver() {
        readings.reading(at("job-1", BACK, session));
        readings.reading(at("job-1", FIRST, session));
        assertThat(readings.resumed(at("job-1", FIRST, session), BEGINS)).as("another begins").isNotSameAs(BEGINS);

        readings.reading(at("job-1", BACK, session));
        readings.reading(at("job-1", BACK.forth().forth(), session));
        assertThat(readings.resumed(at("job-1", FIRST, session), BEGINS)).as("the newest page").isSameAs(BEGINS);

        readings.reading(at("job-1", BACK, session));
        readings.reading(at("job-1", FIRST.readAgain(), session));
        assertThat(readings.resumed(at("job-1", FIRST, session), BEGINS)).as("its place is lost").isSameAs(BEGINS);
    }

    /** What was published on the way forward may be lost with the session; on the way back nothing was. */
    @Test
    void goesOnInAnotherSessionOnTheWayBackOnly() {
        SinkSession other = SinkSession.blank();
        readings.reading(at("job-1", BACK, session));
        assertThat(readings.resumed(at("job-1", FIRST, other), BEGINS)).isNotSameAs(BEGINS);

        readings.reading(at("job-1", BACK.forth(), session));
        assertThat(readings.resumed(at("job-1", FIRST, other), BEGINS)).isSameAs(BEGINS);
        readings.reading(at("job-1", BACK.forth(), session));
        assertThat(readings.resumed(at("job-1", FIRST, session), BEGINS)).isNotSameAs(BEGINS);

        ListPosition passed = new ListPosition("a", 0, null, BACK.newer(), "b", false, false, false);
        readings.reading(at("job-1", passed, session));
        assertThat(readings.resumed(at("job-1", FIRST, other), BEGINS)).as("a page was published").isSameAs(BEGINS);
    }

    @Test
    void forgetsAReadingWhosePagesWereNotCommitted() {
        readings.reading(at("job-1", BACK, session));
        readings.reading(at("job-2", BACK, session));
        readings.forget(at("job-1", FIRST, session));

        assertThat(readings.resumed(at("job-1", FIRST, session), BEGINS)).isSameAs(BEGINS);
        assertThat(readings.resumed(at("job-2", FIRST, session), BEGINS)).isNotSameAs(BEGINS);
    }

    @Test
    void keepsAThousandReadings() {
        List<PollTask> tasks = IntStream.range(0, 1_001).mapToObj(job -> at("job-" + job, BACK, session)).toList();
        tasks.subList(0, 1_000).forEach(readings::reading);
        assertThat(readings.resumed(at("job-0", FIRST, session), BEGINS)).isNotSameAs(BEGINS);
        readings.reading(tasks.get(0));
        readings.reading(tasks.get(1_000));

        assertThat(readings.resumed(at("job-1", FIRST, session), BEGINS)).as("the oldest").isSameAs(BEGINS);
        assertThat(readings.resumed(at("job-2", FIRST, session), BEGINS)).isNotSameAs(BEGINS);
        assertThat(readings.resumed(at("job-0", FIRST, session), BEGINS)).isNotSameAs(BEGINS);
    }

    private static PollTask at(String job, ListPosition place, SinkSession session) {
        var task = new PollTask("acme", job, List.of("events"), WAYS);
        task.ready(session);
        task.place(place);
        return task;
    }

    private static ListReader.Step step(ListPosition next) {
        return new ListReader.Step(StateDiff.none(PublishedState.NOTHING), next, null);
    }
}
