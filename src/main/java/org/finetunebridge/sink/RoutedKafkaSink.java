package org.finetunebridge.sink;

import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.kafka.clients.producer.Producer;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.KafkaRecords.Sending;

/**
 * At least once, for clusters that allow no transactions: a route of camel-kafka sends the events and the dead letters,
 * and when the cluster has them all, the memory of them. A crash between the two tells them again, under the same ids.
 * Nothing keeps a second instance out.
 */
public final class RoutedKafkaSink extends DefaultKafkaClientFactory implements Sink {

    private static final String UNUSABLE = "the topics cannot be used";

    private final KafkaSettings settings;
    private final KafkaClients clients;
    private final KafkaTopics topics;
    private final KafkaMemory memory;
    private final KafkaRecords records;
    private final KafkaDeadLetters deadLetters;
    private final KafkaRoute route;
    private Producer<byte[], byte[]> producer;
    private boolean routed;

    /**
     * @param context with the route that sends
     * @throws org.finetunebridge.settings.BadSettings if the client's properties cannot be used
     */
    public RoutedKafkaSink(KafkaSettings settings, CamelContext context) {
        this.settings = settings;
        this.clients = new KafkaClients(settings);
        this.topics = new KafkaTopics(settings, clients);
        this.memory = new KafkaMemory(settings.stateTopic(), clients);
        this.records = new KafkaRecords(settings);
        this.deadLetters = new KafkaDeadLetters(settings.deadLetterTopic(), clients, memory, records);
        this.route = new KafkaRoute(context, settings, clients.largestRecord());
    }

    /**
     * The route's producer: with our properties, and the user's laid over them. It belongs to the route, which closes
     * it when it stops: a route that is started again gets another.
     */
    @Override
    public synchronized Producer<byte[], byte[]> getProducer(Properties ofTheRoute) {
        if (producer == null || routed) {
            producer = clients.producer();
        }
        routed = true;
        return producer;
    }

    /** The same producer; the sink may be the first to need it. */
    private synchronized Producer<byte[], byte[]> producer() {
        if (producer == null) {
            producer = clients.producer();
        }
        return producer;
    }

    @Override
    public String getBrokers(KafkaConfiguration ofTheRoute) {
        return settings.brokers();
    }

    @Override
    public Collection<JobMemory> open() {
        return ask("the Kafka sink cannot be opened", () -> {
            topics.prepare();
            // Of a topic that the producer does not know, every record of a list would wait its full time.
            for (String topic : List.of(settings.topic(), settings.deadLetterTopic(), settings.stateTopic())) {
                producer().partitionsFor(topic);
            }
            return memory.memories();
        });
    }

    @Override
    public void write(List<Batch> batches) {
        route.send(records.told(batches));
        route.send(records.remembered(batches));
    }

    @Override
    public Collection<JobMemory> peek() {
        return ask(UNUSABLE, memory::memories);
    }

    @Override
    public void forget(Collection<String> names) {
        write(names.stream().map(records::forgotten));
    }

    @Override
    public List<String> deadLetters() {
        return ask(UNUSABLE, deadLetters::read);
    }

    @Override
    public void removeDeadLetters(Predicate<String> gone) {
        write(ask(UNUSABLE, () -> deadLetters.without(gone)).stream());
    }

    private void write(Stream<Sending> few) {
        ask(UNUSABLE, () -> {
            for (Sending one : few.toList()) {
                producer().send(one.record()).get();
            }
            return null;
        });
    }

    private <T> T ask(String failure, Callable<T> question) {
        try {
            return question.call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaTrouble.lost("interrupted", e, settings);
        } catch (Exception e) {
            throw KafkaTrouble.lost(failure, e, settings);
        }
    }

    /** The route's producer outlives a failure, and ends with Camel; one that no route ever had ends here. */
    @Override
    public synchronized void close() {
        if (producer != null && !routed) {
            KafkaClients.end(producer);
            producer = null;
        }
        route.close();
    }
}
