package org.finetunebridge.provider;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.finetunebridge.text.SecretRedactor;

/** A request that brought no page, and what that means. */
public final class ProviderException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ErrorAction means;
    private final int status;
    private final String code;
    private final transient String requestId;
    private final transient Duration retryAfter;
    private final transient byte[] body;
    private final boolean unwritable;

    /**
     * @param means     what it means
     * @param message   one line for a person, no secret, nothing a terminal would obey
     * @param status    the HTTP status; 0 if none came
     * @param code      the provider's own code; empty if it gave none
     * @param requestId the provider's name for the request; may be null
     * @param retryAfter how long the provider asks to wait; null if it does not say
     * @param body      what came, as far as it was read; null if nothing worth keeping
     */
    public ProviderException(ErrorAction means, String message, int status, String code, String requestId, Duration retryAfter, byte[] body) {
        this(means, message, status, code, requestId, retryAfter, body, false);
    }

    private ProviderException(ErrorAction means, String message, int status, String code, String requestId, Duration retryAfter,
            byte[] body, boolean unwritable) {
        super(message, null, false, false);
        this.means = means;
        this.status = status;
        this.code = code;
        this.requestId = requestId;
        this.retryAfter = retryAfter;
        this.body = body;
        this.unwritable = unwritable;
    }

    /** A failure of which only the meaning and a text are known. */
    public static ProviderException of(ErrorAction means, String message, byte[] body) {
        return new ProviderException(means, message, 0, "", null, null, body);
    }

    /** A good page that the sink will never take. */
    public static ProviderException unwritable(String message) {
        return new ProviderException(ErrorAction.JOB, message, 0, "", null, null, null, true);
    }

    /** The same failure with the key taken out of all that is said of it; itself if the key is not there. */
    ProviderException redacted(SecretRedactor secret) {
        String text = body == null ? "" : new String(body, StandardCharsets.ISO_8859_1);
        String id = secret.outOfRecords(requestId);
        if (!secret.mayBeIn(getMessage()) && !secret.mayBeIn(code) && !secret.mayBeIn(text) && Objects.equals(id, requestId)) {
            return this;
        }
        return new ProviderException(means, secret.outOf(getMessage()), status, secret.outOf(code), id, retryAfter,
                body == null ? null : secret.outOf(text).getBytes(StandardCharsets.ISO_8859_1), unwritable);
    }

    /** A word for what failed, for dead letters. */
    public String name() {
        return unwritable ? "Unpublishable page" : status == 0 ? "Unusable answer" : status < 300 ? "Provider error" : "HTTP error";
    }

    /**
     * Where it failed: {@code fetch}, {@code normalize} for an answer that came but makes no sense, {@code publish} for
     * a page that cannot be written.
     */
    public String stage() {
        return unwritable ? "publish" : status == 0 && body != null ? "normalize" : "fetch";
    }

    /** What it means. */
    public ErrorAction means() {
        return means;
    }

    /** The HTTP status; 0 if none came. */
    public int status() {
        return status;
    }

    /** The provider's own code; empty if it gave none. */
    public String code() {
        return code;
    }

    /** The provider's name for the request; may be null. */
    public String requestId() {
        return requestId;
    }

    /** How long the provider asks to wait; null if it does not say. */
    public Duration retryAfter() {
        return retryAfter;
    }

    /** What came, as far as it was read; null if nothing worth keeping. */
    public byte[] body() {
        return body;
    }
}
