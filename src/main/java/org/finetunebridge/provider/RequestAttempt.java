package org.finetunebridge.provider;

import java.time.Duration;
import java.time.Instant;
import org.finetunebridge.text.LogSanitizer;

/** One request and what came of it: what a dead letter tells of it. Holds no header, so no key. */
public final class RequestAttempt {

    private String request = "";
    private byte[] body;
    private Instant observedAt;
    private String requestId;
    private long sent;
    private Duration took;
    private Duration rest;

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

    /** How long nothing is left to ask for, as the provider says beside its answer; null if it does not. */
    public Duration rest() {
        return rest;
    }

    public void rest(Duration asked) {
        rest = asked;
    }

    public void sent() {
        sent = System.nanoTime();
    }

    public void asked(String method, String path, String query) {
        request = LogSanitizer.line(method + ' ' + path + (query == null || query.isEmpty() ? "" : '?' + query));
        body = null;
        took = null;
        rest = null;
        observedAt = null;
        requestId = null;
    }

    public void answered(byte[] content, Instant when, String id) {
        body = content;
        took = Duration.ofNanos(System.nanoTime() - sent);
        observedAt = when;
        requestId = id == null ? null : LogSanitizer.line(id);
    }
}
