package org.finetunebridge.polling;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.DefaultExchange;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.SinkSession;

/** One read of a source as somebody who remembers nothing and writes nothing. */
public final class ConnectionChecker {

    private final SourceSettings source;
    private final CamelContext context;

    /** @param context with the source's fetch routes */
    public ConnectionChecker(SourceSettings source, CamelContext context) {
        this.source = source;
        this.context = context;
    }

    /**
     * The first page of the account's list, or of the first job that is given.
     *
     * @return what would be published
     * @throws ProviderException if the source answers with an error, or with something that makes no sense
     */
    public Batch read() {
        boolean list = source.listsJobs();
        String job = list ? "" : source.jobs().get(0);
        var poll = new PollTask(source.name(), job, List.of(list ? source.provider().list() : resource()),
                source.provider().ways());
        poll.ready(SinkSession.blank());
        poll.listing(new ListSnapshot(false));
        JsonNode page = context.getRegistry().lookupByNameAndType("mappings", JsltMapper.class)
                .mapResource(answer(poll), poll.question(), source.provider().name(), poll.getResource());
        return context.getRegistry().lookupByNameAndType(source.name() + "-observer", ChangeDetector.class)
                .observe(page, poll);
    }

    private String resource() {
        return Stream.concat(Stream.ofNullable(source.provider().job()), source.follow().stream())
                .findFirst().orElseThrow();
    }

    private JsonNode answer(PollTask poll) {
        Exchange exchange = new DefaultExchange(context);
        exchange.setVariable("poll", poll);
        exchange.setVariable("attempt", poll.getAttempt());
        try (ProducerTemplate producer = context.createProducerTemplate()) {
            producer.send("direct:" + source.name() + '-' + poll.getResource(), exchange);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        if (exchange.getException() != null) {
            throw PollErrorHandler.failure(exchange.getException(), poll);
        }
        return exchange.getMessage().getBody(JsonNode.class);
    }
}
