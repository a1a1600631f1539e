package org.finetunebridge.sink.kafka;

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
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.sink.kafka.KafkaRecordFactory.Sending;
import org.finetunebridge.state.JobState;

/**
 * At least once, for clusters that allow no transactions: a route of camel-kafka sends the events and the dead letters,
 * and when the cluster has them all, the memory of them. A crash between the two tells them again, under the same ids.
 * Nothing keeps a second instance out.
 */
public final class AtLeastOnceKafkaSink extends DefaultKafkaClientFactory implements Sink {

    private static final String UNUSABLE = "the topics cannot be used";

    private final KafkaSettings settings;
    private final KafkaClientFactory clients;
    private final KafkaTopicAdmin topics;
    private final KafkaStateStore state;
    private final KafkaRecordFactory records;
    private final KafkaDeadLetterStore deadLetters;
    private final KafkaRouteProducer route;
    private Producer<byte[], byte[]> producer;
    private boolean routed;

    /**
     * @param context with the route that sends
     * @throws org.finetunebridge.settings.InvalidConfigurationException if the client's properties cannot be used
     */
    public AtLeastOnceKafkaSink(KafkaSettings settings, CamelContext context) {
        this.settings = settings;
        this.clients = new KafkaClientFactory(settings);
        this.topics = new KafkaTopicAdmin(settings, clients);
        this.state = new KafkaStateStore(settings.stateTopic(), clients);
        this.records = new KafkaRecordFactory(settings);
        this.deadLetters = new KafkaDeadLetterStore(settings.deadLetterTopic(), clients, state, records);
        this.route = new KafkaRouteProducer(context, settings, clients.largestRecord());
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
    public Collection<JobState> open() {
        return ask("the Kafka sink cannot be opened", () -> {
            topics.prepare();
            state.requireAllInFirstPartition();
            // Of a topic that the producer does not know, every record of a list would wait its full time.
            for (String topic : List.of(settings.topic(), settings.deadLetterTopic(), settings.stateTopic())) {
                producer().partitionsFor(topic);
            }
            return state.states();
        });
    }

    @Override
    public void write(List<Batch> batches) {
        route.send(records.published(batches));
        route.send(records.remembered(batches));
    }

    @Override
    public Collection<JobState> peek() {
        return ask(UNUSABLE, () -> {
            state.requireAllInFirstPartition();
            return state.states();
        });
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
            throw KafkaErrorClassifier.lost("interrupted", e, settings);
        } catch (Exception e) {
            throw KafkaErrorClassifier.lost(failure, e, settings);
        }
    }

    /** The route's producer outlives a failure, and ends with Camel; one that no route ever had ends here. */
    @Override
    public synchronized void close() {
        if (producer != null && !routed) {
            KafkaClientFactory.end(producer);
            producer = null;
        }
        route.close();
    }
}
