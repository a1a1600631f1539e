package org.finetunebridge.sink.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.EventRejectedException;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.sink.kafka.KafkaRecordFactory.Sending;
import org.finetunebridge.state.JobState;

/**
 * Events, dead letters and the memory of them in one Kafka transaction: who reads committed records sees each fact
 * once, across any crash.
 *
 * <p>A session begins by fencing whoever wrote before, and reads the memory only then: from there on nobody else's
 * commit can land in it. Every failure ends it, because a commit whose answer was lost may have happened.
 */
public final class KafkaSink implements Sink {

    private final KafkaSettings settings;
    private final KafkaClientFactory clients;
    private final KafkaTopicAdmin topics;
    private final KafkaStateStore state;
    private final KafkaRecordFactory records;
    private final KafkaDeadLetterStore deadLetters;
    private final KafkaOwnership claim;
    private KafkaTransactionManager transactions;

    /**
     * @param settings where to, and as whom
     * @throws org.finetunebridge.settings.InvalidConfigurationException if the client's properties cannot be used
     */
    public KafkaSink(KafkaSettings settings) {
        this.settings = settings;
        this.clients = new KafkaClientFactory(settings);
        this.topics = new KafkaTopicAdmin(settings, clients);
        this.state = new KafkaStateStore(settings.stateTopic(), clients);
        this.records = new KafkaRecordFactory(settings);
        this.deadLetters = new KafkaDeadLetterStore(settings.deadLetterTopic(), clients, state, records);
        this.claim = new KafkaOwnership(settings, state);
    }

    @Override
    public Collection<JobState> open() {
        claim.requireNotLost();
        close();
        return orOver("the Kafka sink cannot be opened", () -> {
            topics.prepare();
            state.requireAllInFirstPartition();
            claim.requireOurs();
            transactions = new KafkaTransactionManager(clients.producer());
            transactions.fence();
            transactions.commit(List.of(claim.record(records)));
            claim.made();
            return state.states();
        });
    }

    @Override
    public void write(List<Batch> batches) {
        List<Sending> all = new ArrayList<>(records.published(batches));
        all.addAll(records.remembered(batches));
        try {
            opened().commit(all);
        } catch (EventRejectedException e) {
            throw e;
        } catch (RuntimeException e) {
            throw over("the commit is not confirmed", e);
        }
    }

    @Override
    public Collection<JobState> peek() {
        return look(() -> {
            state.requireAllInFirstPartition();
            return state.states();
        });
    }

    @Override
    public void inspect() {
        ask(() -> {
            topics.inspect();
            return null;
        });
    }

    @Override
    public void forget(Collection<String> names) {
        ask(() -> {
            opened().commit(names.stream().map(records::forgotten).toList());
            return null;
        });
    }

    @Override
    public List<String> deadLetters() {
        return look(deadLetters::read);
    }

    @Override
    public void removeDeadLetters(Predicate<String> gone) {
        ask(() -> {
            opened().commit(deadLetters.without(gone));
            return null;
        });
    }

    @Override
    public void close() {
        if (transactions != null) {
            transactions.close();
            transactions = null;
        }
    }

    private KafkaTransactionManager opened() {
        if (transactions == null) {
            throw new SinkUnavailableException("the Kafka sink is not open, because something failed before; try again", null);
        }
        return transactions;
    }

    /** Reads with clients of its own, so that a failure leaves the session as it is. */
    private <T> T look(Callable<T> question) {
        try {
            return question.call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaErrorClassifier.lost("interrupted", e, settings);
        } catch (Exception e) {
            throw KafkaErrorClassifier.lost("the topics cannot be read", e, settings);
        }
    }

    private <T> T ask(Callable<T> question) {
        return orOver("the topics cannot be used", question);
    }

    private <T> T orOver(String what, Callable<T> question) {
        try {
            return question.call();
        } catch (InstanceFencedException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw over("interrupted", e);
        } catch (Exception e) {
            throw over(what, e);
        }
    }

    private SinkUnavailableException over(String what, Exception e) {
        claim.doubtAfter(e);
        close();
        return KafkaErrorClassifier.lost(what, e, settings);
    }
}
