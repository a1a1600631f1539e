package org.finetunebridge.fetch;

import java.time.Instant;

/** One request and what came of it: what a dead letter tells of it. Holds no header, so no key. */
public final class Attempt {

    private String request = "";
    private byte[] body;
    private Instant observedAt;
    private String requestId;

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

    void asked(String method, String path, String query) {
        request = Plain.line(method + ' ' + path + (query == null || query.isEmpty() ? "" : '?' + query));
        body = null;
        observedAt = null;
        requestId = null;
    }

    void answered(byte[] content, Instant when, String id) {
        body = content;
        observedAt = when;
        requestId = id == null ? null : Plain.line(id);
    }
}
