package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One pool of threads reads what is due of all accounts, which take turns. */
class PollDispatcherTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<String> read = new CopyOnWriteArrayList<>();
    private final CountDownLatch may = new CountDownLatch(1);
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
            throw new IllegalStateException("a fault");
        });
        begin(poller);

        await().atMost(SOON).until(() -> read.contains("j1") && read.contains("j2"));
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
