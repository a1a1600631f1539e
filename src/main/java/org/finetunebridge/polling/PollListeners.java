package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.finetunebridge.polling.UnconfirmedPages.Page;
import org.finetunebridge.provider.ProviderException;

/** Everybody who is told how the polls of one source go, and whoever waits for its first cycle. Safe for threads. */
final class PollListeners implements PollListener {

    private final List<PollListener> all = new CopyOnWriteArrayList<>();
    private final CountDownLatch firstCycle = new CountDownLatch(1);

    void add(PollListener listener) {
        all.add(listener);
    }

    /**
     * Pages of a job are committed.
     *
     * @param whole whether everything that is followed of it was read
     */
    void committed(String job, List<Page> pages, boolean whole) {
        pages.forEach(page -> read(page.known(), page.took()));
        if (whole) {
            jobRead(job);
        }
    }

    @Override
    public void read(int known, Duration took) {
        all.forEach(one -> one.read(known, took));
    }

    @Override
    public void failed(ProviderException failure, Duration took) {
        all.forEach(one -> one.failed(failure, took));
    }

    @Override
    public void deferred(Instant until) {
        all.forEach(one -> one.deferred(until));
    }

    @Override
    public void jobRead(String job) {
        all.forEach(one -> one.jobRead(job));
    }

    @Override
    public void cycleEnded(CycleResult result) {
        all.forEach(one -> one.cycleEnded(result));
        waitNoMore();
    }

    void awaitFirstCycle() throws InterruptedException {
        firstCycle.await();
    }

    /** There will be no cycle any more. */
    void waitNoMore() {
        firstCycle.countDown();
    }
}
