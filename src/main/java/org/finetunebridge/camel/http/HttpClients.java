package org.finetunebridge.camel.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.io.CloseMode;
import org.finetunebridge.settings.AccessSettings;
import org.finetunebridge.settings.SourceSettings;

/**
 * The HTTP clients there are: one for all accounts with equal settings, whatever their provider. A client is a route
 * {@code request-<name>} with an endpoint of its own, and its pool of connections.
 */
public final class HttpClients implements AutoCloseable {

    private final Map<Kind, String> names = new LinkedHashMap<>();
    private final Map<String, Kind> kinds = new LinkedHashMap<>();
    private final Map<String, BoundedHttpClientConfigurer> configurers = new LinkedHashMap<>();
    private final Map<String, CloseableHttpClient> others = new LinkedHashMap<>();

    /** What accounts have to have in common to share a client. */
    private record Kind(Duration timeout, AccessSettings access) {}

    /**
     * The name of the client of an account with these settings: always the same for the same settings. One that is not
     * reached as most are has the name of the first such account in its own.
     */
    public String of(SourceSettings settings) {
        return names.computeIfAbsent(new Kind(settings.requestTimeout(), settings.access().transport()), kind -> {
            String plain = kind.timeout().toMillis() + "ms";
            String name = kind.access().isOwn() || kinds.containsKey(plain) ? plain + '-' + settings.name() : plain;
            kinds.put(name, kind);
            return name;
        });
    }

    /** The request time-out of each client, by its name. */
    public Map<String, Duration> timeouts() {
        Map<String, Duration> timeouts = new LinkedHashMap<>();
        kinds.forEach((name, kind) -> timeouts.put(name, kind.timeout()));
        return timeouts;
    }

    /**
     * What configures the client of this name.
     *
     * @param maxSize bytes of an answer
     */
    public BoundedHttpClientConfigurer configurer(String name, long maxSize) {
        return configurers.computeIfAbsent(name, key -> new BoundedHttpClientConfigurer(maxSize, kinds.get(key).timeout(), kinds.get(key).access()));
    }

    /**
     * A client for other addresses than the provider's, reached as this account's provider is; shared like that.
     *
     * @param maxSize bytes of an answer
     */
    public HttpClient other(SourceSettings settings, long maxSize) {
        return others.computeIfAbsent(of(settings), name -> {
            HttpClientBuilder builder = HttpClientBuilder.create().setUserAgent("finetune-bridge");
            configurer(name, maxSize).configureHttpClient(builder);
            return builder.build();
        });
    }

    /** Breaks off every request under way, which then fails at once. No client can be used after that. */
    @Override
    public void close() {
        configurers.values().forEach(BoundedHttpClientConfigurer::close);
        others.values().forEach(client -> client.close(CloseMode.IMMEDIATE));
    }
}
