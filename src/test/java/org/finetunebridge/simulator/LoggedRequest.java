package org.finetunebridge.simulator;

import java.time.Instant;

/**
 * A request as it came, without its secrets.
 *
 * @param query      the raw query, or an empty text
 * @param authorized whether an Authorization header came with it; its content is not kept
 */
public record LoggedRequest(Instant at, String method, String path, String query, String body, boolean authorized) {

    /** {@code METHOD path?query body}: what faults and {@link RequestJournal#matching} are matched with. */
    public String line() {
        return method + " " + path + (query.isEmpty() ? "" : "?" + query) + " " + body;
    }
}
