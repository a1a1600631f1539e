package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.junit.jupiter.api.Test;

/** A resource that fails for ever costs one dead letter, and keeps nothing else from being read. */
class FailingForEverTest {

    private static final ProviderException NOT_THERE = new ProviderException(ErrorAction.JOB, "not there", 404, "", null, null, null);
    private static final ProviderException REFUSED = new ProviderException(ErrorAction.SOURCE, "refused", 401, "", null, null, null);

    private final Map<String, ProviderException> failures = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private String status = "RUNNING";

    @Test
    void resourceLeavesTheOthersBeingReadInEveryCycle() {
        failures.put("events", NOT_THERE);
        var run = DryRun.ofListedWithEvents(this::answer).watching();
        cycles(run, 40);

        assertThat(asked).filteredOn("checkpoints"::equals).hasSize(40);
        assertThat(asked).filteredOn("events"::equals).hasSizeBetween(2, 8);
        assertThat(run.sink.deadLetters()).hasSize(1);
    }

    @Test
    void detailsLetAJobThatEndedRetire() {
        failures.put("events", NOT_THERE);
        failures.put("checkpoints", NOT_THERE);
        status = "SUCCEEDED";
        var run = DryRun.ofListedWithEvents(this::answer).recheckingFor(Duration.ZERO).watching();
        cycles(run, 8 * 120);

        assertThat(run.state("job-1").retired()).isNotNull();
        assertThat(run.sink.deadLetters()).hasSize(1);
        asked.clear();
        cycles(run, 120);
        assertThat(asked).containsOnly("jobs");
    }

    @Test
    void listThatIsRefusedIsAskedLessAndLessThoughJobsCanBeRead() {
        var run = DryRun.ofListedWithJobs(this::answer).watching();
        cycles(run, 1);
        failures.put("jobs", REFUSED);
        cycles(run, 12 * 120);

        assertThat(asked).filteredOn("jobs"::equals).as("in twelve hours").hasSizeBetween(12, 30);
        assertThat(run.sink.deadLetters()).hasSize(1);
    }

    private static void cycles(DryRun run, int count) {
        for (int cycle = 0; cycle < count; cycle++) {
            run.nextPeriod().sweep();
        }
    }

    private JsonNode answer(PollTask task) {
        asked.add(task.getResource());
        if (failures.containsKey(task.getResource())) {
            throw failures.get(task.getResource());
        }
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        page.putArray("facts");
        if (task.getResource().startsWith("job")) {
            ObjectNode fact = page.withArray("facts").addObject().put("kind", "job.status-changed").put("job", "job-1");
            fact.putArray("key").add("job.status-changed").add(status);
            fact.putObject("data").put("status", status).put("statusRaw", status);
        }
        return page;
    }
}
