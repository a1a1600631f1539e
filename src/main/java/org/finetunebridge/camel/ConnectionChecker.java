package org.finetunebridge.camel;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.DefaultExchange;
import org.finetunebridge.polling.PollTask;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;

/** One read of an account, as somebody who knows nothing that was published and writes nothing. */
public final class ConnectionChecker {

    private final SourceSettings source;
    private final CamelContext context;

    /** @param context with the fetch routes of the account's provider */
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
        var poll = PollTask.dryRun(source);
        Account account = context.getRegistry().findSingleByType(Accounts.class).of(source.name());
        JsonNode page = context.getRegistry().findSingleByType(JsltMapper.class)
                .mapResource(answer(poll, account), poll.question(), source.provider().name(), poll.getResource());
        return account.detector().observe(page, poll);
    }

    private JsonNode answer(PollTask poll, Account account) {
        Exchange exchange = new DefaultExchange(context);
        PollSteps.introduce(poll, account, exchange);
        try (ProducerTemplate producer = context.createProducerTemplate()) {
            producer.send("direct:" + source.provider().name() + '-' + poll.getResource(), exchange);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        if (exchange.getException() != null) {
            throw FailureClassifier.classify(exchange.getException(), source, poll.getAttempt());
        }
        return exchange.getMessage().getBody(JsonNode.class);
    }
}
