package org.finetunebridge.polling;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Spaces the requests of one account by its {@code rate}. What a provider asks for (429, {@code Retry-After}) is decided by
 * {@link RetryPolicy}.
 */
public final class RateLimiter {

    private final long gap;
    private final Runnable gate;
    private long next = System.nanoTime();

    /** @param rate requests a second; 0 for no limit */
    public RateLimiter(double rate) {
        this(rate, () -> { });
    }

    /**
     * @param rate requests a second; 0 for no limit
     * @param gate throws if nothing is to be asked any more: much may happen while one waits
     */
    public RateLimiter(double rate, Runnable gate) {
        this.gate = gate;
        gap = rate > 0 ? (long) (TimeUnit.SECONDS.toNanos(1) / rate) : 0;
    }

    /** Waits for a turn. */
    public void take() throws InterruptedException {
        long turn = turn();
        for (long wait = turn - System.nanoTime(); wait > 0; wait = turn - System.nanoTime()) {
            LockSupport.parkNanos(wait);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        gate.run();
    }

    private synchronized long turn() {
        long turn = Math.max(System.nanoTime(), next);
        next = turn + gap;
        return turn;
    }
}
