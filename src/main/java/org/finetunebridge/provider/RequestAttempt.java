package org.finetunebridge.provider;

import java.time.Duration;
import java.time.Instant;
import org.finetunebridge.text.LogSanitizer;
import org.finetunebridge.text.SecretRedactor;

/** One request and its outcome, as far as a dead letter shows them. Holds no header, so no key. */
public final class RequestAttempt {

    private String request = "";
    private byte[] body;
    private Instant observedAt;
    private String requestId;
    private long sent;
    private Duration took;
    private Duration rest;
    private SecretRedactor secret = SecretRedactor.NONE;

    /** What was asked, without headers and without the address of the host. */
    public String request() {
        return request;
    }

    /** The answer's body, without the key: for a dead letter, not to be mapped. Null before one came. */
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

    /** @param key that goes out with the request, and comes back in no text */
    public void sentWith(SecretRedactor key) {
        secret = key;
    }

    /** The failure as it may be logged and kept: without the key that the request was sent with. */
    public ProviderException redacted(ProviderException failure) {
        return failure.redacted(secret);
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
