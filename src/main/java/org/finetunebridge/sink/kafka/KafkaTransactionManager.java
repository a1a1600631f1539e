package org.finetunebridge.sink.kafka;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.finetunebridge.sink.EventRejectedException;
import org.finetunebridge.sink.kafka.KafkaRecordFactory.Sending;

/** The transactions of one session, one after the other. Whatever fails in one but {@link EventRejectedException} ends them all. */
final class KafkaTransactionManager implements AutoCloseable {

    /**
     * A transaction that begins while the cluster still writes the markers of the last one makes the client wait 20 ms;
     * it rarely does if it comes this much later.
     */
    private static final long GAP = TimeUnit.MILLISECONDS.toNanos(2);

    private final Producer<byte[], byte[]> producer;
    private long committed = System.nanoTime();

    /** A record that the cluster or the producer did not take. */
    private record Failed(Sending sending, Exception why) {}

    /** @param producer with a transactional id; closed with this */
    KafkaTransactionManager(Producer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    /** Shuts out whoever had the id before. Returns when the fate of its last transaction is decided. */
    void fence() {
        producer.initTransactions();
    }

    /**
     * Commits all of these records or none. Returns when the commit is confirmed.
     *
     * @throws EventRejectedException         if one of them can never be written, and nothing was
     * @throws RuntimeException if it is not known whether they were
     */
    void commit(List<Sending> all) {
        awaitGap();
        var failed = new AtomicReference<Failed>();
        producer.beginTransaction();
        try {
            send(all, failed);
            producer.commitTransaction();
        } catch (RuntimeException e) {
            throw failed.get() == null ? e : ended(failed.get());
        }
        committed = System.nanoTime();
    }

    private void send(List<Sending> all, AtomicReference<Failed> failed) {
        for (Sending sending : all) {
            producer.send(sending.record(), (written, e) -> {
                if (e != null) {
                    failed.compareAndSet(null, new Failed(sending, e));
                }
            });
            // Not at the end: without a cluster every further send would wait its full time.
            if (failed.get() != null) {
                throw new KafkaException(failed.get().why());
            }
        }
    }

    /** A send that can never work is told apart from a commit that failed, which says nothing. */
    private RuntimeException ended(Failed failed) {
        if (!KafkaErrorClassifier.isForEver(failed.why())) {
            return new KafkaException(failed.why());
        }
        producer.abortTransaction();
        return new EventRejectedException(failed.why().getMessage(), failed.sending().event(), failed.why());
    }

    private void awaitGap() {
        long rest = committed + GAP - System.nanoTime();
        if (rest > 0) {
            LockSupport.parkNanos(rest);
        }
    }

    @Override
    public void close() {
        KafkaClientFactory.end(producer);
    }
}
