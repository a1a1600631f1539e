package org.finetunebridge.simulator;

import java.io.InputStream;
import java.util.Arrays;

/** A JSON object of any size that is never in memory: {@code {"x":"xxxx…"}}. */
final class OversizedBody extends InputStream {

    private static final String HEAD = "{\"x\":\"";
    private static final String TAIL = "\"}";

    private final long size;
    private long at;

    OversizedBody(long size) {
        this.size = Math.max(size, HEAD.length() + TAIL.length());
    }

    @Override
    public int read() {
        return at == size ? -1 : next();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        if (at == size) {
            return -1;
        }
        long plain = size - TAIL.length() - at;
        if (at < HEAD.length() || plain <= 0) {
            into[offset] = next();
            return 1;
        }
        int read = (int) Math.min(plain, length);
        Arrays.fill(into, offset, offset + read, (byte) 'x');
        at += read;
        return read;
    }

    private byte next() {
        long here = at++;
        if (here < HEAD.length()) {
            return (byte) HEAD.charAt((int) here);
        }
        long toEnd = size - here;
        return (byte) (toEnd <= TAIL.length() ? TAIL.charAt(TAIL.length() - (int) toEnd) : 'x');
    }
}
