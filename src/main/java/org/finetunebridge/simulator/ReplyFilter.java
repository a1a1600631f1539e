package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Body;
import org.apache.camel.Exchange;

/**
 * Sees every request to the sandbox and may change its reply. The routes call each method once a request, in this
 * order. The tests inject their faults here; the sandbox that ships with the bridge changes nothing.
 */
public interface ReplyFilter {

    /** Changes nothing. */
    ReplyFilter NONE = new ReplyFilter() { };

    /**
     * A request has arrived.
     *
     * @return milliseconds to wait before it is answered
     */
    default long received(Exchange exchange) {
        return 0;
    }

    /** Returns what to ask the simulation, given what the request asks; both in the simulation's own format. */
    default ObjectNode query(@Body ObjectNode query, Exchange exchange) {
        return query;
    }

    /** Returns the page to answer with, given the simulation's; both in its own format, before the provider's. */
    default ObjectNode page(@Body ObjectNode page, Exchange exchange) {
        return page;
    }

    /** The response stands in the message and is sent next. */
    default void response(Exchange exchange) { }
}
