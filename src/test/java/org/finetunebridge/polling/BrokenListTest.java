package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.sink.FlakySink.Commit;
import org.junit.jupiter.api.Test;

/** A list of jobs that cannot be read: it waits alone, and the jobs that are known are read without it. */
class BrokenListTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final ProviderException NOT_THERE = new ProviderException(ErrorAction.JOB, "not there", 404, "", null, null, null);
    private static final ProviderException NONSENSE = ProviderException.of(ErrorAction.ODD, "the answer is not JSON", new byte[0]);
    private static final ProviderException REFUSED = new ProviderException(ErrorAction.SOURCE, "refused", 401, "", null, null, null);
    private static final ProviderException BUSY = new ProviderException(ErrorAction.TRANSIENT, "busy", 429, "", null, Duration.ofHours(1), null);

    private final Map<String, String> jobs = new TreeMap<>(Map.of("job-1", "RUNNING", "job-2", "RUNNING"));
    private final Map<String, ProviderException> failures = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private boolean repeats;

    @Test
    void waitsAloneWhileTheJobsThatAreKnownAreRead() {
        var run = known(DryRun::ofListed).watching();
        failures.put("jobs ", NOT_THERE);
        cycle(run);
        assertThat(asked).containsExactlyInAnyOrder("jobs ", "checkpoints job-1", "checkpoints job-2");
        assertThat(run.result()).isEqualTo(new CycleResult(2, 1, "acme: not there"));

        for (int cycles = 0; cycles < 3; cycles++) {
            cycle(run.later(Duration.ofSeconds(30)));
            assertThat(asked).containsExactlyInAnyOrder("checkpoints job-1", "checkpoints job-2");
            assertThat(run.result()).isEqualTo(new CycleResult(2, 1, "the list of jobs cannot be read: not there"));
        }
        assertThat(run.suspension().parked()).isTrue();
        assertThat(run.suspension().reason()).isEqualTo("the list of jobs cannot be read: not there");
        assertThat(run.sink.deadLetters()).hasSize(1);
    }

    @Test
    void isLookedAtAgainAndThenEverythingIsAsBefore() {
        var run = known(DryRun::ofListed).watching();
        failures.put("jobs ", NOT_THERE);
        cycle(run);
        cycle(run.later(Duration.ofMinutes(6)));
        assertThat(asked).contains("jobs ", "checkpoints job-1");
        assertThat(run.sink.deadLetters()).hasSize(1);

        failures.clear();
        jobs.put("job-3", "SUCCEEDED");
        jobs.remove("job-1");
        cycle(run.later(Duration.ofHours(1)));

        assertThat(run.result()).isEqualTo(new CycleResult(2, 0, null));
        assertThat(asked).containsExactlyInAnyOrder("jobs ", "checkpoints job-2", "checkpoints job-3");
        assertThat(run.suspension()).isNull();
        assertThat(run.state("").suspension()).isNull();
        assertThat(run.state("job-1").retired()).isNotNull();
    }

    /** It is read as far as it goes: that says nothing of the jobs it does not show, but it can be read. */
    @Test
    void canBeReadAgainThoughItRepeatsAPage() {
        var run = known(DryRun::ofListed).watching();
        failures.put("jobs ", NOT_THERE);
        cycle(run);
        failures.clear();
        repeats = true;
        jobs.remove("job-1");
        cycle(run.later(Duration.ofHours(1)));

        assertThat(run.result()).isEqualTo(new CycleResult(1, 0, null));
        assertThat(run.state("").suspension()).isNull();
        assertThat(run.state("job-1").retired()).isNull();
    }

    @Test
    void isTriedByEveryCatchUpAndTheJobsAreReadOnce() {
        var run = known(DryRun::ofListed);
        failures.put("jobs ", NONSENSE);
        for (int runs = 0; runs < 2; runs++) {
            cycle(run.restart());

            assertThat(Collections.frequency(asked, "jobs ")).isEqualTo(5);
            assertThat(asked).filteredOn(question -> question.startsWith("checkpoints")).hasSize(2).doesNotHaveDuplicates();
            assertThat(run.result()).isEqualTo(new CycleResult(2, 1, "acme: the answer is not JSON"));
        }
        assertThat(run.sink.deadLetters()).hasSize(1);
    }

    /** Without it, only the job itself tells that it ended. */
    @Test
    void isNotNeededToSeeTheEndOfAJob() {
        var run = known(DryRun::ofListedWithJobs).watching();
        failures.put("jobs ", NOT_THERE);
        jobs.put("job-1", "SUCCEEDED");
        cycle(run);

        assertThat(run.published("status")).endsWith("SUCCEEDED");
        assertThat(asked).startsWith("jobs ").contains("job job-1", "checkpoints job-1");
        for (int cycles = 0; cycles < 3; cycles++) {
            cycle(run.later(Duration.ofSeconds(30)));
        }
        assertThat(asked).as("a finished job is read at growing intervals").contains("job job-2").doesNotContain("job job-1");
    }

    /** What its first page shows is read, and of what it does not show nothing is known. */
    @Test
    void retiresNothingIfItBreaksInTheMiddle() {
        var run = known(DryRun::ofListed).watching();
        jobs.put("job-0", "RUNNING");
        failures.put("jobs job-0", NOT_THERE);
        cycle(run);

        assertThat(asked).as("the refused cursor is dropped once").containsExactlyInAnyOrder("jobs ", "jobs job-0", "jobs ",
                "jobs job-0", "checkpoints job-0", "checkpoints job-1", "checkpoints job-2");
        assertThat(run.state("job-2").retired()).isNull();
        cycle(run.later(Duration.ofSeconds(30)));
        assertThat(asked).hasSize(3);
    }

    @Test
    void doesNotKeepTheAccountFromBeingSetAside() {
        var run = known(DryRun::ofListed).watching();
        failures.put("jobs ", NOT_THERE);
        cycle(run);
        failures.put("checkpoints job-1", REFUSED);
        cycle(run.later(Duration.ofSeconds(30)));
        assertThat(run.suspension().reason()).isEqualTo("refused");

        cycle(run.later(Duration.ofSeconds(30)));
        assertThat(asked).isEmpty();
        assertThat(run.result().failed()).isPositive();
        assertThat(run.sink.deadLetters()).hasSize(2);

        failures.remove("checkpoints job-1");
        cycle(run.later(Duration.ofMinutes(6)));
        cycle(run.later(Duration.ofHours(1)));
        assertThat(asked).contains("jobs ", "checkpoints job-1");
        assertThat(run.suspension().reason()).as("told before").isEqualTo("the list of jobs cannot be read: not there");
        assertThat(run.sink.deadLetters()).hasSize(2);
    }

    @Test
    void letsNobodyAskWhileTheAccountIsAskedToWait() {
        var run = known(DryRun::ofListed).watching();
        failures.put("jobs ", NOT_THERE);
        cycle(run);
        failures.put("checkpoints job-1", BUSY);
        cycle(run.later(Duration.ofSeconds(30)));

        cycle(run.later(Duration.ofMinutes(50)));
        assertThat(asked).isEmpty();
        cycle(run.restart());
        assertThat(asked).isEmpty();
        failures.remove("checkpoints job-1");
        cycle(run.later(Duration.ofMinutes(11)));
        cycle(run.restart());
        assertThat(run.result()).isEqualTo(new CycleResult(2, 1, "acme: not there"));
        assertThat(run.sink.deadLetters()).as("the wait between them makes it no other trouble").hasSize(1);
    }

    @Test
    void endsThePollCycleThoughNoJobCanBeReadEither() {
        var run = known(DryRun::ofListed);
        failures.put("jobs ", NOT_THERE);
        failures.put("checkpoints job-1", ProviderException.of(ErrorAction.TRANSIENT, "no answer", null));
        failures.put("checkpoints job-2", NONSENSE);
        cycle(run);
        assertThat(run.result().failed()).isEqualTo(3);

        cycle(run.watching().later(Duration.ofMinutes(5)));
        assertThat(run.result().read()).isZero();
        assertThat(run.result().failed()).isEqualTo(3);
        assertThat(run.sink.deadLetters()).as("the list's and the second job's").hasSize(2);
    }

    @Test
    void isToldOfAgainIfThatCouldNotBeWritten() {
        var run = known(DryRun::ofListed).watching();
        failures.put("jobs ", NOT_THERE);
        run.sink.next(List.of(Commit.LOST));
        cycle(run);
        assertThat(run.sink.deadLetters()).isEmpty();

        cycle(run.later(Duration.ofMinutes(6)));
        cycle(run.later(Duration.ofMinutes(6)));
        assertThat(run.sink.deadLetters()).hasSize(1);
    }

    /** What it shows is all there is to read: there is nothing that could go on. */
    @Test
    void leavesNothingToReadWhereNothingIsFollowed() {
        var run = known(DryRun::ofListOnly).watching();
        failures.put("jobs ", NOT_THERE);
        cycle(run);
        cycle(run.later(Duration.ofSeconds(30)));

        assertThat(asked).isEmpty();
        assertThat(run.result()).isEqualTo(new CycleResult(0, 1, "the list of jobs cannot be read: not there"));
    }

    @Test
    void troublesNobodyWhoDoesNotAskForIt() {
        var run = known(DryRun::ofListedWithJobs).watching();
        failures.put("jobs ", NOT_THERE);
        cycle(run);
        cycle(run.giving("job-1"));

        assertThat(run.result()).isEqualTo(new CycleResult(1, 0, null));
        assertThat(run.suspension()).isNull();
        assertThat(run.state("").suspension()).isNull();
    }

    /** A run that has seen both jobs running. */
    private DryRun known(Function<Function<PollTask, JsonNode>, DryRun> source) {
        var run = source.apply(this::answer);
        cycle(run);
        assertThat(run.result()).isEqualTo(new CycleResult(2, 0, null));
        return run;
    }

    private void cycle(DryRun run) {
        asked.clear();
        run.sweep();
    }

    private JsonNode answer(PollTask poll) {
        String question = poll.getResource() + ' ' + (poll.isList() ? cursor(poll) : poll.getJob());
        asked.add(question);
        if (failures.containsKey(question)) {
            throw failures.get(question);
        }
        ObjectNode page = NODES.objectNode();
        page.putArray("facts");
        switch (poll.getResource()) {
            case "jobs" -> list(page, cursor(poll));
            case "job" -> page.withArray("facts").add(status(poll.getJob()));
            default -> page.withArray("facts").add(fact("checkpoint.changed", poll.getJob(), "READY"));
        }
        return page;
    }

    /** The first job alone on the first page if there are three, so that there is a second. */
    private void list(ObjectNode page, String after) {
        List<String> all = List.copyOf(jobs.keySet());
        boolean two = all.size() > 2;
        List<String> shown = !two ? all : after.isEmpty() ? all.subList(0, 1) : all.subList(1, all.size());
        shown.forEach(job -> page.withArray("facts").add(status(job)));
        if (repeats || two && after.isEmpty()) {
            page.put("next", all.get(0));
        }
    }

    private static String cursor(PollTask poll) {
        String cursor = poll.place().cursor();
        return cursor.equals("1") ? "" : cursor;
    }

    private ObjectNode status(String job) {
        return fact("job.status-changed", job, jobs.get(job));
    }

    private static ObjectNode fact(String kind, String job, String status) {
        ObjectNode fact = NODES.objectNode().put("kind", kind).put("job", job);
        fact.putArray("key").add(kind).add(status);
        fact.putObject("data").put("status", status).put("statusRaw", status).put("checkpoint", "checkpoint-1");
        return fact;
    }
}
