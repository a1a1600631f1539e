package org.finetunebridge.fetch;

import java.time.Duration;
import java.time.Instant;

/** One request and what came of it: what a dead letter tells of it. Holds no header, so no key. */
public final class Attempt {

    private String request = "";
    private byte[] body;
    private Instant observedAt;
    private String requestId;
    private long sent;
    private Duration took;

    /** What was asked, without headers and without the address of the host. */
    public String request() {
        return request;
    }

    /** The answer's body; null before one came. */
    public byte[] body() {
        return body;
    }

    /** When the answer came, UTC; null before. */
    public Instant observedAt() {
        return observedAt;
    }

    /** The provider's name for the request, from a header; may be null. */
    public String requestId() {
        return requestId;
    }

    /** How long the provider took to answer, waits of ours apart; null if it did not. */
    public Duration took() {
        return took;
    }

    void sent() {
        sent = System.nanoTime();
    }

    void asked(String method, String path, String query) {
        request = Plain.line(method + ' ' + path + (query == null || query.isEmpty() ? "" : '?' + query));
        body = null;
        took = null;
        observedAt = null;
        requestId = null;
    }

    void answered(byte[] content, Instant when, String id) {
        body = content;
        took = Duration.ofNanos(System.nanoTime() - sent);
        observedAt = when;
        requestId = id == null ? null : Plain.line(id);
    }
}
