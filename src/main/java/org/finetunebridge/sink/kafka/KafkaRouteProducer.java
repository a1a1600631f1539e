package org.finetunebridge.sink.kafka;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.EventRejectedException;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.sink.kafka.KafkaRecordFactory.Sending;

/** Sends records through the route that knows how. */
final class KafkaRouteProducer {

    private static final String ROUTE = "direct:publish-kafka-send";
    /** A record's frame, at most: the client counts it when it holds a record against its limit. */
    private static final int FRAME = 128;

    private final CamelContext context;
    private final KafkaSettings settings;
    private final int largestRecord;
    private ProducerTemplate template;

    /** @param largestRecord in bytes; what is larger the route's producer refuses, without saying which it was */
    KafkaRouteProducer(CamelContext context, KafkaSettings settings, int largestRecord) {
        this.context = context;
        this.settings = settings;
        this.largestRecord = largestRecord;
    }

    /**
     * Returns when the cluster has all of them.
     *
     * @throws EventRejectedException if one of them can never be written
     * @throws SinkUnavailableException     if it is not known whether it has
     */
    void send(List<Sending> some) {
        if (some.isEmpty()) {
            return;
        }
        EncodedEvent large = largest(some);
        if (large != null && size(large) > largestRecord) {
            throw new EventRejectedException("the record is larger than bridge.kafka.client.max.request.size allows", large, null);
        }
        if (template == null) {
            template = context.createProducerTemplate();
        }
        List<Message> list = some.stream().map(this::message).toList();
        Exception failure = template.send(ROUTE, exchange -> exchange.getMessage().setBody(list)).getException();
        if (failure != null && KafkaErrorClassifier.isForEver(failure)) {
            throw new EventRejectedException(KafkaErrorClassifier.reason(failure), large, failure);
        } else if (failure != null) {
            throw KafkaErrorClassifier.lost("the records are not all confirmed", failure, settings);
        }
    }

    void close() {
        if (template != null) {
            template.stop();
            template = null;
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

    private static EncodedEvent largest(List<Sending> some) {
        return some.stream().map(Sending::event).filter(Objects::nonNull).max(Comparator.comparingInt(KafkaRouteProducer::size))
                .orElse(null);
    }

    private static int size(EncodedEvent event) {
        int headers = event.headers().entrySet().stream()
                .mapToInt(header -> 3 * (header.getKey().length() + header.getValue().length()) + 16).sum();
        return FRAME + 3 * (event.key() == null ? 0 : event.key().length()) + headers + event.value().length;
    }
}
