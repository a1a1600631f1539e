package org.finetunebridge;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.finetunebridge.camel.Bridge;

/** What a bridge of a rig shows over HTTP. */
final class Window {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    final int port = Loopback.freePort();
    private final Rig rig;

    Window(Rig rig) {
        this.rig = rig.with("bridge.http.port", Integer.toString(port));
    }

    /** A bridge that watches and shows itself, until it is closed or the rig is. */
    Bridge open() throws IOException {
        return rig.started(rig.bridge(false).served());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
