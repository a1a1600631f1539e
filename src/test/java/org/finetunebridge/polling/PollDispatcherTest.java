package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One pool of threads reads what is due of all accounts, which take turns. */
class PollDispatcherTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<String> read = new CopyOnWriteArrayList<>();
    private final CountDownLatch may = new CountDownLatch(1);
    private final Set<Thread> others = workerThreads();
    private PollDispatcher dispatcher;

    @AfterEach
    void close() {
        may.countDown();
        dispatcher.close();
    }

    @Test
    void readsTheAccountsInTurnsHoweverManyJobsOneHas() {
        SourcePoller large = DryRun.poller("large", List.of("l1", "l2", "l3", "l4", "l5"), 4, 0);
        SourcePoller small = DryRun.poller("small", List.of("s1"), 4, 0);
        start(1, large, small);

        await().atMost(SOON).until(() -> read.size() == 6);
        assertThat(read.indexOf("s1")).as("%s", read).isLessThanOrEqualTo(1);
    }

    @Test
    void readsNoMoreOfAnAccountAtOnceThanItsConcurrency() {
        SourcePoller poller = DryRun.poller("acme", List.of("j1", "j2", "j3", "j4"), 2, 0);
        dispatcher = new PollDispatcher(8, PollClock.of(Instant::now), task -> {
            read.add(task.getJob());
            waitUntilItMay();
        });
        begin(poller);

        await().atMost(SOON).until(() -> read.size() == 2);
        await().during(Duration.ofMillis(100)).atMost(SOON).until(() -> read.size() == 2);
    }

    /** Twenty accounts whose rate allows a request every ten seconds, and two workers. */
    @Test
    void keepsNoWorkerWaitingForTheRateOfAnAccount() {
        SourcePoller[] pollers = IntStream.range(0, 20).mapToObj(account ->
                DryRun.poller("account-" + account, List.of("j1", "j2"), 4, 0.1)).toArray(SourcePoller[]::new);
        start(2, pollers);

        await().atMost(Duration.ofSeconds(5)).until(() -> read.size() == 20);
        await().during(Duration.ofMillis(100)).atMost(SOON).until(() -> read.size() == 20);
        assertThat(read).as("one request of each account").containsOnly("j1");
    }

    @Test
    void goesOnAfterATaskThatFails() {
        SourcePoller poller = DryRun.poller("acme", List.of("j1", "j2"), 1, 0);
        dispatcher = new PollDispatcher(1, PollClock.of(Instant::now), task -> {
            read.add(task.getJob());
            // A class that is not there is an error, and no exception.
            if (task.getJob().equals("j1")) {
                throw new NoClassDefFoundError("a class");
            }
            throw new IllegalStateException("a fault");
        });
        begin(poller);

        await().atMost(SOON).until(() -> read.contains("j1") && read.contains("j2"));
    }

    /** What the rate keeps waiting is read when its time has come, the account first that waits least. */
    @Test
    void readsWhatIsDueLaterWhenItIsDue() {
        SourcePoller fast = DryRun.poller("fast", List.of("f1", "f2"), 1, 20);
        SourcePoller slow = DryRun.poller("slow", List.of("s1", "s2"), 1, 4);
        start(1, fast, slow);

        await().atMost(SOON).until(() -> read.size() == 4);
        assertThat(read).endsWith("f2", "s2");
    }

    @Test
    void readsAnAccountThatIsTickedLater() {
        SourcePoller early = DryRun.poller("early", List.of("e1"), 1, 0);
        SourcePoller late = DryRun.poller("late", List.of("l1"), 1, 0);
        dispatcher = new PollDispatcher(1, PollClock.of(Instant::now), task -> read.add(task.getJob()));
        dispatcher.add(late);
        begin(early);
        await().atMost(SOON).until(() -> read.contains("e1"));
        late.tick();

        await().atMost(SOON).until(() -> read.contains("l1"));
    }

    @Test
    void readsTheFirstAccountThatIsTickedThoughAllWaited() {
        SourcePoller poller = DryRun.poller("acme", List.of("j1"), 1, 0);
        dispatcher = new PollDispatcher(2, PollClock.of(Instant::now), task -> read.add(task.getJob()));
        dispatcher.start();
        dispatcher.add(poller);
        poller.tick();

        await().atMost(SOON).until(() -> read.contains("j1"));
    }

    @Test
    @Timeout(20)
    void readsNothingMoreOnceItIsStopped() {
        readAndWait("j1", "j2");
        dispatcher.stop();
        may.countDown();
        dispatcher.awaitEnd(SOON);

        assertThat(read).as("what was being read goes on to its end").containsExactly("j1");
        assertThat(workers()).isZero();
    }

    @Test
    @Timeout(20)
    void endsTheThreadsThatHaveNothingToDo() {
        dispatcher = new PollDispatcher(3, PollClock.of(Instant::now), task -> read.add(task.getJob()));
        dispatcher.start();
        assertThat(workers()).isEqualTo(3);
        dispatcher.stop();
        dispatcher.awaitEnd(SOON);

        assertThat(workers()).isZero();
    }

    @Test
    @Timeout(20)
    void interruptsWhatIsBeingReadWhenItIsClosed() {
        SourcePoller poller = DryRun.poller("acme", List.of("j1"), 1, 0);
        dispatcher = new PollDispatcher(1, PollClock.of(Instant::now), task -> {
            read.add(task.getJob());
            waitUntilItMay();
            read.add("interrupted " + Thread.currentThread().isInterrupted());
        });
        begin(poller);
        await().atMost(SOON).until(() -> read.size() == 1);
        dispatcher.close();

        assertThat(read).containsExactly("j1", "interrupted true");
        assertThat(workers()).isZero();
    }

    /** Whoever stops a bridge does not wait for ever for a provider. */
    @Test
    @Timeout(20)
    void awaitsTheEndOnlySoLong() {
        readAndWait("j1");
        dispatcher.stop();
        dispatcher.awaitEnd(Duration.ofMillis(1));

        assertThat(workers()).isOne();
    }

    /** Those of this dispatcher that live. */
    private long workers() {
        return workerThreads().stream().filter(thread -> !others.contains(thread)).count();
    }

    private static Set<Thread> workerThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("poll-worker-")).collect(Collectors.toSet());
    }

    private void start(int workers, SourcePoller... pollers) {
        dispatcher = new PollDispatcher(workers, PollClock.of(Instant::now), task -> {
            read.add(task.getJob());
            for (SourcePoller poller : pollers) {
                if (poller.source().name().equals(task.getSource())) {
                    DryRun.readWhole(poller, task);
                }
            }
        });
        begin(pollers);
    }

    /** The first of these jobs is being read when this returns, and until it may end. */
    private void readAndWait(String... jobs) {
        dispatcher = new PollDispatcher(1, PollClock.of(Instant::now), task -> {
            read.add(task.getJob());
            waitUntilItMay();
        });
        begin(DryRun.poller("acme", List.of(jobs), 1, 0));
        await().atMost(SOON).until(() -> read.size() == 1);
    }

    private void begin(SourcePoller... pollers) {
        for (SourcePoller poller : pollers) {
            poller.tick();
            dispatcher.add(poller);
        }
        dispatcher.start();
    }

    private void waitUntilItMay() {
        try {
            assertThat(may.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
