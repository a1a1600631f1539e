package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.finetunebridge.observability.health.SourceHealth;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.state.JobState.Retired;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A resource that fails for ever costs one dead letter, and keeps nothing else from being read. */
class FailingForEverTest {

    private static final ProviderException NOT_THERE = new ProviderException(ErrorAction.JOB, "not there", 404, "", null, null, null);
    private static final ProviderException REFUSED = new ProviderException(ErrorAction.SOURCE, "refused", 401, "", null, null, null);

    private final Map<String, ProviderException> failures = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<Instant> events = new ArrayList<>();
    private String status = "RUNNING";
    private int jobs = 1;
    private DryRun run;

    /** The cycle in which it fails first, those in which it is asked again, and those between. */
    @ParameterizedTest
    @ValueSource(strings = {"events", "checkpoints"})
    void resourceLeavesTheOtherBeingReadInEveryCycle(String failing) {
        String other = failing.equals("events") ? "checkpoints" : "events";
        run = DryRun.ofListedWithEvents(this::answer).watching();
        cycles(run, 2);
        failures.put(failing, NOT_THERE);
        for (int cycle = 0; cycle < 240; cycle++) {
            asked.clear();
            cycles(run, 1);
            assertThat(asked).as("cycle %d", cycle).filteredOn(other::equals).hasSize(1);
        }

        assertThat(run.sink.deadLetters()).hasSize(1);
        failures.clear();
        cycles(run, 121);
        asked.clear();
        cycles(run, 1);
        assertThat(asked).as("once it can be read again").containsExactlyInAnyOrder("jobs", "events", "checkpoints");
    }

    /** What is read of the job meanwhile does not shorten the wait, and a restart does not either. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void resourceIsAskedAfterItsOwnWaitOnly(boolean restarts) {
        failures.put("events", NOT_THERE);
        run = DryRun.ofListedWithEvents(this::answer).watching();
        for (int cycle = 0; cycle < 6 * 120; cycle++) {
            cycles(run, 1);
            if (restarts && cycle % 7 == 0) {
                run.restart();
            }
        }

        List<Duration> waits = new ArrayList<>();
        for (int request = 1; request < events.size(); request++) {
            waits.add(Duration.between(events.get(request - 1), events.get(request)));
        }
        assertThat(waits).hasSizeBetween(6, 14).allMatch(wait -> wait.compareTo(Duration.ofMinutes(2)) > 0);
        assertThat(waits.subList(4, waits.size())).allMatch(wait -> wait.compareTo(Duration.ofMinutes(29)) > 0)
                .allMatch(wait -> wait.compareTo(Duration.ofMinutes(61)) < 0);
        assertThat(run.sink.deadLetters()).hasSize(1);
    }

    @Test
    void detailsLetAJobThatEndedRetire() {
        failures.put("events", NOT_THERE);
        failures.put("checkpoints", NOT_THERE);
        status = "SUCCEEDED";
        run = DryRun.ofListedWithEvents(this::answer).recheckingFor(Duration.ZERO).watching();
        cycles(run, 8 * 120);

        assertThat(run.state("job-1").retired()).isNotNull();
        assertThat(run.sink.deadLetters()).hasSize(1);
        asked.clear();
        cycles(run, 120);
        assertThat(asked).containsOnly("jobs");
    }

    /** A first catch-up of an account with many old jobs whose details are gone. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void detailsOfManyJobsCostALetterEachAndAreNotAskedForForEver(boolean watching) {
        failures.put("events", NOT_THERE);
        failures.put("checkpoints", NOT_THERE);
        status = "SUCCEEDED";
        jobs = 30;
        run = DryRun.ofListedWithEvents(this::answer).recheckingFor(Duration.ZERO);
        run = watching ? run.watching() : run;
        for (int hour = 0; hour < 8; hour++) {
            cycles(run, watching ? 120 : 1);
            run.restart();
        }

        assertThat(run.sink.deadLetters()).hasSize(jobs);
        assertThat(asked).filteredOn(resource -> !resource.equals("jobs")).hasSizeLessThanOrEqualTo(jobs * 2 * 4);
        for (int job = 1; job <= jobs; job++) {
            assertThat(run.state("job-" + job).retired()).isEqualTo(Retired.FINISHED);
        }
    }

    @Test
    void healthNamesTheLastReason() {
        var now = new AtomicReference<>(Instant.parse("2026-03-01T00:00:00Z"));
        var monitor = new SourceHealth(DryRun.poller("acme", List.of("job-1"), 4, 0), now::get);
        monitor.failed(NOT_THERE, null);
        now.set(now.get().plusSeconds(1));
        monitor.failed(new ProviderException(ErrorAction.TRANSIENT, "too busy", 503, "", null, null, null), null);

        assertThat(monitor.status().reason()).isEqualTo("too busy");
        now.set(now.get().plusSeconds(1));
        monitor.read(0, null);
        assertThat(monitor.status().reason()).isNull();
    }

    /** What is said last is what somebody looks at: of a job that fails twice, too. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void onceNamesTheLastReason(int count) {
        jobs = count;
        failures.put("events", NOT_THERE);
        failures.put("checkpoints", new ProviderException(ErrorAction.TRANSIENT, "too busy", 503, "", null, null, null));
        run = DryRun.ofListedWithEvents(this::answer);
        run.sweep();

        assertThat(run.result().failed()).isEqualTo(count);
        assertThat(run.result().reason()).startsWith("acme job job-").endsWith(": too busy");
    }

    @Test
    void listThatIsRefusedIsAskedLessAndLessThoughJobsCanBeRead() {
        run = DryRun.ofListedWithJobs(this::answer).watching();
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
        if (task.getResource().equals("events")) {
            events.add(run.now());
        }
        if (failures.containsKey(task.getResource())) {
            throw failures.get(task.getResource());
        }
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        page.putArray("facts");
        if (task.getResource().startsWith("job")) {
            for (int job = 1; job <= jobs; job++) {
                ObjectNode fact = page.withArray("facts").addObject().put("kind", "job.status-changed").put("job", "job-" + job);
                fact.putArray("key").add("job.status-changed").add(status);
                fact.putObject("data").put("status", status).put("statusRaw", status);
            }
        }
        return page;
    }
}
