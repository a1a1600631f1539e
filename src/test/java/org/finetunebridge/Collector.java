package org.finetunebridge;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes traces as OTLP over HTTP. */
public final class Collector implements AutoCloseable {

    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    public Collector() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1/traces", this::collect);
        server.start();
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces";
    }

    /** All that came, in hexadecimal digits: in them the ids of a trace and of a span are found as they are. */
    public List<String> sent() {
        return sent;
    }

    /** Whether the span came that an event names. */
    public boolean has(String traceparent) {
        String[] parts = traceparent.split("-");
        return sent.stream().anyMatch(one -> one.contains(parts[1]) && one.contains(parts[2]));
    }

    public static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void collect(HttpExchange exchange) throws IOException {
        sent.add(HexFormat.of().formatHex(exchange.getRequestBody().readAllBytes()));
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }
}
