package org.finetunebridge.camel.http;

import java.io.IOException;

/** An answer is larger than it may be, packed or unpacked. */
public final class ResponseTooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    ResponseTooLargeException(long maxSize) {
        super("the answer is larger than bridge.max-response-size (" + maxSize + " bytes)");
    }
}
