package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Objects;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;

/** Where requests arrive and answers leave: notes them, and lets mischief at them. */
public final class RequestHandler {

    private static final String VISIT = "sandbox.visit";

    private final Simulation world;
    private final RequestJournal requests;
    private final FaultInjector mischief;

    /** One request while it is under way; steps of the route replace the message, so the wire is kept aside. */
    private record Visit(String key, Fault fault, HttpMessage wire) {
    }

    RequestHandler(Simulation world, RequestJournal requests, FaultInjector mischief) {
        this.world = world;
        this.requests = requests;
        this.mischief = mischief;
    }

    /** Notes the request and decides what will go wrong. */
    public void arrive(Exchange exchange) {
        Message message = exchange.getMessage();
        String authorization = message.getHeader("Authorization", message.getHeader("api-key", "", String.class),
                String.class);
        String key = authorization.replaceFirst("^Bearer ", "");
        LoggedRequest request = request(message, !authorization.isEmpty());
        requests.enter(key, request);
        Fault fault = mischief.fault(key, request.line());
        exchange.setProperty(VISIT, new Visit(key, fault, exchange.getMessage(HttpMessage.class)));
        exchange.setVariable("delay", fault.delay().toMillis());
    }

    /** Lets mischief at what the world is asked. */
    public ObjectNode ask(@Body ObjectNode question, Exchange exchange) {
        return exchange.getProperty(VISIT, Visit.class).fault().ears().apply(question);
    }

    /** Lets mischief at what the world said, and remembers what will be shown. */
    public ObjectNode show(@Body ObjectNode page, Exchange exchange) {
        Fault fault = exchange.getProperty(VISIT, Visit.class).fault();
        ObjectNode shown = fault.twist().apply(page);
        if (fault.honest() && !shown.has("problem")) {
            world.show(shown);
        }
        return shown;
    }

    /** Lets mischief at the answer; the request is no longer under way. */
    public void leave(Exchange exchange) {
        Visit visit = exchange.getProperty(VISIT, Visit.class);
        visit.fault().spoil().accept(new SimulatedResponse(exchange.getMessage(), visit.wire()));
        requests.leave(visit.key());
    }

    private static LoggedRequest request(Message message, boolean authorized) {
        return new LoggedRequest(Instant.now(), message.getHeader(Exchange.HTTP_METHOD, String.class),
                message.getHeader(Exchange.HTTP_PATH, String.class),
                message.getHeader(Exchange.HTTP_RAW_QUERY, "", String.class),
                Objects.toString(message.getBody(String.class), ""), authorized);
    }
}
