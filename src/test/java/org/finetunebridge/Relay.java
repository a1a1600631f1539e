package org.finetunebridge;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stands before the sandbox, which keeps no headers and speaks no TLS. */
final class Relay implements HttpHandler {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final String to;
    private final Set<String> headers = ConcurrentHashMap.newKeySet();

    /** @param to the address that every request goes on to */
    Relay(String to) {
        this.to = to;
    }

    /** The names of all headers that came, in lower case. */
    Set<String> headers() {
        return headers;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        exchange.getRequestHeaders().keySet().forEach(name -> headers.add(name.toLowerCase(Locale.ROOT)));
        var request = HttpRequest.newBuilder(URI.create(to + exchange.getRequestURI()))
                .header("Authorization", exchange.getRequestHeaders().getFirst("Authorization")).build();
        try {
            HttpResponse<byte[]> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofByteArray());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
            exchange.getResponseBody().write(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }
}
