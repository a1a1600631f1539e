package org.finetunebridge.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.sink.FlakySink.Commit;
import org.finetunebridge.sink.file.Disk;
import org.finetunebridge.state.JobState;

/**
 * Several jobs are read, page after page, while the pages before are not committed yet; any commit may fail, be refused,
 * or take place without anybody hearing of it, at any depth of the queue. The real queue, session and publisher; only the
 * sink and the moment at which the committer runs are of the test.
 */
@Label("Pages that are read before the last ones are committed")
class PipelinePropertyTest {

    private static final int JOBS = 4;

    /** What happens next. */
    enum Step {
        /** A page of a job is compared with what is pending. */
        OBSERVE,
        /** The page that was observed last of a job is queued. */
        QUEUE,
        /** The committer runs. */
        COMMIT,
        /** A reader waits for what it has queued. */
        SETTLE,
        /** The process is killed and started again. */
        KILL,
        /** It is stopped in order, and started again. */
        STOP
    }

    record Event(Step step, int job, int facts) {}

    @Property(tries = 300)
    void publishesEveryFactOnceAndInOrder(@ForAll("histories") List<Event> history, @ForAll("ends") List<Commit> ends,
            @ForAll @IntRange(min = 1, max = 5) int largest, @ForAll @IntRange(min = 1, max = 9) int longest) {
        var world = new World(largest, longest);
        world.sink.next(ends);
        history.forEach(world::play);
        world.sink.heal();
        world.readAll();

        for (int job = 0; job < JOBS; job++) {
            assertThat(world.published(job)).as("job %d", job).containsExactlyElementsOf(
                    IntStream.range(0, World.FACTS).boxed().toList());
        }
    }

    @Provide
    Arbitrary<List<Event>> histories() {
        Arbitrary<Step> steps = Arbitraries.frequency(Tuple.of(8, Step.OBSERVE), Tuple.of(12, Step.QUEUE),
                Tuple.of(4, Step.COMMIT), Tuple.of(1, Step.SETTLE), Tuple.of(1, Step.KILL), Tuple.of(1, Step.STOP));
        return Combinators.combine(steps, Arbitraries.integers().between(0, JOBS - 1),
                Arbitraries.integers().between(1, 3)).as(Event::new).list().ofMaxSize(120);
    }

    @Provide
    Arbitrary<List<Commit>> ends() {
        return Arbitraries.frequency(Tuple.of(12, Commit.GOOD), Tuple.of(2, Commit.LOST), Tuple.of(2, Commit.UNHEARD),
                Tuple.of(3, Commit.REJECTED), Tuple.of(2, Commit.TOO_LARGE)).list().ofMaxSize(40);
    }

    /** The readers of all jobs. */
    private static final class World {

        static final int FACTS = 12;
        final FlakySink sink = new FlakySink();
        private final int largest;
        private final int longest;
        private final Deque<Runnable> commits = new ArrayDeque<>();
        private final Map<Integer, Reader> readers = new TreeMap<>();
        private Publisher publisher;

        World(int largest, int longest) {
            this.largest = largest;
            this.longest = longest;
            start();
        }

        void start() {
            commits.clear();
            publisher = new Publisher(sink, commits::add, largest, longest);
            IntStream.range(0, JOBS).forEach(job -> readers.put(job, new Reader(job)));
        }

        void play(Event event) {
            Reader reader = readers.get(event.job());
            switch (event.step()) {
                case OBSERVE -> reader.observe(event.facts());
                case QUEUE -> reader.queue();
                case COMMIT -> commit();
                case SETTLE -> reader.settle();
                case KILL -> start();
                case STOP -> {
                    publisher.close();
                    readers.values().forEach(Reader::requireAllKnown);
                    start();
                }
            }
            readers.values().forEach(Reader::check);
        }

        void commit() {
            for (Runnable commit = commits.poll(); commit != null; commit = commits.poll()) {
                commit.run();
            }
        }

        void readAll() {
            for (int round = 0; round < 3 * FACTS; round++) {
                readers.values().forEach(reader -> {
                    reader.settle();
                    reader.observe(2);
                    reader.queue();
                });
                commit();
            }
            publisher.finish(Duration.ofSeconds(10));
            readers.values().forEach(Reader::settle);
            readers.values().forEach(Reader::check);
        }

        /** What is published of a job, as an event or as a dead letter, in order of the commits. */
        List<Integer> published(int job) {
            return sink.commits().stream().flatMap(List::stream)
                    .flatMap(batch -> Stream.concat(batch.deadLetters().stream(), batch.events().stream()).sorted((one, other) ->
                            Integer.compare(fact(one), fact(other))))
                    .filter(event -> event.key().equals("job-" + job)).map(World::fact).toList();
        }

        static int fact(EncodedEvent event) {
            String text = new String(event.value(), StandardCharsets.UTF_8);
            int from = text.lastIndexOf('/') + 1;
            int to = from;
            while (to < text.length() && Character.isDigit(text.charAt(to))) {
                to++;
            }
            return Integer.parseInt(text, from, to, 10);
        }

        /** Reads one job as a poll task does. */
        private final class Reader {

            private final int job;
            private final List<Confirmation> queued = new ArrayList<>();
            private final List<Integer> upTo = new ArrayList<>();
            private Batch observed;
            private int last;
            private int confirmed;

            Reader(int job) {
                this.job = job;
                this.confirmed = published(job).size();
            }

            /** Compares the next page with what is pending, unless it is known that pages before are lost. */
            void observe(int facts) {
                if (queued.stream().anyMatch(one -> one.failure() != null)) {
                    settle();
                }
                SinkSession session = publisher.session();
                String status = session.pending("acme", "job-" + job).published().status();
                int from = status == null ? 0 : Integer.parseInt(status) + 1;
                last = Math.min(FACTS, from + facts);
                if (from == last) {
                    return;
                }
                List<EncodedEvent> events = IntStream.range(from, last)
                        .mapToObj(fact -> Disk.event("job-" + job, Integer.toString(fact))).toList();
                JobState after = Disk.state("job-" + job, Integer.toString(last - 1));
                Confirmation basis = queued.isEmpty() ? null : queued.get(queued.size() - 1);
                observed = new Batch(session, events, List.of(), List.of(after), (event, why) -> event,
                        new Confirmation(basis));
            }

            void queue() {
                if (observed == null) {
                    return;
                }
                Batch batch = observed;
                observed = null;
                try {
                    publisher.publish(batch);
                } catch (SinkUnavailableException | EventRejectedException e) {
                    assertThat(batch.confirmation().isQueued()).isFalse();
                    settle();
                    return;
                }
                queued.add(batch.confirmation());
                upTo.add(last);
                int reached = last;
                batch.confirmation().whenDone(() -> {
                    if (batch.confirmation().isCommitted()) {
                        assertThat(reached).as("confirmed in order").isGreaterThan(confirmed);
                        confirmed = reached;
                    }
                });
            }

            /** Waits for everything that is queued; what is lost is read again from what is confirmed. */
            void settle() {
                queued.forEach(publisher::settle);
                requireAllKnown();
                boolean lost = false;
                for (Confirmation one : queued) {
                    assertThat(lost && one.isCommitted()).as("committed without the page before").isFalse();
                    lost |= one.failure() != null;
                }
                queued.clear();
                upTo.clear();
                observed = null;
            }

            void requireAllKnown() {
                assertThat(queued).allMatch(Confirmation::isDone);
            }

            /** Nothing counts as read that is not published. */
            void check() {
                assertThat(confirmed).isLessThanOrEqualTo(published(job).size());
            }
        }
    }
}
