package org.finetunebridge;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP proxy on the loopback: CONNECT and whole addresses, Basic, and refusals. Whatever host it is asked for, it
 * connects to this machine: the client cannot have looked the name up.
 */
public final class TestProxy implements AutoCloseable {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final ServerSocket server;
    private final String authorization;
    private volatile int refusal;

    /** @param user {@code user:password} that is asked for; null for none */
    public TestProxy(String user) {
        authorization = user == null ? null : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.submit(() -> {
            while (true) {
                Socket client = server.accept();
                threads.submit(() -> serve(client));
            }
        });
    }

    /** From now on every request is refused with this status; 0 for none. */
    public TestProxy refuse(int status) {
        refusal = status;
        return this;
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /** The first line of every request, refused or not; {@code TLS} for one that is none. */
    public List<String> asked() {
        return asked;
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }

    private Void serve(Socket client) throws IOException {
        try (client) {
            while (true) {
                String head = head(client.getInputStream());
                if (head == null) {
                    return null;
                }
                String line = head.lines().findFirst().orElse("");
                asked.add(line);
                int status = refusal != 0 ? refusal : authorization == null || head.contains("Proxy-Authorization: " + authorization + "\r\n") ? 0 : 407;
                if (status != 0) {
                    client.getOutputStream().write(("HTTP/1.1 " + status + " No\r\nContent-Length: 2\r\n"
                            + (status == 407 ? "Proxy-Authenticate: Basic realm=\"test\"\r\n" : "") + "\r\nno").getBytes(StandardCharsets.US_ASCII));
                } else {
                    forward(line, head, client);
                    return null;
                }
            }
        }
    }

    /** Of a plain request one is forwarded a connection. */
    private void forward(String line, String head, Socket client) throws IOException {
        boolean connect = line.startsWith("CONNECT ");
        String address = connect ? line.split(" ")[1] : line.replaceFirst("\\S+ http://([^/ ]+).*", "$1");
        try (Socket target = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(address.replaceFirst(".*:", "")))) {
            if (connect) {
                client.getOutputStream().write("HTTP/1.1 200 Established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } else {
                target.getOutputStream().write((head.replaceFirst(" http://[^/ ]+", " ").replaceAll("(?i)(Proxy-Authorization|Connection|Proxy-Connection): [^\r]*\r\n", "")
                        .replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n")).getBytes(StandardCharsets.ISO_8859_1));
            }
            var back = threads.submit(() -> target.getInputStream().transferTo(client.getOutputStream()));
            threads.submit(() -> client.getInputStream().transferTo(target.getOutputStream()));
            back.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            // One of the two hung up.
        }
    }

    /** Byte by byte: what comes after it belongs to others. */
    private String head(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        for (int one = in.read(); one >= 0; one = in.read()) {
            head.write(one);
            if (head.size() == 1 && one == 0x16) {
                asked.add("TLS");
                return null;
            } else if (one == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                return head.toString(StandardCharsets.ISO_8859_1);
            }
        }
        return null;
    }
}
