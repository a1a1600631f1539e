package org.finetunebridge.connect;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.kafka.connect.source.SourceRecord;
import org.finetunebridge.sink.SinkUnavailableException;

/**
 * Where the thread that commits pages hands records to the thread of the task, and waits until the worker has confirmed
 * them. One group at a time. Safe for threads; nothing here blocks the task for longer than it asks.
 */
final class RecordHandover {

    /** A cluster that is well needs less than a second; so long an operator may wait before the log says something. */
    private static final Duration LATE = Duration.ofMinutes(2);

    private final boolean transactional;
    private final Duration late;
    private final Consumer<String> warning;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private List<SourceRecord> group;
    private boolean taken;
    private int unconfirmed;
    private boolean confirmed;
    private SinkUnavailableException failure;

    /**
     * @param transactional whether a group is confirmed by the commit of a transaction, or by each record's own
     * @param warning       gets what a person should know
     */
    RecordHandover(boolean transactional, Consumer<String> warning) {
        this(transactional, LATE, warning);
    }

    RecordHandover(boolean transactional, Duration late, Consumer<String> warning) {
        this.transactional = transactional;
        this.late = late;
        this.warning = warning;
    }

    /**
     * Hands records over, and returns when they are confirmed.
     *
     * @throws SinkUnavailableException if that is not certain; the task is over then
     */
    void pass(List<SourceRecord> records) {
        if (records.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            requireOpen();
            group = records;
            taken = false;
            confirmed = false;
            unconfirmed = records.size();
            changed.signalAll();
            awaitConfirmation(records);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(new SinkUnavailableException("interrupted while a commit was awaited", e));
            throw failure;
        } finally {
            group = null;
            lock.unlock();
        }
    }

    private void awaitConfirmation(List<SourceRecord> records) throws InterruptedException {
        long rest = late.toNanos();
        while (!confirmed) {
            requireOpen();
            if (rest <= 0) {
                changed.await();
                continue;
            }
            rest = changed.awaitNanos(rest);
            if (rest <= 0 && !confirmed && failure == null) {
                warning.accept(unconfirmed + " of " + records.size() + " records are not written after " + late.toSeconds()
                        + " s, and nothing more is read until they are. Is the cluster there? Are the topics there, or set"
                        + " topic.creation.default.partitions and .replication.factor, and may the worker write to them: "
                        + String.join(", ", records.stream().map(SourceRecord::topic).distinct().sorted().toList()));
            }
        }
    }

    /** The next group, once; null if there is none within that time. */
    List<SourceRecord> take(Duration patience) throws InterruptedException {
        long rest = patience.toNanos();
        lock.lockInterruptibly();
        try {
            while ((group == null || taken) && failure == null && rest > 0) {
                rest = changed.awaitNanos(rest);
            }
            if (group == null || taken || failure != null) {
                return null;
            }
            taken = true;
            return group;
        } finally {
            lock.unlock();
        }
    }

    /** The cluster has a record of the group, or a transform has dropped it. */
    void recordWritten() {
        lock.lock();
        try {
            unconfirmed--;
            if (!transactional) {
                confirmIfWritten();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A transaction was committed. That means nothing unless every record of the group was in it. */
    void committed() {
        lock.lock();
        try {
            if (transactional) {
                confirmIfWritten();
            }
        } finally {
            lock.unlock();
        }
    }

    private void confirmIfWritten() {
        if (group != null && taken && unconfirmed <= 0) {
            confirmed = true;
            changed.signalAll();
        }
    }

    /** Nothing is confirmed any more: who waits fails, and who comes later. The first reason counts. */
    void fail(SinkUnavailableException why) {
        lock.lock();
        try {
            failure = failure == null ? why : failure;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Why nothing is confirmed any more; null while that is not so. */
    SinkUnavailableException failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (failure != null) {
            throw new SinkUnavailableException(failure.getMessage(), failure);
        }
    }
}
