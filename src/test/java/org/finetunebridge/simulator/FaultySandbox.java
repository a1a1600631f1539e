package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.finetunebridge.simulator.Sandbox.ReplyFilter;

/** The sandbox with faults: it records what it was asked and served, and misbehaves as a test says. */
public final class FaultySandbox implements AutoCloseable {

    private final RequestJournal requests = new RequestJournal();
    private final FaultInjector faults = new FaultInjector();
    private final ServedFacts served = new ServedFacts();
    private final Sandbox sandbox;

    private FaultySandbox(Simulation simulation, int port) {
        sandbox = Sandbox.start(simulation, port, new Filter());
    }

    /** Starts on any free port. */
    public static FaultySandbox start(Simulation simulation) {
        return start(simulation, 0);
    }

    /** Starts on this port; 0 = any free one. */
    public static FaultySandbox start(Simulation simulation, int port) {
        return new FaultySandbox(simulation, port);
    }

    /** The base URL of a provider. */
    public String url(String provider) {
        return sandbox.url(provider);
    }

    /** The base URL of the server, and of the providers that are played at its root. */
    public String url() {
        return sandbox.url();
    }

    /** What it was asked. */
    public RequestJournal requests() {
        return requests;
    }

    /** What goes wrong. */
    public FaultInjector faults() {
        return faults;
    }

    /** The facts that readable responses have shown so far, by job id: a bridge has to publish exactly these. */
    public Map<String, ExpectedFacts> served() {
        return served.all();
    }

    @Override
    public void close() {
        sandbox.close();
    }

    /** Public, because the routes call it as a bean. */
    public final class Filter implements ReplyFilter {

        private static final String UNDER_WAY = "sandbox.request";

        /** A request under way. Steps of the route replace the message, so the connection is kept here. */
        private record UnderWay(String key, Fault fault, HttpMessage wire) {

            static UnderWay of(Exchange exchange) {
                return exchange.getProperty(UNDER_WAY, UnderWay.class);
            }
        }

        @Override
        public long received(Exchange exchange) {
            Message message = exchange.getMessage();
            String authorization = message.getHeader("Authorization", message.getHeader("api-key", "", String.class),
                    String.class);
            String key = authorization.replaceFirst("^Bearer ", "");
            LoggedRequest request = request(message, !authorization.isEmpty());
            requests.enter(key, request);
            Fault fault = faults.fault(key, request.line());
            exchange.setProperty(UNDER_WAY, new UnderWay(key, fault, exchange.getMessage(HttpMessage.class)));
            return fault.delay().toMillis();
        }

        @Override
        public ObjectNode query(@Body ObjectNode query, Exchange exchange) {
            return UnderWay.of(exchange).fault().query().apply(query);
        }

        @Override
        public ObjectNode page(@Body ObjectNode page, Exchange exchange) {
            Fault fault = UnderWay.of(exchange).fault();
            ObjectNode changed = fault.page().apply(page);
            if (fault.readable() && !changed.has("problem")) {
                served.add(changed);
            }
            return changed;
        }

        @Override
        public void response(Exchange exchange) {
            UnderWay underWay = UnderWay.of(exchange);
            underWay.fault().response().accept(new SimulatedResponse(exchange.getMessage(), underWay.wire()));
            requests.leave(underWay.key());
        }

        private static LoggedRequest request(Message message, boolean authorized) {
            return new LoggedRequest(Instant.now(), message.getHeader(Exchange.HTTP_METHOD, String.class),
                    message.getHeader(Exchange.HTTP_PATH, String.class),
                    message.getHeader(Exchange.HTTP_RAW_QUERY, "", String.class),
                    ResponseRenderer.text(message), authorized);
        }
    }
}
