package org.finetunebridge.simulator;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.InputStream;
import org.apache.camel.component.platform.http.vertx.HttpMessage;

/** A body that cannot be read: asked for, it sends a few bytes and hangs up. Waits for the bytes, or none would go. */
final class TruncatedBody extends InputStream {

    private final byte[] head;
    private final HttpMessage wire;

    TruncatedBody(byte[] head, HttpMessage wire) {
        this.head = head;
        this.wire = wire;
    }

    @Override
    public int read() {
        if (head.length > 0) {
            done(wire.getResponse().write(Buffer.buffer(head)));
        }
        done(wire.getRequest().connection().close());
        return -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        return read();
    }

    private static void done(Future<?> future) {
        future.toCompletionStage().toCompletableFuture().join();
    }
}
