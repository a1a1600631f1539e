package org.finetunebridge.sandbox;

import java.io.ByteArrayInputStream;

/** Some bytes; who asks for more is cut off. */
final class Cut extends ByteArrayInputStream {

    private final Runnable hangUp;

    Cut(byte[] head, Runnable hangUp) {
        super(head);
        this.hangUp = hangUp;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        int read = super.read(into, offset, length);
        if (read < 0) {
            hangUp.run();
        }
        return read;
    }
}
