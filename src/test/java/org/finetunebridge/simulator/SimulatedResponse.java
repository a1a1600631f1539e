package org.finetunebridge.simulator;

import java.io.InputStream;
import java.util.Arrays;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;

/** An answer about to leave: everything a {@link Fault} may do to it, down to the wire. */
public final class SimulatedResponse {

    private final Message message;
    private final HttpMessage wire;

    SimulatedResponse(Message message, HttpMessage wire) {
        this.message = message;
        this.wire = wire;
    }

    /** Sets the HTTP status. */
    public SimulatedResponse status(int code) {
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, code);
        return this;
    }

    /** Sets a header; even one that Camel itself would not let out. */
    public SimulatedResponse header(String name, String value) {
        if (name.equalsIgnoreCase("Content-Type")) {
            message.setHeader(Exchange.CONTENT_TYPE, value);
        } else {
            wire.getResponse().putHeader(name, value);
        }
        return this;
    }

    /** The body as it would have been. */
    public byte[] body() {
        return message.getBody(byte[].class);
    }

    /** Replaces the body, with its length announced. */
    public SimulatedResponse body(byte[] bytes) {
        message.setBody(bytes);
        return this;
    }

    /** Replaces the body by a stream of unannounced length. */
    public SimulatedResponse body(InputStream stream) {
        message.setBody(stream);
        return this;
    }

    /** Sends the first bytes of the body, then cuts the connection; none = not even a status line. */
    public SimulatedResponse cutAfter(int bytes) {
        return body(new TruncatedBody(Arrays.copyOf(body(), Math.min(bytes, body().length)), wire));
    }
}
