package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.finetunebridge.polling.PollAction.Read;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tasks of a source that are in flight, or were left. */
class OpenTasksTest extends DetectorFixture {

    private OpenTasks tasks;

    @BeforeEach
    void watch() {
        watch(new SourceBuilder());
        tasks = new OpenTasks(source);
    }

    @Test
    void goesOnWithATaskThatWasLeftInThisCycleOrTheOneBefore() {
        PollTask task = begin("job-1", "job", "checkpoints");
        tasks.end(task);
        assertThat(begin("job-1", "checkpoints", "job")).isSameAs(task);
        tasks.beginCycle();
        assertThat(begin("job-1", "job", "checkpoints")).isSameAs(task);
        tasks.beginCycle();
        tasks.beginCycle();

        assertThat(begin("job-1", "job", "checkpoints")).isNotSameAs(task);
    }

    @Test
    void beginsAnewIfSomethingElseIsToBeRead() {
        PollTask task = begin("job-1", "job", "checkpoints");

        assertThat(begin("job-1", "checkpoints")).isNotSameAs(task);
    }

    @Test
    void readsTheListFromItsBeginningInEveryCycle() {
        PollTask list = begin("", "jobs");
        assertThat(begin("", "jobs")).isSameAs(list);
        tasks.beginCycle();

        assertThat(begin("", "jobs")).isNotSameAs(list);
    }

    @Test
    void beginsAnewWithWhatWasReadToItsEnd() {
        PollTask task = begin("job-1");
        tasks.end(task);

        assertThat(begin("job-1")).isNotSameAs(task);
    }

    @Test
    void saysWhetherItWasReportedWhatBecameOfATask() {
        PollTask task = begin("job-1", "job");
        assertThat(tasks.end(task)).isFalse();
        begin("job-1", "job");
        tasks.reading(task, session());
        assertThat(tasks.reported(task)).isEqualTo("job");
        assertThat(tasks.end(task)).isTrue();
    }

    /** With the answer that the list has shown it in, if it did so in this cycle. */
    @Test
    void holdsTheEndThatIsStillToBePublished() {
        read(list(), status("job-1", "SUCCEEDED"));
        DeferredEnd remembered = DeferredEnd.of(state("job-1"));
        assertThat(begin("job-1", "job").ending()).isEqualTo(remembered);
        PollTask list = begin("", "jobs");
        tasks.reading(list, session());
        DeferredEnd shown = new DeferredEnd(remembered.result(), now.plusSeconds(1), null);
        list.listing().shows("job-1", true, shown);
        list.listing().shows("job-2", true, shown);

        assertThat(begin("job-1", "job", "checkpoints").ending()).isSameAs(shown);
        assertThat(begin("job-2", "job").ending()).as("it is published meanwhile").isNull();
    }

    @Test
    void knowsNoEndWhileTheSinkIsNotOpen() {
        assertThat(tasks.begin(new Read("job-1", List.of("job"), false), null).ending()).isNull();
    }

    private PollTask begin(String job, String... resources) {
        return tasks.begin(new Read(job, List.of(resources), false), session());
    }
}
