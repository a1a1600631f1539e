package org.finetunebridge;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A token endpoint on the loopback: it gives tok-1, tok-2 and so on for the client's secret in the form, in the header, or in either. */
public final class TokenServer implements AutoCloseable {

    public static final String CLIENT = "bridge@company";
    public static final String SECRET = "s3cret-canary/+=&";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final AtomicInteger given = new AtomicInteger();
    private final HttpServer server;
    private final String prefix;
    private volatile String life = "3600";
    private volatile String secret = SECRET;
    private volatile boolean onlyInHeader;
    private volatile int status;
    private volatile String body;

    public TokenServer() throws IOException {
        this("tok-");
    }

    /** @param prefix of the tokens */
    public TokenServer(String prefix) throws IOException {
        this.prefix = prefix;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/tenant/oauth2/v2.0/token";
    }

    /** Seconds as they are written in an answer; null to leave them out. */
    public TokenServer life(String seconds) {
        life = seconds;
        return this;
    }

    /** From now on clients have another secret. */
    public TokenServer secret(String other) {
        secret = other;
        return this;
    }

    /** Takes the client's secret in the header alone. */
    public TokenServer onlyInHeader() {
        onlyInHeader = true;
        return this;
    }

    /** From now on this is the answer; status 0 for a token again. */
    public TokenServer answer(int newStatus, String newBody) {
        body = newBody;
        status = newStatus;
        return this;
    }

    /** The form of every request, after what its header Authorization held. */
    public List<String> asked() {
        return asked;
    }

    /** How many tokens were given. */
    public int given() {
        return given.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String header = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        asked.add(header + ' ' + form);
        boolean inForm = !onlyInHeader && form.contains("client_id=" + escaped(CLIENT) + "&client_secret=" + escaped(secret));
        boolean inHeader = header.equals("Basic " + Base64.getEncoder().encodeToString((escaped(CLIENT) + ':' + escaped(secret)).getBytes(StandardCharsets.UTF_8)));
        if (status != 0) {
            send(exchange, status, body);
        } else if ((inForm || inHeader) && form.startsWith("grant_type=client_credentials") && exchange.getRequestMethod().equals("POST")) {
            send(exchange, 200, "{\"token_type\":\"Bearer\"," + (life == null ? "" : "\"expires_in\":" + life + ',')
                    + "\"access_token\":\"" + prefix + given.incrementAndGet() + "\"}");
        } else {
            send(exchange, 401, "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: no such client or secret " + secret + "\"}");
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Retry-After", "7");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
