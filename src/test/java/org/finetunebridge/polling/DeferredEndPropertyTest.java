package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.state.JobState;

/**
 * Jobs that end, start again and are deleted, while the process is killed and given up on between the answer that shows
 * an end and those that are read before it is published.
 */
@Label("The end of a job that is held back")
class DeferredEndPropertyTest {

    /** What happens just before an answer. */
    enum Happening { NOTHING, KILL, WAIT, ERROR, REFUSAL, DELETION }

    /** Jobs change, and then there is a poll cycle. */
    record Step(Map<String, String> changes, List<Happening> happenings) {}

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Jobs by their status, and what was shown of them. */
    private record Provider(Map<String, String> jobs, Map<String, StatusModel> shown, Deque<Happening> happenings) {

        Provider() {
            this(new TreeMap<>(), new TreeMap<>(), new ArrayDeque<>());
        }

        /** Each step, and at last two poll cycles with time enough, with the jobs there or not. */
        DryRun live(List<Step> steps, boolean deleted, DryRun run) {
            for (Step step : steps) {
                step.changes().forEach(this::change);
                happenings.addAll(step.happenings());
                try {
                    run.sweep();
                } catch (Killed e) {
                    run.restart();
                }
                happenings.clear();
                run.later(Duration.ofMinutes(40));
            }
            if (deleted) {
                jobs.clear();
            }
            run.restart().later(Duration.ofDays(1)).sweep();
            run.later(Duration.ofDays(1)).sweep();
            return run;
        }

        private void change(String job, String status) {
            if (status.isEmpty()) {
                jobs.remove(job);
            } else {
                jobs.put(job, status);
            }
        }

        JsonNode answer(PollTask poll) {
            switch (happenings.isEmpty() ? Happening.NOTHING : happenings.remove()) {
                case KILL -> throw new Killed();
                case WAIT -> throw new ProviderException(ErrorAction.TRANSIENT, "busy", 429, "", null, Duration.ofMinutes(30), null);
                case ERROR -> throw ProviderException.of(ErrorAction.TRANSIENT, "no answer", null);
                case REFUSAL -> throw new ProviderException(ErrorAction.JOB, "not there", 404, "", null, null, null);
                case DELETION -> jobs.remove(poll.isList() ? "job-1" : poll.getJob());
                default -> { }
            }
            ObjectNode page = NODES.objectNode();
            page.putArray("facts");
            if (poll.isList()) {
                jobs.keySet().forEach(job -> page.withArray("facts").add(status(job)));
            } else if (!jobs.containsKey(poll.getJob())) {
                throw new ProviderException(ErrorAction.JOB, "no such job", 404, "", null, null, null);
            } else {
                page.withArray("facts").add(poll.getResource().equals("job") ? status(poll.getJob())
                        : checkpoint(poll.getJob()));
            }
            return page;
        }

        private ObjectNode status(String job) {
            shown.computeIfAbsent(job, name -> new StatusModel()).shows(jobs.get(job));
            return fact("job.status-changed", job, jobs.get(job));
        }
    }

    @Property
    void isToldOnceAndInOrderThoughTheJobIsGone(@ForAll("steps") List<Step> steps, @ForAll boolean deleted) {
        var provider = new Provider();
        var run = provider.live(steps, deleted, DryRun.ofListed(provider::answer));

        assertThatAllIsPublishedOnce(provider, run);
    }

    @Property
    void isToldOfAJobThatIsAskedForByName(@ForAll("steps") List<Step> steps, @ForAll boolean deleted) {
        var provider = new Provider();
        var run = provider.live(steps, deleted, DryRun.ofGiven(provider::answer));

        assertThatAllIsPublishedOnce(provider, run);
    }

    /** A list that is refused leaves the jobs that are known to tell how they stand. */
    @Property
    void isToldOnceWhoeverShowsIt(@ForAll("steps") List<Step> steps, @ForAll boolean deleted,
            @ForAll boolean watching) {
        var provider = new Provider();
        var run = DryRun.ofListedWithJobs(provider::answer);

        assertThatAllIsPublishedOnce(provider, provider.live(steps, deleted, watching ? run.watching() : run));
    }

    private static void assertThatAllIsPublishedOnce(Provider provider, DryRun run) {
        Map<String, List<String>> published = new TreeMap<>();
        run.sink.events().stream().map(DryRun::json).filter(event -> !event.path("data").has("checkpoint"))
                .forEach(event -> published.computeIfAbsent(event.path("subject").asText(), job -> new ArrayList<>())
                        .add(event.path("data").path("status").asText()));
        Map<String, List<String>> all = new TreeMap<>();
        provider.shown().forEach((job, statuses) -> all.put(job, statuses.published()));
        assertThat(published).isEqualTo(all);
        assertThat(run.sink.peek()).extracting(JobState::deferred).allMatch(Objects::isNull);
    }

    private static ObjectNode checkpoint(String job) {
        ObjectNode fact = fact("checkpoint.changed", job, "READY");
        fact.withObject("data").put("checkpoint", "c-1");
        return fact;
    }

    private static ObjectNode fact(String kind, String job, String status) {
        ObjectNode fact = NODES.objectNode().put("kind", kind).put("job", job);
        fact.putArray("key").add(status);
        fact.putObject("data").put("status", status).put("statusRaw", status);
        return fact;
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        var statuses = Arbitraries.of("RUNNING", "SUCCEEDED", "FAILED", "");
        var changes = Arbitraries.maps(Arbitraries.of("job-1", "job-2", "job-3"), statuses).ofMaxSize(3)
                .map(LinkedHashMap::new);
        var happening = Arbitraries.frequency(Tuple.of(5, Happening.NOTHING), Tuple.of(2, Happening.KILL),
                Tuple.of(1, Happening.WAIT), Tuple.of(1, Happening.ERROR),
                Tuple.of(1, Happening.REFUSAL), Tuple.of(2, Happening.DELETION));
        return Combinators.combine(changes, happening.list().ofMaxSize(6)).as(Step::new).list().ofMinSize(1)
                .ofMaxSize(8);
    }
}
