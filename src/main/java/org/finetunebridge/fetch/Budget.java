package org.finetunebridge.fetch;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Requests a second, at most, over everything that uses one key. Requests in flight are bounded by the worker pool. */
public final class Budget {

    private final long gap;
    private long next = System.nanoTime();

    /** @param rate requests a second; 0 for no limit */
    public Budget(double rate) {
        gap = rate > 0 ? (long) (TimeUnit.SECONDS.toNanos(1) / rate) : 0;
    }

    /** Waits for a turn. */
    void take() throws InterruptedException {
        long turn = turn();
        for (long wait = turn - System.nanoTime(); wait > 0; wait = turn - System.nanoTime()) {
            LockSupport.parkNanos(wait);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private synchronized long turn() {
        long turn = Math.max(System.nanoTime(), next);
        next = turn + gap;
        return turn;
    }
}
