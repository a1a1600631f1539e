package org.finetunebridge.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A tab of a Chromium, by the DevTools protocol. */
public final class Tab implements AutoCloseable, WebSocket.Listener {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE = 30;

    private final AtomicInteger last = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;
    private final String target;
    private String session;

    Tab(URI browser) {
        socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(browser, this).join();
        target = send("Target.createTarget", "url", "about:blank").path("targetId").asText();
        session = send("Target.attachToTarget", "targetId", target, "flatten", true).path("sessionId").asText();
        for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
            send(domain + ".enable");
        }
    }

    /** Sends a command and waits for its answer; names and values of parameters in turn. */
    public JsonNode send(String method, Object... parameters) {
        int id = last.incrementAndGet();
        ObjectNode command = JSON.createObjectNode().put("id", id).put("method", method);
        ObjectNode params = command.putObject("params");
        for (int i = 0; i < parameters.length; i += 2) {
            params.set((String) parameters[i], JSON.valueToTree(parameters[i + 1]));
        }
        if (session != null) {
            command.put("sessionId", session);
        }
        var answer = new CompletableFuture<JsonNode>();
        waiting.put(id, answer);
        socket.sendText(command.toString(), true).join();
        JsonNode json = answer.orTimeout(PATIENCE, TimeUnit.SECONDS).join();
        if (json.has("error")) {
            throw new IllegalStateException(method + ": " + json.path("error"));
        }
        return json.path("result");
    }

    /** Goes to an address, and waits until all of it is there. */
    public void open(String url) {
        events.clear();
        send("Page.navigate", "url", url);
        awaitEvent("Page.loadEventFired");
    }

    /** The value of an expression in the page. */
    public JsonNode evaluate(String expression) {
        JsonNode result = send("Runtime.evaluate", "expression", expression, "returnByValue", true);
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + result.path("exceptionDetails"));
        }
        return result.at("/result/value");
    }

    /** As on a screen of this size. */
    public void resize(int width, int height, boolean phone) {
        send("Emulation.setDeviceMetricsOverride", "width", width, "height", height, "deviceScaleFactor", 1, "mobile",
                phone);
    }

    /** As somebody sees it who likes it {@code light} or {@code dark}. */
    public void scheme(String scheme) {
        send("Emulation.setEmulatedMedia", "features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme)));
    }

    /** A picture of all that shows, as PNG. */
    public byte[] screenshot() {
        return Base64.getDecoder().decode(send("Page.captureScreenshot", "format", "png").path("data").asText());
    }

    /** What happened of this kind since a page was opened. */
    public List<JsonNode> events(String method) {
        return events.stream().filter(event -> event.path("method").asText().equals(method)).toList();
    }

    /** Waits for it to happen, if it did not since a page was opened. */
    public void awaitEvent(String method) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
        synchronized (events) {
            while (events(method).isEmpty()) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("no " + method);
                }
                try {
                    events.wait(1000);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean whole) {
        partial.append(data);
        if (whole) {
            try {
                take(JSON.readTree(partial.toString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            partial.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public void close() {
        session = null;
        send("Target.closeTarget", "targetId", target);
        socket.abort();
    }

    private void take(JsonNode message) {
        CompletableFuture<JsonNode> answer = waiting.remove(message.path("id").asInt(-1));
        if (answer != null) {
            answer.complete(message);
        } else {
            synchronized (events) {
                events.add(message);
                events.notifyAll();
            }
        }
    }
}
