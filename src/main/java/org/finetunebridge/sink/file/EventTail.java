package org.finetunebridge.sink.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/** The newest lines of the event files, for those who show them to a person. */
final class EventTail {

    private EventTail() {}

    /**
     * The lines at the end of the files, across days.
     *
     * @param folder of the event files; need not exist
     * @param most   bytes that are read
     * @return whole lines without their line breaks, the oldest first
     */
    static List<byte[]> of(DailyFileDirectory folder, int most) throws IOException {
        List<Path> newestFirst = new ArrayList<>(folder.all());
        Collections.reverse(newestFirst);
        Deque<byte[]> lines = new ArrayDeque<>();
        int left = most;
        for (Path file : newestFirst) {
            if (left > 0) {
                left -= readBack(file, left, lines);
            }
        }
        return List.copyOf(lines);
    }

    /** Puts the last lines of a file before those of later ones; how many bytes that took. */
    private static int readBack(Path file, int most, Deque<byte[]> lines) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            int length = (int) Math.min(most, size);
            var bytes = ByteBuffer.allocate(length);
            while (bytes.hasRemaining() && channel.read(bytes, size - length + bytes.position()) >= 0) {
                continue;
            }
            int end = breakBefore(bytes.array(), bytes.position());
            while (end > 0) {
                int begin = breakBefore(bytes.array(), end);
                // Of a line that begins before what was read only the end is there.
                if (begin >= 0 || length == size) {
                    lines.addFirst(Arrays.copyOfRange(bytes.array(), begin + 1, end));
                }
                end = begin;
            }
            return length;
        }
    }

    /** The last line break before this place; -1 if there is none. */
    private static int breakBefore(byte[] bytes, int place) {
        int at = place - 1;
        while (at >= 0 && bytes[at] != '\n') {
            at--;
        }
        return at;
    }
}
