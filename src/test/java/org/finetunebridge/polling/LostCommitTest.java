package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.sink.FlakySink.Commit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What was read but could not be published is read again before the poll cycle is over. */
class LostCommitTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    @ParameterizedTest
    @EnumSource(value = Commit.class, names = {"LOST", "UNHEARD"})
    void readsTheListAgain(Commit end) {
        var run = DryRun.ofListed(LostCommitTest::answer);
        run.sink.next(List.of(end));
        run.sweep();

        assertThat(run.published("status")).containsExactly("RUNNING", "READY");
        assertThat(run.result().read()).isOne();
    }

    @ParameterizedTest
    @EnumSource(value = Commit.class, names = {"LOST", "UNHEARD"})
    void readsTheResourceThatWasLostAndNotOnlyTheNext(Commit end) {
        var run = DryRun.ofGiven(LostCommitTest::answer);
        run.sink.next(List.of(end, Commit.GOOD, end));
        run.sweep();

        assertThat(run.published("status")).containsExactlyInAnyOrder("RUNNING", "READY");
    }

    @Test
    void goesOnAfterAnyNumberOfLostCommits() {
        var run = DryRun.ofListed(LostCommitTest::answer);
        run.sink.next(Collections.nCopies(12, Commit.LOST));
        run.sweep();

        assertThat(run.published("status")).containsExactly("RUNNING", "READY");
        assertThat(run.result().failed()).as("what was read in the end").isZero();
    }

    @Test
    void endsAPollCycleOnceThatCanNeverBeWritten() {
        var run = DryRun.ofListed(LostCommitTest::answer);
        run.sink.next(Collections.nCopies(10_000, Commit.LOST));
        run.sweep();

        assertThat(run.result().failed()).isPositive();
        assertThat(run.result().reason()).contains("nothing can be written");
        assertThat(run.published()).isEmpty();
    }

    @Test
    void doesNotReadForEverWhatCanNeverBeWritten() {
        var run = DryRun.ofListed(LostCommitTest::answer);
        run.sink.next(Collections.nCopies(10_000, Commit.REJECTED));
        run.sweep();

        assertThat(run.result().failed()).isPositive();
    }

    /** The end of a job is published though its checkpoints give no answer: there is no answer whose time it could have. */
    @Test
    void deadLettersAnEndThatIsTooLargeThoughTheLastRequestBroughtNoAnswer() {
        var run = DryRun.ofListed(poll -> {
            if (poll.isList()) {
                return page(fact("job.status-changed", "SUCCEEDED"));
            }
            poll.getAttempt().asked("GET", "/checkpoints", "");
            throw ProviderException.of(ErrorAction.TRANSIENT, "no answer", null);
        });
        run.sink.next(List.of(Commit.GOOD, Commit.TOO_LARGE));
        run.sweep();

        assertThat(run.published()).isEmpty();
        assertThat(run.sink.deadLetters()).singleElement().asString().contains("too large");
        assertThat(run.sink.opened()).as("no session is lost").isOne();
    }

    /** A page is committed, but the task has not been told yet when its next request fails. */
    @Test
    @Timeout(60)
    void doesNotRollBackAPageWhoseCommitNobodyWasToldOfYet() throws Exception {
        var told = new CountDownLatch(1);
        var failed = new CountDownLatch(1);
        var run = new AtomicReference<DryRun>();
        List<String> asked = new ArrayList<>();
        run.set(DryRun.ofNamed(List.of("job-1", "job-2"), false, poll -> {
            if (poll.getJob().equals("job-1")) {
                return page(line("job-1", "1"));
            }
            asked.add(poll.getCursorPath());
            if (asked.size() == 2) {
                new Thread(run.get()::commit).start();
                await(told);
                throw new ProviderException(ErrorAction.JOB, "no such mark", 400, "", null, null, null);
            }
            return asked.size() == 4 ? page(line("job-2", "2")) : page(line("job-2", "1")).put("next", "1");
        }).onJobRead(job -> {
            if (job.equals("job-1")) {
                told.countDown();
                await(failed);
            }
        }));
        List<PollTask> tasks = run.get().latest().begin();
        run.get().finish(tasks.get(0));
        run.get().finish(tasks.get(1));
        failed.countDown();
        run.get().sweep();

        assertThat(asked).as("its mark was refused: from its beginning").startsWith("", "1", "", "1");
        assertThat(run.get().published("message")).containsExactlyInAnyOrder("job-1 1", "job-2 1", "job-2 2");
        assertThat(run.get().sink.deadLetters()).isEmpty();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode answer(PollTask poll) {
        return switch (poll.getResource()) {
            case "checkpoints" -> page(fact("checkpoint.changed", "READY"));
            default -> page(fact("job.status-changed", "RUNNING"));
        };
    }

    private static ObjectNode page(ObjectNode fact) {
        ObjectNode page = NODES.objectNode();
        page.putArray("facts").add(fact);
        return page;
    }

    private static ObjectNode line(String job, String name) {
        ObjectNode fact = NODES.objectNode().put("kind", "log.appended").put("job", job)
                .put("time", 1_772_000_000L + Integer.parseInt(name));
        fact.putArray("key").add(name);
        fact.putObject("data").put("level", "INFO").put("message", job + " " + name);
        return fact.put("raw", name);
    }

    private static ObjectNode fact(String kind, String status) {
        ObjectNode fact = NODES.objectNode().put("kind", kind).put("job", "job-1");
        fact.putArray("key").add("checkpoint-1").add(status);
        fact.putObject("data").put("status", status).put("statusRaw", status).put("checkpoint", "checkpoint-1");
        return fact;
    }
}
