package org.finetunebridge.camel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.finetunebridge.camel.http.ProviderClient;
import org.finetunebridge.polling.PollTask;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.sink.Batch;

/** What {@code poll.camel.yaml} calls for each page, for all accounts: looks up the account and hands over. */
public final class PollSteps {

    private static final JsonNode NOTHING = JsonNodeFactory.instance.objectNode().set("facts", JsonNodeFactory.instance.arrayNode());

    private final Accounts accounts;
    private final JsltMapper mapper;

    PollSteps(Accounts accounts, JsltMapper mapper) {
        this.accounts = accounts;
        this.mapper = mapper;
    }

    /** Before the first page: the poll and its account become variables of the exchange. */
    public void begin(@Body PollTask poll, Exchange exchange) {
        introduce(poll, accounts.of(poll.getSource()), exchange);
    }

    static void introduce(PollTask poll, Account account, Exchange exchange) {
        account.variables().forEach(exchange::setVariable);
        exchange.setVariable("poll", poll);
        exchange.setVariable("attempt", poll.getAttempt());
    }

    /** Whether there is more to read of what is polled. */
    public boolean isReading(@Variable("poll") PollTask poll) {
        return poll.isReading();
    }

    /** Before a page is read: compared with which state, and whether at all. What is asked becomes variables. */
    public void prepare(@Variable("poll") PollTask poll, Exchange exchange) {
        accounts.of(poll.getSource()).poller().ready(poll);
        exchange.setVariable("resource", poll.getResource());
        exchange.setVariable("question", poll.question());
    }

    /** Maps the answer to a page; one without records if the server does not have the resource. */
    public JsonNode map(@Body JsonNode answer, @Variable("question") JsonNode asked,
            @Variable("provider") String provider, @Variable("resource") String resource, @Variable(ProviderClient.ABSENT) Boolean absent) {
        return absent != null ? NOTHING : mapper.mapResource(answer, asked, provider, resource);
    }

    /** The page as the batch to publish, and the poll moved on to what is read next. */
    public Batch detect(@Body JsonNode page, @Variable("poll") PollTask poll) {
        return accounts.of(poll.getSource()).detector().observe(page, poll);
    }

    /** The page is published. */
    public void published(@Variable("poll") PollTask poll) {
        accounts.of(poll.getSource()).poller().passed(poll);
    }
}
