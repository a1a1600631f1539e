package org.finetunebridge.sink.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.SinkUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of several instances that stand by for one another is the active one. All are members of one consumer group, named
 * like their transactional id, and Kafka gives the partition of the state to one of them; nobody reads it so. A member that
 * leaves is followed at once, one that dies after its session's timeout. Whoever comes later takes nothing away.
 *
 * <p>It only says who tries. That no two of them write is the work of the transactional id.
 */
final class KafkaLeaderElection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaLeaderElection.class);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(200);
    /** How long whoever asks waits for the first answer: a group that is new takes three seconds. */
    private static final long FIRST_SECONDS = 6;
    /** Leaving is one request; a cluster that is away holds up no stop. */
    private static final Duration LEAVE = Duration.ofSeconds(1);

    private final KafkaSettings settings;
    private final KafkaClientFactory clients;
    private final CountDownLatch decided = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean elected;
    private Thread member;

    KafkaLeaderElection(KafkaSettings settings, KafkaClientFactory clients) {
        this.settings = settings;
        this.clients = clients;
    }

    /**
     * Joins, if it has not yet. The topic of the state must exist.
     *
     * @throws SinkUnavailableException if another instance is the active one, or nobody has said yet who is
     */
    void requireElected() throws InterruptedException {
        join();
        boolean known = decided.await(FIRST_SECONDS, TimeUnit.SECONDS);
        if (!elected) {
            throw new SinkUnavailableException("this instance stands by: " + (known ? "another one of the group "
                    + settings.transactionalId() + " (bridge.kafka.transactional-id) is active"
                    : "Kafka has not said yet which one of the group " + settings.transactionalId() + " is active"), null);
        }
    }

    /** Whether this instance is a member, and another one was the active one when it was last heard of. */
    boolean standsBy() {
        return decided.getCount() == 0 && !elected;
    }

    private synchronized void join() {
        if (member == null && !isClosed()) {
            // Made here, so that properties that contradict each other are said to whoever asks.
            Consumer<byte[], byte[]> first = clients.member(settings.transactionalId());
            member = new Thread(() -> run(first), "standby");
            member.setDaemon(true);
            member.start();
        }
    }

    private void run(Consumer<byte[], byte[]> first) {
        for (Consumer<byte[], byte[]> consumer = first;; consumer = clients.member(settings.transactionalId())) {
            try {
                consumer.subscribe(List.of(settings.stateTopic()), new Assignment(consumer));
                while (!isClosed()) {
                    consumer.poll(POLL);
                }
            } catch (RuntimeException e) {
                LOG.warn("Not a member of the group {}, tried again: {}", settings.transactionalId(), KafkaErrorClassifier.reason(e));
            } finally {
                elected = false;
                consumer.close(LEAVE);
            }
            if (isClosedWithin(RETRY)) {
                return;
            }
        }
    }

    private boolean isClosed() {
        return isClosedWithin(Duration.ZERO);
    }

    private boolean isClosedWithin(Duration time) {
        try {
            return closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Leaves the group, so that another instance is the active one. */
    @Override
    public synchronized void close() {
        closed.countDown();
        if (member != null) {
            try {
                member.join(LEAVE.plus(POLL).toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What the group says of this member. What the records of the state are is none of its business: it fetches none. */
    private final class Assignment implements ConsumerRebalanceListener {

        private final Consumer<byte[], byte[]> consumer;

        Assignment(Consumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            consumer.pause(partitions);
            elected |= hasState(partitions);
            decided.countDown();
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            elected &= !hasState(partitions);
        }

        private static boolean hasState(Collection<TopicPartition> partitions) {
            return partitions.stream().anyMatch(one -> one.partition() == KafkaStateStore.PARTITION);
        }
    }
}
