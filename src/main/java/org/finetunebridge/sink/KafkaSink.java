package org.finetunebridge.sink;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.KafkaRecords.Sending;

/**
 * Events, dead letters and the memory of them in one Kafka transaction: who reads committed records sees each fact
 * once, across any crash.
 *
 * <p>A session begins by fencing whoever wrote before, and reads the memory only then: from there on nobody else's
 * commit can land in it. Every failure ends it, because a commit whose answer was lost may have happened.
 */
public final class KafkaSink implements Sink {

    private final KafkaSettings settings;
    private final KafkaClients clients;
    private final KafkaTopics topics;
    private final KafkaMemory memory;
    private final KafkaRecords records;
    private final KafkaDeadLetters deadLetters;
    private final KafkaClaim claim;
    private KafkaTransactions transactions;

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
        this.claim = new KafkaClaim(settings, memory);
    }

    @Override
    public Collection<JobMemory> open() {
        claim.requireNotLost();
        close();
        return orOver("the Kafka sink cannot be opened", () -> {
            topics.prepare();
            claim.requireOurs();
            transactions = new KafkaTransactions(clients.producer());
            transactions.fence();
            transactions.commit(List.of(claim.record(records)));
            claim.made();
            return memory.memories();
        });
    }

    @Override
    public void write(List<Batch> batches) {
        List<Sending> all = new ArrayList<>(records.told(batches));
        all.addAll(records.remembered(batches));
        try {
            opened().commit(all);
        } catch (Rejected e) {
            throw e;
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
            opened().commit(names.stream().map(records::forgotten).toList());
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

    private KafkaTransactions opened() {
        if (transactions == null) {
            throw new Lost("the Kafka sink is not open, because something failed before; try again", null);
        }
        return transactions;
    }

    private <T> T ask(Callable<T> question) {
        return orOver("the topics cannot be used", question);
    }

    private <T> T orOver(String what, Callable<T> question) {
        try {
            return question.call();
        } catch (Fenced e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw over("interrupted", e);
        } catch (Exception e) {
            throw over(what, e);
        }
    }

    private Lost over(String what, Exception e) {
        claim.doubtAfter(e);
        close();
        return KafkaTrouble.lost(what, e, settings);
    }
}
