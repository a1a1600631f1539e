package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.state.JobState.Retired;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to lists on the way: cursors that are refused, waits in the middle, ends that nobody names. */
class ListDisciplinesTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final List<String> names = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private boolean newestFirst;
    private int limit = 3;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void dropsACursorThatIsRefusedAndPublishesNothingTwice(boolean newest) {
        newestFirst = newest;
        append(20);
        var run = DryRun.ofNamed(newest, this::answer);
        run.sweep();
        assertThat(run.published("message")).containsExactlyElementsOf(names);
        List<String> all = new ArrayList<>(names);

        // The record that the mark names is deleted, and what it named is refused.
        names.remove(names.size() - 1);
        append(8);
        all.addAll(names.subList(names.size() - 8, names.size()));
        run.sweep();
        run.restart().sweep();

        assertThat(run.published("message")).containsExactlyElementsOf(all);
        assertThat(run.result().failed()).isZero();
        assertThat(run.sink.deadLetters()).isEmpty();
        asked.clear();
        run.sweep();
        assertThat(asked).as("the mark is a good one again").hasSize(1);
    }

    /** A provider that refuses everything refuses the job, not the cursor. */
    @Test
    void asksFromTheBeginningOnlyOnce() {
        append(7);
        var run = DryRun.ofNamed(false, this::answer);
        run.sweep();
        names.clear();
        names.add("other");
        asked.clear();
        run = DryRun.ofNamed(false, poll -> {
            asked.add(poll.getCursorPath());
            throw new ProviderException(ErrorAction.JOB, "not there", 404, "", null, null, null);
        });
        run.sweep();
        assertThat(asked).containsExactly("");
        assertThat(run.sink.deadLetters()).hasSize(1);
    }

    /** So few pages between two waits that a list is never read back in one cycle. */
    @Test
    void readsBackThroughAsManyPagesAsThereAreThoughItHasToWait() {
        newestFirst = true;
        limit = 2;
        append(60);
        var requests = new int[1];
        var run = DryRun.ofNamed(true, poll -> {
            if (++requests[0] % 6 == 0) {
                throw new ProviderException(ErrorAction.TRANSIENT, "busy", 429, "", null, Duration.ofMinutes(30), null);
            }
            return answer(poll);
        }).watching();
        for (int cycle = 0; cycle < 30; cycle++) {
            run.later(Duration.ofMinutes(40)).sweep();
            if (cycle == 4) {
                append(3);
            }
        }

        assertThat(run.published("message")).containsExactlyElementsOf(names);
    }

    /** The account has no request left after every sixth, for longer than a poll cycle keeps at what fails. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readsBackInOneCycleThoughTheAccountHasToRest(boolean newest) {
        newestFirst = newest;
        limit = 2;
        append(60);
        var run = DryRun.ofNamed(newest, poll -> {
            poll.getAttempt().rest(asked.size() % 6 == 5 ? Duration.ofMinutes(10) : null);
            return answer(poll);
        }).watching();
        run.sweep();

        assertThat(run.published("message")).containsExactlyElementsOf(names);
        assertThat(run.result()).isEqualTo(new CycleResult(1, 0, null));
        // Thirty pages, and on the way forward all of them but the oldest once more.
        assertThat(asked).hasSize(newest ? 30 + 29 : 30);
        run.restart().sweep();
        assertThat(run.published("message")).hasSize(60);
    }

    /** The answer that says when to ask again interrupts the way back, whatever was published on the way there. */
    @Test
    void asksForEveryPageOnceEachWayThoughItWasInterrupted() {
        newestFirst = true;
        limit = 2;
        append(60);
        var requests = new int[1];
        var run = DryRun.ofNamed(true, poll -> {
            if (++requests[0] % 10 == 0) {
                throw new ProviderException(ErrorAction.THROTTLED, "busy", 429, "", null, Duration.ofHours(1), null);
            }
            return answer(poll);
        }).watching();
        int cycles = 0;
        while (run.published("message").size() < 60) {
            assertThat(++cycles).as("cycles").isLessThan(20);
            run.later(Duration.ofMinutes(90)).sweep();
        }

        assertThat(run.published("message")).containsExactlyElementsOf(names);
        // Each cycle begins with the newest page, which leads on to where the last one was interrupted.
        assertThat(asked).hasSizeLessThanOrEqualTo(30 + 29 + 2 * cycles);
    }

    /** A cursor that is refused is no failure: nothing waits. */
    @Test
    void asksAtOnceAgainAfterACursorWasRefused() {
        append(7);
        var times = new ArrayList<Instant>();
        var runs = new DryRun[1];
        runs[0] = DryRun.ofNamed(false, poll -> {
            times.add(runs[0].now());
            return answer(poll);
        });
        runs[0].sweep();
        names.remove(names.size() - 1);
        times.clear();
        asked.clear();
        runs[0].sweep();

        assertThat(asked).startsWith("e6", "");
        assertThat(Duration.between(times.get(0), times.get(1))).isLessThan(Duration.ofMillis(50));
    }

    @Test
    void doesNotBelieveAtOnceThatAnAccountHasNoJobs() {
        names.add("job-1");
        var run = DryRun.ofListed(poll -> poll.isList() ? jobs() : DryRun.json("{\"facts\":[]}"));
        run.sweep();
        names.clear();
        run.restart().sweep();
        assertThat(run.state("job-1").retired()).isNull();
        names.add("job-1");
        run.sweep();
        names.clear();
        run.sweep();
        assertThat(run.state("job-1").retired()).as("not two reads in a row").isNull();

        run.restart().sweep();
        assertThat(run.state("job-1").retired()).isEqualTo(Retired.VANISHED);
    }

    /** A server that gives 10, though 100 were asked for, and says of no page whether it is the last. */
    @ParameterizedTest
    @ValueSource(ints = {10, 7})
    void followsFullPagesWhereNobodySaysWhetherThereAreMore(int count) {
        limit = 10;
        append(3 * 10 + count);
        newestFirst = true;
        var run = DryRun.ofNamed(true, poll -> {
            ObjectNode page = (ObjectNode) answer(poll);
            page.put("more", "unknown");
            if (!page.path("facts").isEmpty()) {
                page.set("next", page.path("mark"));
            }
            return page;
        });
        run.sweep();

        assertThat(run.published("message")).containsExactlyElementsOf(names);
        assertThat(run.sink.deadLetters()).isEmpty();
    }

    @Test
    void publishesTheEndAfterEverythingThatWasReadWithIt() {
        var run = DryRun.ofListed(poll -> {
            ObjectNode page = NODES.objectNode();
            page.putArray("facts");
            if (poll.isList()) {
                page.withArray("facts").add(thing("job.status-changed", "SUCCEEDED", "", "2026-03-01T00:00:00Z"));
            } else {
                page.withArray("facts").add(thing("checkpoint.changed", "READY", "late", "2026-03-01T00:00:09Z"))
                        .add(thing("checkpoint.changed", "READY", "undated", null));
            }
            return page;
        });
        run.sweep();

        assertThat(run.published("status")).containsExactly("READY", "READY", "SUCCEEDED");
    }

    private static ObjectNode thing(String kind, String status, String checkpoint, String time) {
        ObjectNode fact = NODES.objectNode().put("kind", kind).put("job", "job-1").put("raw", checkpoint);
        fact.putArray("key").add(checkpoint + "x").add(status);
        fact.putObject("data").put("status", status).put("statusRaw", status).put("checkpoint", checkpoint);
        return time == null ? fact : fact.put("time", time);
    }

    private JsonNode jobs() {
        ObjectNode page = NODES.objectNode();
        page.putArray("facts");
        names.forEach(name -> page.withArray("facts").add(thing("job.status-changed", "RUNNING", "", null)));
        return page;
    }

    private void append(int count) {
        int first = names.isEmpty() ? 0 : Integer.parseInt(names.get(names.size() - 1).substring(1)) + 2;
        IntStream.range(first, first + count).forEach(one -> names.add("e" + one));
    }

    private JsonNode answer(PollTask poll) {
        asked.add(poll.getCursorPath());
        List<String> all = new ArrayList<>(names);
        if (newestFirst) {
            Collections.reverse(all);
        }
        int from = all.indexOf(poll.getCursorPath()) + 1;
        if (from == 0 && !poll.getCursorPath().isEmpty()) {
            throw new ProviderException(ErrorAction.JOB, "no such record", 404, "", null, null, null);
        }
        List<String> shown = all.subList(from, Math.min(all.size(), from + limit));
        ObjectNode page = NODES.objectNode();
        page.putArray("facts");
        shown.forEach(name -> page.withArray("facts").add(line(name)));
        if (shown.size() > 1) {
            page.put("newestFirst", newestFirst);
        }
        if (!shown.isEmpty()) {
            page.put("mark", shown.get(shown.size() - 1));
        }
        if (from + limit < all.size()) {
            page.put("next", shown.get(limit - 1));
        }
        return page;
    }

    private static ObjectNode line(String name) {
        ObjectNode fact = NODES.objectNode().put("kind", "log.appended").put("job", "job-1")
                .put("time", 1_772_000_000L + Integer.parseInt(name.substring(1)));
        fact.putArray("key").add(name);
        fact.putObject("data").put("level", "INFO").put("message", name);
        return fact.put("raw", name);
    }
}
