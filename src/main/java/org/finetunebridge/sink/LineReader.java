package org.finetunebridge.sink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a file's whole lines as bytes. What follows the last line break is no line. */
final class LineReader implements AutoCloseable {

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int next;
    private int filled;

    LineReader(Path path) throws IOException {
        in = Files.newInputStream(path);
    }

    /** The next line without its line break; null at the end. */
    byte[] next() throws IOException {
        var line = new ByteArrayOutputStream(512);
        while (fill()) {
            int end = lineBreak();
            line.write(buffer, next, (end < 0 ? filled : end) - next);
            next = end < 0 ? filled : end + 1;
            if (end >= 0) {
                return line.toByteArray();
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private boolean fill() throws IOException {
        if (next == filled) {
            next = 0;
            filled = in.read(buffer);
        }
        return filled > 0;
    }

    private int lineBreak() {
        for (int index = next; index < filled; index++) {
            if (buffer[index] == '\n') {
                return index;
            }
        }
        return -1;
    }
}
