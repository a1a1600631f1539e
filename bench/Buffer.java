import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An answer under way: the body is written first, and the head before it when its length is known. */
final class Buffer {

    private static final int HEAD = 128;

    private byte[] bytes = new byte[1 << 16];
    private int from = HEAD;
    private int to = HEAD;

    void clear() {
        from = HEAD;
        to = HEAD;
    }

    void add(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, bytes, to, more.length);
        to += more.length;
    }

    /** Writes over what was added last: at an offset of it, from its beginning. */
    void patch(int offset, int size, byte[] with) {
        System.arraycopy(with, 0, bytes, to - size + offset, with.length);
    }

    /** Writes a number of thirteen digits over what was added last. */
    void patch(int offset, int size, long number) {
        int at = to - size + offset + 12;
        for (long rest = number; rest > 0; rest /= 10) {
            bytes[at--] = (byte) ('0' + rest % 10);
        }
    }

    void head() {
        byte[] head = ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + (to - HEAD) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        from = HEAD - head.length;
        System.arraycopy(head, 0, bytes, from, head.length);
    }

    byte[] bytes() {
        return bytes;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    private void room(int more) {
        if (to + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * (to + more));
        }
    }
}
