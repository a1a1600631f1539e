package org.finetunebridge.sink.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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

    /** Where the last whole line of a file ends. */
    static long lastLineEnd(FileChannel file) throws IOException {
        var block = ByteBuffer.allocate(1 << 13);
        for (long end = file.size(); end > 0; end -= block.capacity()) {
            long start = Math.max(0, end - block.capacity());
            block.clear().limit((int) (end - start));
            while (block.hasRemaining() && file.read(block, start + block.position()) >= 0) {
                continue;
            }
            for (int index = block.position() - 1; index >= 0; index--) {
                if (block.get(index) == '\n') {
                    return start + index + 1;
                }
            }
        }
        return 0;
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
