package org.finetunebridge.camel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Processor;
import org.finetunebridge.camel.http.ProviderClient;
import org.finetunebridge.polling.PollTask;
import org.finetunebridge.provider.JsltMapper;

/**
 * What {@code poll.camel.yaml} does with each page, for all accounts: looks up the account and hands over. Its steps are
 * processors: a bean's method is looked up and called by reflection for every page, which costs more than most of them do.
 */
public final class PollSteps {

    private static final JsonNode NOTHING = JsonNodeFactory.instance.objectNode().set("facts", JsonNodeFactory.instance.arrayNode());
    private static final String POLL = "poll";
    private static final String READING = "reading";

    private final Accounts accounts;
    private final JsltMapper mapper;

    PollSteps(Accounts accounts, JsltMapper mapper) {
        this.accounts = accounts;
        this.mapper = mapper;
    }

    /** The steps by the names that the route calls them. */
    Map<String, Processor> processors() {
        return Map.of("poll-begin", this::begin, "poll-prepare", this::prepare, "poll-map", this::map, "poll-detect", this::detect,
                "poll-published", this::published);
    }

    /** Before the first page: the poll in the body and its account become variables of the exchange. */
    public void begin(Exchange exchange) throws InvalidPayloadException {
        PollTask poll = exchange.getMessage().getMandatoryBody(PollTask.class);
        introduce(poll, accounts.of(poll.getSource()), exchange);
        exchange.setVariable(READING, poll.isReading());
    }

    static void introduce(PollTask poll, Account account, Exchange exchange) {
        account.variables().forEach(exchange::setVariable);
        exchange.setVariable(POLL, poll);
        exchange.setVariable("attempt", poll.getAttempt());
    }

    /** Whether there is more to read of what is polled. */
    public boolean isReading(Exchange exchange) {
        return poll(exchange).isReading();
    }

    /** Before a page is read: compared with which state, and whether at all. What is asked becomes variables. */
    public void prepare(Exchange exchange) {
        PollTask poll = poll(exchange);
        accounts.of(poll.getSource()).poller().ready(poll);
        exchange.setVariable("resource", poll.getResource());
        exchange.setVariable("question", poll.question());
        // What routes use most, under the whole name they use it by: Camel looks there first, and by reflection else.
        exchange.setVariable("poll.jobPath", poll.getJobPath());
        exchange.setVariable("poll.jobJson", poll.getJobJson());
        exchange.setVariable("poll.cursorPath", poll.getCursorPath());
        exchange.setVariable("poll.cursorJson", poll.getCursorJson());
    }

    /** Maps the answer in the body to a page; one without records if the server does not have the resource. */
    public void map(Exchange exchange) throws InvalidPayloadException {
        boolean isAbsent = exchange.getVariable(ProviderClient.ABSENT) != null;
        exchange.getMessage().setBody(isAbsent ? NOTHING : mapper.mapResource(exchange.getMessage().getMandatoryBody(JsonNode.class),
                exchange.getVariable("question", JsonNode.class), exchange.getVariable("provider", String.class),
                exchange.getVariable("resource", String.class)));
    }

    /** The page in the body becomes the batch to publish, and the poll moves on to what is read next. */
    public void detect(Exchange exchange) throws InvalidPayloadException {
        PollTask poll = poll(exchange);
        exchange.getMessage().setBody(accounts.of(poll.getSource()).detector()
                .observe(exchange.getMessage().getMandatoryBody(JsonNode.class), poll));
    }

    /** The page is published. */
    public void published(Exchange exchange) {
        PollTask poll = poll(exchange);
        accounts.of(poll.getSource()).poller().passed(poll);
        exchange.setVariable(READING, poll.isReading());
    }

    private static PollTask poll(Exchange exchange) {
        return exchange.getVariable(POLL, PollTask.class);
    }
}
