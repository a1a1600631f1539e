package org.finetunebridge.camel.http;

import java.io.IOException;

/** An answer's body is not what its header {@code Content-Encoding} says, or is encoded in a way that was not asked for. */
public final class UndecodableResponseException extends IOException {

    private static final long serialVersionUID = 1L;

    UndecodableResponseException(String message, Throwable cause) {
        super(message, cause);
    }
}
