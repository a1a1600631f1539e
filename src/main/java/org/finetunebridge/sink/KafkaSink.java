package org.finetunebridge.sink;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.finetunebridge.event.Event;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.KafkaRecords.Sending;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events, dead letters and the memory of them in one Kafka transaction: who reads committed records sees each fact
 * once, across any crash.
 *
 * <p>A session begins by fencing whoever wrote before, and reads the memory only then: from there on nobody else's
 * commit can land in it. Every failure ends it, because a commit whose answer was lost may have happened.
 */
public final class KafkaSink implements Sink {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaSink.class);
    /**
     * A transaction that begins while the cluster still writes the markers of the last one makes the client wait 20 ms;
     * it rarely does if it comes this much later.
     */
    private static final long GAP = TimeUnit.MILLISECONDS.toNanos(2);
    /**
     * How long whoever fenced us may need to say who it is: its claim is the first thing it commits. It costs us this much
     * when nobody took over and our own transaction ran out of time.
     */
    private static final Duration CLAIM_WAIT = Duration.ofSeconds(10);
    private static final Duration CLAIM_POLL = Duration.ofMillis(500);

    private final KafkaSettings settings;
    private final KafkaClients clients;
    private final KafkaTopics topics;
    private final KafkaMemory memory;
    private final KafkaRecords records;
    private final KafkaDeadLetters deadLetters;
    private final String self = UUID.randomUUID() + " (process " + ProcessHandle.current().pid() + ")";
    private Producer<byte[], byte[]> producer;
    private long committed = System.nanoTime();
    private boolean claimed;
    private boolean suspect;
    private Fenced fenced;

    /**
     * @param settings where to, and as whom
     * @throws org.finetunebridge.settings.BadSettings if the client's properties cannot be used
     */
    public KafkaSink(KafkaSettings settings) {
        this.settings = settings;
        this.clients = new KafkaClients(settings);
        this.topics = new KafkaTopics(settings, clients);
        this.memory = new KafkaMemory(settings.stateTopic(), clients);
        this.records = new KafkaRecords(settings);
        this.deadLetters = new KafkaDeadLetters(settings.deadLetterTopic(), clients, memory, records);
    }

    @Override
    public Collection<JobMemory> open() {
        if (fenced != null) {
            throw fenced;
        }
        close();
        try {
            topics.prepare();
            if (claimed || suspect) {
                requireOwnClaim();
            }
            producer = clients.producer();
            producer.initTransactions();
            transact(List.of(records.remembered(KafkaMemory.ownerKey(settings.transactionalId()), self)));
            claimed = true;
            return memory.memories();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw over("interrupted", e);
        } catch (Fenced e) {
            throw e;
        } catch (ExecutionException | RuntimeException e) {
            throw over("the Kafka sink cannot be opened", e);
        }
    }

    @Override
    public void write(List<Batch> batches) {
        List<Sending> all = new ArrayList<>(records.told(batches));
        all.addAll(records.remembered(batches));
        try {
            transact(all);
        } catch (NeverSent e) {
            throw rejected(e);
        } catch (RuntimeException e) {
            throw over("the commit is not confirmed", e);
        }
    }

    @Override
    public Collection<JobMemory> peek() {
        return ask(memory::memories);
    }

    @Override
    public void forget(Collection<String> names) {
        ask(() -> {
            transact(names.stream().map(records::forgotten).toList());
            return null;
        });
    }

    @Override
    public List<String> deadLetters() {
        return ask(deadLetters::read);
    }

    @Override
    public void removeDeadLetters(Predicate<String> gone) {
        ask(() -> {
            transact(deadLetters.without(gone));
            return null;
        });
    }

    private <T> T ask(Callable<T> question) {
        try {
            return question.call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw over("interrupted", e);
        } catch (Exception e) {
            throw over("the topics cannot be used", e);
        }
    }

    /** Does not wait for what is under way: a session that is over has nothing to wait for. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            if (producer != null) {
                producer.close(Duration.ZERO);
            }
        } catch (KafkaException e) {
            LOG.debug("while closing: {}", e.toString());
        } finally {
            producer = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A failed send, if it says that it can never work; told apart from a commit that failed, which says nothing. */
    private static final class NeverSent extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Event event;

        NeverSent(Sending sending, Exception cause) {
            super(cause);
            this.event = sending.event();
        }
    }

    private void transact(List<Sending> all) {
        awaitGap();
        var failure = new AtomicReference<RuntimeException>();
        producer.beginTransaction();
        try {
            for (Sending sending : all) {
                producer.send(sending.record(), (written, e) -> {
                    if (e != null) {
                        failure.compareAndSet(null, failed(sending, e));
                    }
                });
                // Not at the end: without a cluster every further send would wait its full time.
                if (failure.get() != null) {
                    throw failure.get();
                }
            }
            producer.commitTransaction();
        } catch (RuntimeException e) {
            throw failure.get() == null ? e : failure.get();
        }
        committed = System.nanoTime();
    }

    private static RuntimeException failed(Sending sending, Exception e) {
        return KafkaTrouble.isForEver(e) ? new NeverSent(sending, e) : new KafkaException(e);
    }

    private Rejected rejected(NeverSent e) {
        try {
            producer.abortTransaction();
        } catch (RuntimeException failed) {
            throw over("the page was not taken, and taking it back is not confirmed", failed);
        }
        return new Rejected(e.getCause().getMessage(), e.event, e);
    }

    private void awaitGap() {
        long rest = committed + GAP - System.nanoTime();
        if (rest > 0) {
            LockSupport.parkNanos(rest);
        }
    }

    /**
     * Asks without the fence, which would steal the id back from whoever took it. Not only who was fenced asks: a session
     * may have ended for another reason just when somebody took over.
     */
    private void requireOwnClaim() throws ExecutionException, InterruptedException {
        String expected = claimed ? self : memory.owner(settings.transactionalId());
        long patience = suspect ? System.nanoTime() + CLAIM_WAIT.toNanos() : System.nanoTime();
        do {
            String owner = memory.owner(settings.transactionalId());
            if (!Objects.equals(owner, expected)) {
                throw gaveWay(owner);
            }
        } while (stillUncertain(patience));
        suspect = false;
    }

    private static boolean stillUncertain(long patience) throws InterruptedException {
        if (System.nanoTime() >= patience) {
            return false;
        }
        Thread.sleep(CLAIM_POLL.toMillis());
        return true;
    }

    private Fenced gaveWay(String owner) {
        fenced = new Fenced("another instance took over: " + owner + " now writes with the transactional id "
                + settings.transactionalId() + "; stop one of them, or give each a bridge.kafka.transactional-id"
                + " and a bridge.kafka.state-topic of its own");
        return fenced;
    }

    private Lost over(String what, Throwable e) {
        suspect |= KafkaTrouble.isFence(e);
        close();
        return KafkaTrouble.lost(what, e, settings);
    }
}
