package org.finetunebridge.sink.kafka;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.ServiceStatus;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.sink.kafka.KafkaRecordFactory.Sending;

/**
 * Sends records through the route {@code publish-kafka-send}. The route gets a producer that stays the same as long as
 * it lives; what it hands to that producer goes to the client of the session, as part of the transfer under way.
 *
 * <p>A record that arrives twice, out of order or outside a transfer is refused, and one that does not arrive fails the
 * transfer: an edited route that filters, aggregates or copies would break exactly-once in silence.
 */
final class RouteSender extends DefaultKafkaClientFactory implements AutoCloseable {

    /** The name under which the route finds its producer. */
    private static final String FACTORY = "publish-kafka-clients";
    private static final String ROUTE = "direct:publish-kafka-send";
    private static final Set<ServiceStatus> RUNNING = EnumSet.of(ServiceStatus.Starting, ServiceStatus.Started,
            ServiceStatus.Suspending, ServiceStatus.Suspended, ServiceStatus.Stopping);

    private final CamelContext context;
    private final String brokers;
    private final Producer<byte[], byte[]> ofTheRoute;
    private volatile KafkaTransfer current;
    private ProducerTemplate template;

    /** @param context with the route that sends; may be started later, or never */
    @SuppressWarnings("unchecked")
    RouteSender(CamelContext context, String brokers) {
        this.context = context;
        this.brokers = brokers;
        this.ofTheRoute = (Producer<byte[], byte[]>) Proxy.newProxyInstance(Producer.class.getClassLoader(),
                new Class<?>[] {Producer.class}, this::called);
        context.getRegistry().bind(FACTORY, this);
    }

    /** Always the same; the properties of the route's endpoint do not count. */
    @Override
    public Producer<byte[], byte[]> getProducer(Properties ofTheEndpoint) {
        return ofTheRoute;
    }

    @Override
    public String getBrokers(KafkaConfiguration ofTheEndpoint) {
        return brokers;
    }

    /**
     * Hands all records of the transfer to its producer, in order. They are confirmed later. Without a started context,
     * as in {@code replay}, there is no route: then the records are handed on directly.
     *
     * @throws SinkUnavailableException if the route did not hand on exactly these records
     * @throws KafkaException           if the producer did not take one of them
     */
    void send(KafkaTransfer transfer) {
        current = transfer;
        try {
            if (RUNNING.contains(context.getStatus())) {
                sendThroughRoute(transfer.records());
            } else {
                transfer.sendAll();
            }
            transfer.requireAllSent();
        } finally {
            current = null;
        }
    }

    private void sendThroughRoute(List<Sending> records) {
        if (template == null) {
            template = context.createProducerTemplate();
        }
        List<Message> list = records.stream().map(this::message).toList();
        Exception failure = template.send(ROUTE, exchange -> exchange.getMessage().setBody(list)).getException();
        if (failure instanceof SinkUnavailableException edited) {
            throw edited;
        } else if (failure != null) {
            throw new KafkaException(failure);
        }
    }

    private Message message(Sending sending) {
        ProducerRecord<byte[], byte[]> record = sending.record();
        var message = new DefaultMessage(context);
        record.headers().forEach(header -> message.setHeader(header.key(), header.value()));
        message.setHeader(KafkaConstants.OVERRIDE_TOPIC, record.topic());
        message.setHeader(KafkaConstants.KEY, record.key());
        if (record.partition() != null) {
            message.setHeader(KafkaConstants.PARTITION_KEY, record.partition());
        }
        message.setBody(record.value());
        return message;
    }

    /** A call of camel-kafka's. It may send; the session begins, commits and closes its client itself. */
    @SuppressWarnings("unchecked")
    private Object called(Object self, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "send" -> transfer().send((ProducerRecord<byte[], byte[]>) arguments[0],
                    arguments.length > 1 ? (Callback) arguments[1] : null);
            case "close", "flush" -> null;
            case "metrics" -> Map.of();
            case "toString" -> "the producer of the session";
            case "hashCode" -> System.identityHashCode(self);
            case "equals" -> self == arguments[0];
            default -> throw new UnsupportedOperationException(method.getName() + ": the sink does it, not the route");
        };
    }

    private KafkaTransfer transfer() {
        KafkaTransfer transfer = current;
        if (transfer == null) {
            throw new SinkUnavailableException("a record was sent outside a commit, and is dropped: the route"
                    + " publish-kafka-send was edited so that it sends later, or twice; it must hand on each list once,"
                    + " and wait until it is sent", null);
        }
        return transfer;
    }

    @Override
    public void close() {
        if (template != null) {
            template.stop();
            template = null;
        }
    }
}
