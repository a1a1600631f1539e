package org.finetunebridge.sink.kafka;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.sink.EventRejectedException;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.sink.kafka.KafkaRecordFactory.Sending;
import org.finetunebridge.sink.kafka.KafkaTransfer.Failed;

/**
 * How the records of one session become safe: in transactions, or the state after the events. One commit at a time.
 * Whatever fails in a commit but {@link EventRejectedException} ends the session.
 */
abstract class KafkaDelivery implements AutoCloseable {

    private final Producer<byte[], byte[]> producer;
    private final RouteSender route;

    KafkaDelivery(Producer<byte[], byte[]> producer, RouteSender route) {
        this.producer = producer;
        this.route = route;
    }

    /** Shuts out whoever wrote before, where that can be. Returns when the fate of its last commit is decided. */
    abstract void fence();

    /**
     * Commits records through the route. Returns when the cluster has confirmed them.
     *
     * @param published  events and dead letters
     * @param remembered the state that says so
     * @throws EventRejectedException if one of the records can never be written; the state was not
     * @throws RuntimeException       if it is not known whether they were written
     */
    abstract void commit(List<Sending> published, List<Sending> remembered);

    /** Commits a few records past the route: claims, and records without a value, which a message cannot carry. */
    abstract void commit(List<Sending> few);

    Producer<byte[], byte[]> producer() {
        return producer;
    }

    RouteSender route() {
        return route;
    }

    @Override
    public void close() {
        KafkaClientFactory.end(producer);
        route.close();
    }

    private static EventRejectedException rejected(Failed failed) {
        return new EventRejectedException(failed.why().getMessage(), failed.sending().event(), failed.why());
    }

    /** All records of a commit in one transaction. */
    static final class Transactional extends KafkaDelivery {

        /**
         * A transaction that begins while the cluster still writes the markers of the last one makes the client wait
         * 20 ms; it rarely does if it comes this much later.
         */
        private static final long GAP = TimeUnit.MILLISECONDS.toNanos(2);

        private long committed = System.nanoTime();

        /** @param producer with a transactional id */
        Transactional(Producer<byte[], byte[]> producer, RouteSender route) {
            super(producer, route);
        }

        @Override
        void fence() {
            producer().initTransactions();
        }

        @Override
        void commit(List<Sending> published, List<Sending> remembered) {
            commit(Stream.concat(published.stream(), remembered.stream()).toList(), route()::send);
        }

        @Override
        void commit(List<Sending> few) {
            commit(few, KafkaTransfer::sendAll);
        }

        private void commit(List<Sending> records, Consumer<KafkaTransfer> send) {
            awaitGap();
            var transfer = new KafkaTransfer(records, producer(), sending -> { });
            producer().beginTransaction();
            try {
                send.accept(transfer);
                producer().commitTransaction();
            } catch (SinkUnavailableException e) {
                abort(e);
                throw e;
            } catch (RuntimeException e) {
                throw transfer.failed() == null ? e : ended(transfer.failed());
            }
            committed = System.nanoTime();
        }

        /** A record that can never be written is an answer; a commit that failed for another reason is none. */
        private RuntimeException ended(Failed failed) {
            if (!KafkaErrorClassifier.isForEver(failed.why())) {
                return new KafkaException(failed.why());
            }
            producer().abortTransaction();
            return rejected(failed);
        }

        /** The route is at fault and the cluster is there: left open, the transaction would hold up the next session. */
        private void abort(SinkUnavailableException why) {
            try {
                producer().abortTransaction();
            } catch (RuntimeException e) {
                why.addSuppressed(e);
            }
        }

        private void awaitGap() {
            long rest = committed + GAP - System.nanoTime();
            if (rest > 0) {
                LockSupport.parkNanos(rest);
            }
        }
    }

    /** Without transactions: the state is written when the cluster has everything that was published. */
    static final class Plain extends KafkaDelivery {

        /** What is published already of a group that has to be written again without a record that was rejected. */
        private final Set<EncodedEvent> written =
                Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

        Plain(Producer<byte[], byte[]> producer, RouteSender route) {
            super(producer, route);
        }

        @Override
        void fence() {
            // nothing keeps a second instance out
        }

        @Override
        void commit(List<Sending> published, List<Sending> remembered) {
            List<Sending> missing = published.stream().filter(sending -> !written.contains(sending.event())).toList();
            if (missing.size() == published.size() && !published.isEmpty()) {
                written.clear();
            }
            deliver(missing, route()::send);
            deliver(remembered, route()::send);
            published.forEach(sending -> written.remove(sending.event()));
        }

        @Override
        void commit(List<Sending> few) {
            deliver(few, KafkaTransfer::sendAll);
        }

        private void deliver(List<Sending> records, Consumer<KafkaTransfer> send) {
            if (records.isEmpty()) {
                return;
            }
            var transfer = new KafkaTransfer(records, producer(), this::confirmed);
            try {
                send.accept(transfer);
                producer().flush();
            } catch (RuntimeException e) {
                if (transfer.failed() == null) {
                    throw e;
                }
            }
            if (transfer.failed() != null) {
                throw ended(transfer.failed());
            }
        }

        private void confirmed(Sending sending) {
            if (sending.event() != null) {
                written.add(sending.event());
            }
        }

        /** The others are not written again, so it has to be known which of them are there. */
        private RuntimeException ended(Failed failed) {
            if (!KafkaErrorClassifier.isForEver(failed.why())) {
                return new KafkaException(failed.why());
            }
            producer().flush();
            return rejected(failed);
        }
    }
}
