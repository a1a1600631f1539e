import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks the stand-in for every page and looks at nothing: what it could give to a client that costs nothing. */
final class Crowd {

    private static final int AT_ONCE = 8;

    private final Api api;
    private final int port;

    Crowd(Api api) {
        this.api = api;
        this.port = URI.create(api.address()).getPort();
    }

    void measure(int minimax, int pages, int dashscope) {
        List<String> requests = new ArrayList<>();
        for (int job = 0; job < minimax; job++) {
            for (int page = 0; page < pages; page++) {
                String body = "{\"fine_tuning_job_id\":\"" + (Answers.FIRST_JOB + job) + "\",\"limit\":100,\"after\":"
                        + page * 100 + "}";
                requests.add("POST /minimax/v1/list_finetune_event HTTP/1.1\r\nHost: a\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body);
            }
        }
        for (int job = 0; job < dashscope; job++) {
            requests.add("GET /dashscope/api/v1/fine-tunes/" + Templates.dashscopeId(job)
                    + "/checkpoints HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        double cpu = api.cpu();
        long begun = System.nanoTime();
        ask(requests);
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf("  the stand-in alone answers these %,d requests in %.2f s, %.2f s of processor time%n",
                requests.size(), seconds, api.cpu() - cpu);
    }

    private void ask(List<String> requests) {
        var next = new AtomicInteger();
        var workers = Executors.newFixedThreadPool(AT_ONCE);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int worker = 0; worker < AT_ONCE; worker++) {
            all.add(CompletableFuture.runAsync(() -> work(requests, next), workers));
        }
        all.forEach(CompletableFuture::join);
        workers.shutdown();
    }

    private void work(List<String> requests, AtomicInteger next) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            var buffer = new byte[1 << 16];
            for (int at = next.getAndIncrement(); at < requests.size(); at = next.getAndIncrement()) {
                socket.getOutputStream().write(requests.get(at).getBytes(StandardCharsets.US_ASCII));
                skip(in, buffer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void skip(InputStream in, byte[] buffer) throws IOException {
        int read = in.read(buffer);
        String head = new String(buffer, 0, Math.min(read, 200), StandardCharsets.US_ASCII);
        int length = head.indexOf("Content-Length: ") + 16;
        int end = head.indexOf("\r\n\r\n") + 4;
        in.skipNBytes(end + Integer.parseInt(head.substring(length, head.indexOf('\r', length))) - read);
    }
}
