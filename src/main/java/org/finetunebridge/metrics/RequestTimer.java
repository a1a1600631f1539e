package org.finetunebridge.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.ExchangeSentEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.finetunebridge.watch.Poll;

/** How long providers take to answer. Camel tells of everything it sends; only requests to providers count. */
final class RequestTimer extends EventNotifierSupport {

    private static final Duration[] BUCKETS = {Duration.ofMillis(100), Duration.ofMillis(300), Duration.ofSeconds(1),
        Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofSeconds(30)};

    private final MeterRegistry registry;

    RequestTimer(MeterRegistry registry) {
        this.registry = registry;
        setIgnoreCamelContextEvents(true);
        setIgnoreCamelContextInitEvents(true);
        setIgnoreRouteEvents(true);
        setIgnoreServiceEvents(true);
        setIgnoreStepEvents(true);
        setIgnoreExchangeCreatedEvent(true);
        setIgnoreExchangeCompletedEvent(true);
        setIgnoreExchangeFailedEvents(true);
        setIgnoreExchangeRedeliveryEvents(true);
        setIgnoreExchangeAsyncProcessingStartedEvents(true);
        setIgnoreExchangeSendingEvents(true);
    }

    @Override
    public boolean isEnabled(CamelEvent event) {
        return event instanceof ExchangeSentEvent sent && sent.getEndpoint() instanceof HttpEndpoint;
    }

    @Override
    public void notify(CamelEvent event) {
        var sent = (ExchangeSentEvent) event;
        Exchange exchange = sent.getExchange();
        Poll poll = exchange.getVariable("poll", Poll.class);
        if (poll != null) {
            timer(poll.getSource(), result(exchange)).record(Duration.ofMillis(sent.getTimeTaken()));
        }
    }

    /** There from the start, so that its first request counts. */
    void prepare(String source) {
        timer(source, "2xx");
    }

    private Timer timer(String source, String result) {
        return Timer.builder("finetune.request").tag("source", source).tag("result", result)
                .serviceLevelObjectives(BUCKETS).description("Time a provider took to answer").register(registry);
    }

    private static String result(Exchange exchange) {
        int status = exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 0, int.class);
        return exchange.getException() != null || status < 100 || status > 599 ? "none" : status / 100 + "xx";
    }
}
