package org.finetunebridge.sink;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;
import org.apache.kafka.clients.producer.Producer;
import org.finetunebridge.event.Event;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.KafkaRecords.Sending;

/**
 * At least once, for clusters that allow no transactions: a route of camel-kafka sends the events and the dead letters,
 * and when the cluster has them all, the memory of them. A crash between the two tells them again, under the same ids.
 * Nothing keeps a second instance out.
 */
public final class RoutedKafkaSink extends DefaultKafkaClientFactory implements Sink {

    /** A record's frame, at most: the client counts it when it holds a record against its limit. */
    private static final int FRAME = 128;
    private static final String ROUTE = "direct:publish-kafka-send";

    private final KafkaSettings settings;
    private final KafkaClients clients;
    private final KafkaTopics topics;
    private final KafkaMemory memory;
    private final KafkaRecords records;
    private final KafkaDeadLetters deadLetters;
    private final CamelContext context;
    private Producer<byte[], byte[]> producer;
    private ProducerTemplate template;

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
        this.context = context;
    }

    /** The route's producer: with our properties, and the user's laid over them. */
    @Override
    public synchronized Producer<byte[], byte[]> getProducer(Properties ofTheRoute) {
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
        try {
            topics.prepare();
            // Of a topic that the producer does not know, every record of a list would wait its full time.
            for (String topic : List.of(settings.topic(), settings.deadLetterTopic(), settings.stateTopic())) {
                getProducer(null).partitionsFor(topic);
            }
            return memory.memories();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaTrouble.lost("interrupted", e, settings);
        } catch (ExecutionException | RuntimeException e) {
            throw KafkaTrouble.lost("the Kafka sink cannot be opened", e, settings);
        }
    }

    @Override
    public void write(List<Batch> batches) {
        List<Sending> told = records.told(batches);
        told.stream().filter(sending -> size(sending.event()) > clients.largestRecord()).findFirst()
                .ifPresent(large -> {
                    throw new Rejected("the record is larger than bridge.kafka.client.max.request.size allows",
                            large.event(), null);
                });
        send(told);
        send(records.remembered(batches));
    }

    @Override
    public Collection<JobMemory> peek() {
        return ask(memory::memories);
    }

    @Override
    public void forget(Collection<String> names) {
        write(names.stream().map(records::forgotten));
    }

    @Override
    public List<String> deadLetters() {
        return ask(deadLetters::read);
    }

    @Override
    public void removeDeadLetters(Predicate<String> gone) {
        write(ask(() -> deadLetters.without(gone)).stream());
    }

    private void write(Stream<Sending> few) {
        ask(() -> {
            for (Sending one : few.toList()) {
                getProducer(null).send(one.record()).get();
            }
            return null;
        });
    }

    private <T> T ask(Callable<T> question) {
        try {
            return question.call();
        } catch (Exception e) {
            throw KafkaTrouble.lost("the topics cannot be used", e, settings);
        }
    }

    /** The producer belongs to the route: it outlives a failure, and ends with Camel. */
    @Override
    public void close() {
        if (template != null) {
            template.stop();
            template = null;
        }
    }

    private void send(List<Sending> some) {
        if (some.isEmpty()) {
            return;
        }
        if (template == null) {
            template = context.createProducerTemplate();
        }
        List<Message> list = some.stream().map(this::message).toList();
        Exception failure = template.send(ROUTE, exchange -> exchange.getMessage().setBody(list)).getException();
        if (failure != null && KafkaTrouble.isForEver(failure)) {
            throw new Rejected(KafkaTrouble.reason(failure), largest(some), failure);
        } else if (failure != null) {
            throw KafkaTrouble.lost("the records are not all confirmed", failure, settings);
        }
    }

    private Message message(Sending sending) {
        var message = new DefaultMessage(context);
        sending.record().headers().forEach(header -> message.setHeader(header.key(), header.value()));
        message.setHeader(KafkaConstants.OVERRIDE_TOPIC, sending.record().topic());
        message.setHeader(KafkaConstants.KEY, sending.record().key());
        message.setBody(sending.record().value());
        return message;
    }

    /** Which record it was the route does not say. */
    private static Event largest(List<Sending> some) {
        return some.stream().map(Sending::event).filter(event -> event != null)
                .max(Comparator.comparingInt(RoutedKafkaSink::size)).orElse(null);
    }

    private static int size(Event event) {
        int headers = event.headers().entrySet().stream()
                .mapToInt(header -> 3 * (header.getKey().length() + header.getValue().length()) + 16).sum();
        return FRAME + 3 * (event.key() == null ? 0 : event.key().length()) + headers + event.value().length;
    }
}
