import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Both providers' APIs in a process of its own, never the bottleneck: answers are copied from bytes made before, one
 * thread a connection, no parser. Ends when its standard input does, so that it outlives nobody.
 */
public final class StandIn {

    private static final byte[] NOTHING = "{\"code\":\"NotFound\"}".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] TOO_MANY = ("HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
            + "Content-Length: 21\r\n\r\n{\"code\":\"Throttling\"}").getBytes(StandardCharsets.US_ASCII);

    private final Answers answers;
    /** Requests in a second that are answered; the others are refused. */
    private volatile int limit = Integer.MAX_VALUE;
    private final AtomicLong refused = new AtomicLong();
    private long second;
    private int asked;

    private StandIn(Answers answers) {
        this.answers = answers;
    }

    /** MiniMax jobs, events of each, DashScope jobs, checkpoints of each, whether they are over. */
    public static void main(String[] arguments) throws IOException {
        int[] numbers = Arrays.stream(arguments).limit(4).mapToInt(Integer::parseInt).toArray();
        var standIn = new StandIn(new Answers(numbers[0], numbers[1], numbers[2], numbers[3],
                Boolean.parseBoolean(arguments[4])));
        thread(StandIn::endWithParent);
        try (var server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress())) {
            System.out.println(server.getLocalPort());
            while (true) {
                Socket socket = server.accept();
                thread(() -> standIn.serve(socket));
            }
        }
    }

    private static void thread(Runnable work) {
        var thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }

    private static void endWithParent() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // ended all the same
        }
        System.exit(0);
    }

    private void serve(Socket socket) {
        try (socket; InputStream in = socket.getInputStream(); OutputStream out = socket.getOutputStream()) {
            socket.setTcpNoDelay(true);
            var request = new byte[1 << 16];
            var answer = new Buffer();
            int length = 0;
            while (true) {
                int end = end(request, length);
                if (end < 0) {
                    int more = in.read(request, length, request.length - length);
                    if (more < 0) {
                        return;
                    }
                    length += more;
                } else {
                    if (answer(new String(request, 0, end, StandardCharsets.US_ASCII), answer)) {
                        out.write(answer.bytes(), answer.from(), answer.to() - answer.from());
                    } else {
                        out.write(TOO_MANY);
                    }
                    System.arraycopy(request, end, request, 0, length - end);
                    length -= end;
                }
            }
        } catch (IOException e) {
            // the other side is gone
        }
    }

    /** Where the request ends, body included; -1 if it is not all there. */
    private static int end(byte[] request, int length) {
        for (int at = 3; at < length; at++) {
            if (request[at] == '\n' && request[at - 2] == '\n') {
                int end = at + 1 + contentLength(new String(request, 0, at, StandardCharsets.US_ASCII));
                return end <= length ? end : -1;
            }
        }
        return -1;
    }

    private static int contentLength(String head) {
        for (int at = head.indexOf('\n'); at >= 0; at = head.indexOf('\n', at + 1)) {
            if (head.regionMatches(true, at + 1, "content-length:", 0, 15)) {
                return Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at + 1)).strip());
            }
        }
        return 0;
    }

    /** @return false if it is one request too many in this second */
    private boolean answer(String request, Buffer answer) {
        String path = request.substring(request.indexOf(' ') + 1, request.indexOf(' ', request.indexOf(' ') + 1));
        answer.clear();
        if (path.startsWith("/bench/limit-")) {
            limit = Integer.parseInt(path.substring("/bench/limit-".length()));
            refused.set(0);
            answer.add("0 0 0 0".getBytes(StandardCharsets.US_ASCII));
        } else if (path.equals("/bench/refused")) {
            answer.add((refused + " 0 0 0").getBytes(StandardCharsets.US_ASCII));
        } else if (path.startsWith("/bench/")) {
            answer.add(answers.control(path.substring("/bench/".length())).getBytes(StandardCharsets.US_ASCII));
        } else if (isTooMuch()) {
            refused.incrementAndGet();
            return false;
        } else if (!answers.fill(path, request, answer)) {
            answer.add(NOTHING);
        }
        answer.head();
        return true;
    }

    private synchronized boolean isTooMuch() {
        long now = System.nanoTime() / 1_000_000_000;
        asked = now == second ? asked + 1 : 1;
        second = now;
        return asked > limit;
    }
}
