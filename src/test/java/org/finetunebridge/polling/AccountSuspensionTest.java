package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.state.JobState;
import org.junit.jupiter.api.Test;

/** A refused key is found out by one of several tasks in flight: none of the others may undo what it wrote. */
class AccountSuspensionTest {

    private static final Duration LONGER_THAN_ANY_WAIT = Duration.ofMinutes(61);

    private final Set<String> refused = new HashSet<>();
    private Runnable awaiting = () -> { };
    private final DryRun run = DryRun.ofListed(this::answer).watching();

    /** Both were compared with the state before the refusal; the page is committed after it. */
    @Test
    void pageThatWasReadBeforeTheRefusalKeepsTheSuspension() {
        List<PollTask> tasks = inFlight();
        refused.add(tasks.get(1).getJob());
        run.beforeCommit(() -> {
            run.beforeCommit(() -> { });
            run.finish(tasks.get(1));
        });
        run.finish(tasks.get(0));

        assertThat(account().suspensions()).containsOnlyKeys(JobState.WHOLE);
        assertThat(run.suspension().parked()).isTrue();
        assertThat(run.sink.deadLetters()).hasSize(1);
    }

    /** It was asked for before, so that its answer says nothing of the key now. */
    @Test
    void answerThatWasAwaitedDuringTheRefusalKeepsTheSuspension() {
        List<PollTask> tasks = inFlight();
        refused.add(tasks.get(1).getJob());
        awaiting = () -> run.finish(tasks.get(1));
        run.finish(tasks.get(0));

        assertThat(run.state(tasks.get(0).getJob()).suspensions()).isEmpty();
        assertThat(account().suspensions()).containsOnlyKeys(JobState.WHOLE);
        assertThat(run.suspension().parked()).isTrue();
    }

    @Test
    void refusalsOfAllTasksInFlightAreOneDeadLetter() {
        List<PollTask> tasks = inFlight();
        tasks.forEach(task -> refused.add(task.getJob()));
        tasks.forEach(run::finish);

        assertThat(run.sink.deadLetters()).hasSize(1);
        assertThat(account().suspensions().get(JobState.WHOLE).attempts()).isEqualTo(1);
    }

    /** Two that find out at once would overwrite each other's finding. */
    @Test
    void oneTaskAloneFindsOutWhetherTheAccountCanBeReadAgain() {
        List<PollTask> tasks = inFlight();
        refused.add(tasks.get(1).getJob());
        run.finish(tasks.get(1));
        run.later(LONGER_THAN_ANY_WAIT);
        assertThat(run.begin()).as("beside a task that is still in flight").isEmpty();
        tasks.stream().filter(task -> task != tasks.get(1)).forEach(run::finish);
        run.later(Duration.ofSeconds(5));

        List<PollTask> probe = run.take();
        assertThat(probe).hasSize(1);
        assertThat(run.take()).isEmpty();
        assertThat(account().suspensions()).containsKey(JobState.WHOLE);
        refused.clear();
        run.finish(probe.get(0));

        assertThat(account().suspensions()).isEmpty();
        assertThat(run.take()).as("then as many as before").hasSizeGreaterThan(1);
        assertThat(run.sink.deadLetters()).hasSize(1);
    }

    /** As many tasks of jobs as may be in flight, each of another job. */
    private List<PollTask> inFlight() {
        run.begin().forEach(run::finish);
        List<PollTask> tasks = run.take();
        assertThat(tasks).hasSize(4);
        return tasks;
    }

    private JobState account() {
        return run.state("");
    }

    private JsonNode answer(PollTask task) {
        Runnable meanwhile = awaiting;
        awaiting = () -> { };
        meanwhile.run();
        if (refused.contains(task.getJob())) {
            throw new ProviderException(ErrorAction.SOURCE, "refused", 401, "", null, null, null);
        }
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        page.putArray("facts");
        if (task.isList()) {
            IntStream.range(0, 8).forEach(job -> {
                ObjectNode fact = page.withArray("facts").addObject().put("kind", "job.status-changed").put("job", "job-" + job);
                fact.putArray("key").add("RUNNING");
                fact.putObject("data").put("status", "RUNNING").put("statusRaw", "RUNNING");
            });
        }
        return page;
    }
}
