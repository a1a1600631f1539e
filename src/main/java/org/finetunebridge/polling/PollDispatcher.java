package org.finetunebridge.polling;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what is due of all accounts, on one bounded pool of threads. Accounts take turns: each gives one task at a time,
 * so that an account with thousands of jobs delays no other. Nobody waits in a thread: an account with nothing due costs
 * one entry in a queue. Safe for threads.
 */
public final class PollDispatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PollDispatcher.class);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(10);
    /** One thread looks at the clock this often, for a clock may run faster than this machine's. */
    private static final long LONGEST_WAIT = TimeUnit.MILLISECONDS.toNanos(250);

    private final int workers;
    private final Consumer<PollTask> reader;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<SourcePoller> ready = new ArrayDeque<>();
    /** In {@link #ready}, or with a worker: an account is at one place at a time. */
    private final Set<SourcePoller> active = new HashSet<>();
    private final Set<SourcePoller> wokenMeanwhile = new HashSet<>();
    private final TreeSet<Wait> waiting = new TreeSet<>();
    private final Map<SourcePoller, Wait> waits = new HashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private final PollClock clock;
    private long number;
    private boolean watching;
    private boolean stopped;

    /** An account, and when it has something due, by the clock's nanoseconds; of equal ones, the first comes first. */
    private record Wait(SourcePoller poller, long at, long number) implements Comparable<Wait> {

        @Override
        public int compareTo(Wait other) {
            return at == other.at ? Long.compare(number, other.number) : Long.signum(at - other.at);
        }
    }

    /**
     * @param workers how many tasks of all accounts are read at once, at most
     * @param clock   of the accounts
     * @param reader  reads a task to its end, or to its failure, before it returns; may throw
     */
    public PollDispatcher(int workers, PollClock clock, Consumer<PollTask> reader) {
        this.workers = workers;
        this.clock = clock;
        this.reader = reader;
    }

    /** Adds an account, which is read once it is ticked. */
    public void add(SourcePoller poller) {
        poller.onDue(() -> wake(poller));
        wake(poller);
    }

    /** Starts the threads. */
    public void start() {
        for (int number = 1; number <= workers; number++) {
            var thread = new Thread(this::work, "poll-worker-" + number);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /** Begins nothing more. What is being read goes on to its end. */
    public void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Stops, interrupts what is still being read, and waits for it: at most ten seconds. */
    @Override
    public void close() {
        stop();
        threads.forEach(Thread::interrupt);
        awaitEnd(LONGEST_CLOSE);
    }

    /** After a stop: waits until nothing is read any more, or for so long. */
    public void awaitEnd(Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        try {
            for (Thread thread : threads) {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Something changed at the account, so that more may be due than was known. */
    private void wake(SourcePoller poller) {
        lock.lock();
        try {
            if (active.add(poller)) {
                ready.add(poller);
                changed.signal();
            } else {
                wokenMeanwhile.add(poller);
            }
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        try {
            for (SourcePoller poller = next(); poller != null; poller = next()) {
                PollTask task = take(poller);
                if (task != null) {
                    read(poller, task);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The next account that may have something due; null if there will be none. */
    private SourcePoller next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!stopped) {
                wakeWaiting();
                if (!ready.isEmpty()) {
                    return ready.poll();
                }
                if (watching || waiting.isEmpty()) {
                    changed.await();
                } else {
                    watching = true;
                    try {
                        changed.awaitNanos(Math.min(LONGEST_WAIT, waiting.first().at() - clock.nanos()));
                    } finally {
                        watching = false;
                    }
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void wakeWaiting() {
        while (!waiting.isEmpty() && waiting.first().at() - clock.nanos() <= 0) {
            SourcePoller due = waiting.pollFirst().poller();
            waits.remove(due);
            if (active.add(due)) {
                ready.add(due);
            }
        }
        if (!ready.isEmpty()) {
            // One of the others waits for the next in the place of this one.
            changed.signal();
        }
    }

    /** One task of the account, which then waits for its next turn, or for its next moment. */
    private PollTask take(SourcePoller poller) {
        List<PollTask> tasks = List.of();
        long wait = TimeUnit.SECONDS.toNanos(1);
        try {
            tasks = poller.takeDue(1);
            wait = poller.nanosUntilDue();
        } catch (RuntimeException | Error e) {
            LOG.error("{}: a fault of the bridge", poller.source().name(), e);
        }
        lock.lock();
        try {
            active.remove(poller);
            forgetWait(poller);
            boolean woken = wokenMeanwhile.remove(poller);
            if (woken || wait <= 0) {
                active.add(poller);
                ready.add(poller);
                changed.signal();
            } else if (wait < Long.MAX_VALUE) {
                var until = new Wait(poller, clock.nanos() + wait, ++number);
                waits.put(poller, until);
                waiting.add(until);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
        return tasks.isEmpty() ? null : tasks.get(0);
    }

    private void forgetWait(SourcePoller poller) {
        Wait before = waits.remove(poller);
        if (before != null) {
            waiting.remove(before);
        }
    }

    private void read(SourcePoller poller, PollTask task) {
        try {
            reader.accept(task);
        } catch (RuntimeException | Error e) {
            // A worker that ended with it would be missed by nobody, until no account is read any more.
            LOG.error("{}: a fault of the bridge", task, e);
        } finally {
            poller.completed(task);
        }
    }
}
