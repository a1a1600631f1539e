package org.finetunebridge.camel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.finetunebridge.camel.http.BoundedHttpClientConfigurer;
import org.finetunebridge.camel.http.ProviderClient;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.polling.ChangeDetector;
import org.finetunebridge.polling.PollClock;
import org.finetunebridge.polling.PollDispatcher;
import org.finetunebridge.polling.PollErrorHandler;
import org.finetunebridge.polling.PollTask;
import org.finetunebridge.polling.RateLimiter;
import org.finetunebridge.polling.RetryBudget;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.sink.file.FileSink;
import org.finetunebridge.sink.kafka.KafkaSink;

/** What the routes call, by the names they call it. */
final class BridgeBeans {

    private static final int DEEPEST_JSON = 100;
    /** Requests in flight of all accounts together, at most. */
    private static final int WORKERS = 64;

    private final Settings settings;
    private final boolean once;
    private final InstantSource clock;
    private final CamelContext context;
    private final Sink sink;
    private final Publisher publisher;
    private final PollDispatcher dispatcher;
    private final ProducerTemplate template;
    private final List<SourcePoller> pollers = new ArrayList<>();

    /**
     * @param once  one sweep instead of many
     * @param clock of everything that asks for the time
     */
    BridgeBeans(Settings settings, boolean once, InstantSource clock, CamelContext context) {
        this.settings = settings;
        this.once = once;
        this.clock = clock;
        this.context = context;
        this.template = context.createProducerTemplate();
        this.sink = newSink();
        this.publisher = new Publisher(sink);
        int wanted = settings.sources().stream().mapToInt(SourceSettings::concurrency).sum();
        this.dispatcher = new PollDispatcher(Math.min(WORKERS, wanted), PollClock.of(clock), this::read);
    }

    /** Reads what is due; its threads are not started yet. */
    PollDispatcher dispatcher() {
        return dispatcher;
    }

    /** routes/poll.camel.yaml deals with whatever fails, so nothing is left to look at. */
    private void read(PollTask task) {
        template.sendBody("direct:" + task.getSource() + "-poll", task);
    }

    Sink sink() {
        return sink;
    }

    Publisher publisher() {
        return publisher;
    }

    /** One for each source that is on. */
    List<SourcePoller> pollers() {
        return pollers;
    }

    /** @param traceparent of what is told now; gives null if nothing is traced */
    void bind(JsltMapper mappings, Supplier<String> traceparent) {
        ObjectMapper json = json(settings.maxResponseSize());
        bind("publisher", publisher);
        bind("mappings", mappings);
        bind("json", json);
        settings.sources().forEach(source -> bind(source, mappings, json, traceparent));
    }

    private void bind(SourceSettings source, JsltMapper mappings, ObjectMapper json, Supplier<String> traceparent) {
        String name = source.name() + '-';
        var poller = new SourcePoller(source, publisher, once ? RetryBudget.ONCE : RetryBudget.watching(source), clock,
                new Random());
        var envelope = new CloudEventWriter(source.provider().name(), source.name(), source.zone(),
                settings.sink().equals("kafka") && settings.kafka().binary()).traced(traceparent);
        var observer = new ChangeDetector(source, envelope);
        pollers.add(poller);
        bind(name + "watch", poller);
        bind(name + "observer", observer);
        bind(name + "pages", new PageObserver(observer));
        bind(name + "failures", new PollErrorHandler(poller, observer, clock));
        bind(name + "guard", new BoundedHttpClientConfigurer(settings.maxResponseSize(), source.requestTimeout()));
        bind(name + "account", new ProviderClient(source, new RateLimiter(source.rate(), poller::admit), json, clock));
        dispatcher.add(poller);
    }

    private void bind(String name, Object bean) {
        context.getRegistry().bind(name, bean);
    }

    private Sink newSink() {
        if (settings.sink().equals("file")) {
            return new FileSink(settings.events(), settings.deadLetters(), settings.state(), clock);
        }
        return new KafkaSink(settings.kafka(), context);
    }

    /** Hostile input is read with limits; numbers stay as they are written. */
    private static ObjectMapper json(long maxResponseSize) {
        var constraints = StreamReadConstraints.builder().maxNestingDepth(DEEPEST_JSON)
                .maxStringLength((int) maxResponseSize).build();
        return new ObjectMapper(JsonFactory.builder().streamReadConstraints(constraints).build())
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);
    }
}
