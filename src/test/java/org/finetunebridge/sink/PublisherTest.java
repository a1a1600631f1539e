package org.finetunebridge.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.sink.FlakySink.Commit;
import org.finetunebridge.sink.file.Disk;
import org.finetunebridge.state.JobState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class PublisherTest {

    private final FlakySink sink = new FlakySink();
    private final Publisher publisher = new Publisher(sink);
    private final ExecutorService threads = Executors.newFixedThreadPool(40);

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void remembersOnceTheCommitIsConfirmed() {
        SinkSession session = publisher.session();
        publisher.publish(batch(session, "a", "1"));

        assertThat(status(session, "a")).isEqualTo("1");
        assertThat(sink.events()).hasSize(1);
    }

    @Test
    void remembersNothingOfACommitThatFailed() {
        SinkSession session = publisher.session();
        sink.next(List.of(Commit.LOST));

        assertThatThrownBy(() -> publisher.publish(batch(session, "a", "1"))).isInstanceOf(SinkUnavailableException.class);
        assertThat(session.knows("acme", "a")).isFalse();
        assertThat(publisher.session()).isNotSameAs(session);
        assertThat(publisher.session().knows("acme", "a")).isFalse();
    }

    @Test
    void believesNeitherAfterACommitOfWhichNobodyHeard() {
        SinkSession session = publisher.session();
        sink.next(List.of(Commit.UNHEARD));

        assertThatThrownBy(() -> publisher.publish(batch(session, "a", "1"))).isInstanceOf(SinkUnavailableException.class);
        assertThat(session.knows("acme", "a")).as("in the session that ended").isFalse();
        assertThat(status(publisher.session(), "a")).as("in the one that read again").isEqualTo("1");
    }

    @Test
    void refusesAPageThatWasHeldAgainstAnOlderMemory() {
        SinkSession old = publisher.session();
        sink.next(List.of(Commit.LOST));
        assertThatThrownBy(() -> publisher.publish(batch(old, "a", "1"))).isInstanceOf(SinkUnavailableException.class);
        publisher.session();

        assertThatThrownBy(() -> publisher.publish(batch(old, "b", "1"))).isInstanceOf(SinkUnavailableException.class);
        assertThat(sink.events()).isEmpty();
        publisher.publish(batch(publisher.session(), "b", "1"));
        assertThat(sink.events()).hasSize(1);
    }

    @Test
    void keepsTheSessionWhenAPageCanNeverBeWritten() {
        SinkSession session = publisher.session();
        sink.next(List.of(Commit.REJECTED));

        assertThatThrownBy(() -> publisher.publish(batch(session, "a", "1"))).isInstanceOf(EventRejectedException.class);
        assertThat(session.knows("acme", "a")).isFalse();
        assertThat(publisher.session()).isSameAs(session);
        publisher.publish(batch(session, "b", "1"));
        assertThat(status(session, "b")).isEqualTo("1");
    }

    @Test
    void tellsWhenAnotherInstanceTookOver() {
        SinkSession session = publisher.session();
        sink.next(List.of(Commit.FENCED));

        assertThatThrownBy(() -> publisher.publish(batch(session, "a", "1"))).isInstanceOf(InstanceFencedException.class);
        assertThat(publisher.fenced()).isCompleted();
        assertThat(publisher.suspension()).isInstanceOf(InstanceFencedException.class);
    }

    @Test
    void opensNothingOnceItIsClosed() {
        publisher.session();
        publisher.close();

        assertThatThrownBy(publisher::session).isInstanceOf(SinkUnavailableException.class).hasMessageContaining("stopped");
        assertThat(sink.opened()).isOne();
    }

    @Test
    void takesNoLockOnceItIsClosed(@TempDir Path folder) throws Exception {
        Disk disk = new Disk(folder);
        var files = new Publisher(disk.sink());
        files.session();
        files.close();

        assertThatThrownBy(files::session).isInstanceOf(SinkUnavailableException.class);
        try (var file = FileChannel.open(disk.state.resolve("lock"), StandardOpenOption.WRITE);
                FileLock lock = file.tryLock()) {
            assertThat(lock).isNotNull();
        }
    }

    @Test
    void writesWhatWaitsInOneCommit() throws Exception {
        var gate = new Gate();
        var slow = new Publisher(gate);
        SinkSession session = slow.session();
        slow.publish(queued(session, "first", "1"));
        gate.entered.await();
        IntStream.range(0, 80).forEach(n -> slow.publish(queued(session, "job-" + n, "1")));
        assertThat(session.knows("acme", "job-79")).as("pending").isTrue();
        assertThat(status(session, "job-79")).as("confirmed").isNull();
        gate.open.countDown();
        slow.finish(Duration.ofSeconds(10));

        assertThat(gate.sizes).containsExactly(1, 50, 30);
        assertThat(IntStream.range(0, 80).mapToObj(n -> status(session, "job-" + n))).containsOnly("1");
    }

    @Test
    void tellsEveryPageOnceUnderManyThreadsAndFailures() throws Exception {
        sink.next(IntStream.range(0, 300).mapToObj(n -> n % 7 == 0 ? Commit.LOST : n % 11 == 0 ? Commit.UNHEARD
                : Commit.GOOD).toList());
        List<Future<?>> all = new ArrayList<>();
        for (int n = 0; n < 40; n++) {
            String job = "job-" + n;
            all.add(threads.submit(() -> IntStream.range(0, 25).forEach(fact -> publish(job, fact))));
        }
        for (Future<?> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }

        assertThat(sink.events().stream().map(event -> new String(event.value(), StandardCharsets.UTF_8)))
                .hasSize(1_000).doesNotHaveDuplicates();
        assertThat(sink.commits().size()).as("commits").isLessThan(1_000);
    }

    /** As a poll does: what the memory does not know is told, until the memory knows it. */
    private void publish(String job, int fact) {
        while (true) {
            try {
                SinkSession session = publisher.session();
                String published = status(session, job);
                if (published != null && Integer.parseInt(published) >= fact) {
                    return;
                }
                publisher.publish(batch(session, job, Integer.toString(fact)));
            } catch (SinkUnavailableException e) {
                continue;
            }
        }
    }

    @Test
    void letsNobodyWaitForEverIfTheSinkHasAFault() {
        var faulty = new Publisher(new Gate() {
            @Override
            public void write(List<Batch> batches) {
                throw new OutOfMemoryError("no heap");
            }
        });
        SinkSession session = faulty.session();

        assertThatThrownBy(() -> faulty.publish(batch(session, "a", "1"))).isInstanceOf(SinkUnavailableException.class)
                .hasMessageContaining("no heap");
        assertThat(faulty.session()).isNotSameAs(session);
    }

    @Test
    @Timeout(30)
    void letsNobodyWaitForEverIfTheMemoryIsShortWhileAGroupIsFormed() {
        SinkSession session = publisher.session();
        List<EncodedEvent> huge = new AbstractList<>() {
            @Override
            public EncodedEvent get(int index) {
                throw new OutOfMemoryError("no heap");
            }

            @Override
            public int size() {
                return 1;
            }
        };

        assertThatThrownBy(() -> publisher.publish(new Batch(session, huge, List.of(), List.of())))
                .isInstanceOf(SinkUnavailableException.class).hasMessageContaining("no heap");
        publisher.publish(batch(publisher.session(), "a", "1"));
        assertThat(sink.events()).hasSize(1);
    }

    @Test
    @Timeout(30)
    void letsNobodyWaitForEverIfTheSinkCannotEvenBeClosed() {
        var faulty = new Publisher(new Gate() {
            @Override
            public void write(List<Batch> batches) {
                throw new SinkUnavailableException("no answer", null);
            }

            @Override
            public void close() {
                throw new IllegalStateException("cannot close");
            }
        });
        SinkSession session = faulty.session();

        assertThatThrownBy(() -> faulty.publish(batch(session, "a", "1"))).isInstanceOf(SinkUnavailableException.class)
                .hasMessage("no answer");
        assertThat(faulty.suspension()).hasMessage("no answer");
    }

    @Test
    void takesAFaultOfTheSinkForNoFaultOfThePage() {
        var faulty = new Publisher(new Gate() {
            @Override
            public void write(List<Batch> batches) {
                throw new IllegalStateException("no way");
            }
        });
        SinkSession session = faulty.session();

        assertThatThrownBy(() -> faulty.publish(batch(session, "a", "1"))).isInstanceOf(SinkUnavailableException.class)
                .hasMessageContaining("no way");
        assertThat(faulty.suspension()).isInstanceOf(SinkUnavailableException.class);
        assertThat(faulty.session()).isNotSameAs(session);
    }

    @Test
    void saysSoIfTheSinkHasAFaultWhenItIsOpened() {
        var faulty = new Publisher(new Gate() {
            @Override
            public Collection<JobState> open() {
                throw new OutOfMemoryError("no heap");
            }
        });

        assertThatThrownBy(faulty::session).isInstanceOf(SinkUnavailableException.class).hasMessageContaining("no heap");
        assertThat(faulty.suspension()).as("what health tells").hasMessageContaining("no heap");
    }

    @Test
    void readsAgainIfSomebodyWhoIsToldOfACommitFails() {
        SinkSession session = publisher.session();
        publisher.onCommit(batch -> {
            throw new IllegalStateException("cannot count");
        });
        publisher.publish(batch(session, "a", "1"));

        assertThat(publisher.session()).isNotSameAs(session);
        assertThat(status(publisher.session(), "a")).isEqualTo("1");
        assertThat(sink.events()).hasSize(1);
    }

    @Test
    void readsDeadLettersOnlyBetweenTwoCommits() throws Exception {
        var gate = new Gate();
        var slow = new Publisher(gate);
        SinkSession session = slow.session();
        Future<?> commit = threads.submit(() -> slow.publish(batch(session, "a", "1")));
        gate.entered.await();
        Future<List<String>> letters = threads.submit(slow::deadLetters);
        await().during(Duration.ofMillis(200)).until(() -> !letters.isDone());
        gate.open.countDown();

        commit.get(10, TimeUnit.SECONDS);
        assertThat(letters.get(10, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void keepsTheSessionWhenDeadLettersCannotBeRead() {
        var broken = new Publisher(new Gate() {
            @Override
            public List<String> deadLetters() {
                throw new SinkUnavailableException("unreadable", null);
            }
        });
        SinkSession session = broken.session();

        assertThatThrownBy(broken::deadLetters).isInstanceOf(SinkUnavailableException.class);
        assertThat(broken.session()).isSameAs(session);
        assertThat(broken.suspension()).isNull();
    }

    @Test
    void endsTheSessionWhenItIsNotCertainThatDeadLettersAreGone() {
        var broken = new Publisher(new Gate() {
            @Override
            public void removeDeadLetters(Predicate<String> gone) {
                throw new SinkUnavailableException("no answer", null);
            }
        });
        SinkSession session = broken.session();

        assertThatThrownBy(() -> broken.removeDeadLetters(letter -> true)).isInstanceOf(SinkUnavailableException.class);
        assertThat(broken.suspension()).hasMessage("no answer");
        assertThat(broken.session()).isNotSameAs(session);
    }

    @Test
    void touchesTheDeadLettersNoMoreOnceItIsClosed() {
        publisher.close();

        assertThatThrownBy(publisher::deadLetters).isInstanceOf(SinkUnavailableException.class)
                .hasMessageContaining("stopped");
        assertThatThrownBy(() -> publisher.removeDeadLetters(letter -> true))
                .isInstanceOf(SinkUnavailableException.class).hasMessageContaining("stopped");
    }

    private static String status(SinkSession session, String job) {
        return session.of("acme", job).published().status();
    }

    private static Batch batch(SinkSession session, String job, String fact) {
        return new Batch(session, List.of(Disk.event(job, fact)), List.of(), List.of(Disk.state(job, fact)));
    }

    /** A page whose reading goes on while it is committed. */
    private static Batch queued(SinkSession session, String job, String fact) {
        return batch(session, job, fact).confirming(new Confirmation(null));
    }

    /** A sink whose first commit takes until somebody opens the gate. */
    private static class Gate implements Sink {
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);
        private final List<Integer> sizes = new ArrayList<>();
        private final AtomicInteger closed = new AtomicInteger();

        @Override
        public Collection<JobState> open() {
            return List.of();
        }

        @Override
        public void write(List<Batch> batches) {
            sizes.add(batches.size());
            entered.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new SinkUnavailableException("interrupted", e);
            }
        }

        @Override
        public Collection<JobState> peek() {
            return List.of();
        }

        @Override
        public void forget(Collection<String> names) {}

        @Override
        public List<String> deadLetters() {
            return List.of();
        }

        @Override
        public void removeDeadLetters(Predicate<String> gone) {}

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }
}
