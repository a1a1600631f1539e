package org.finetunebridge.camel.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.finetunebridge.settings.SourceSettings;

/**
 * The HTTP clients there are: one for all accounts with equal settings, whatever their provider. A client is a route
 * {@code request-<name>} with an endpoint of its own, and its pool of connections.
 */
public final class HttpClients implements AutoCloseable {

    private final Map<String, Duration> timeouts = new LinkedHashMap<>();
    private final Map<String, BoundedHttpClientConfigurer> configurers = new LinkedHashMap<>();

    /** The name of the client of an account with these settings: always the same for the same settings. */
    public String of(SourceSettings settings) {
        String name = settings.requestTimeout().toMillis() + "ms";
        timeouts.put(name, settings.requestTimeout());
        return name;
    }

    /** The request time-out of each client, by its name. */
    public Map<String, Duration> timeouts() {
        return timeouts;
    }

    /**
     * What configures the client of this name.
     *
     * @param maxSize bytes of an answer
     */
    public HttpClientConfigurer configurer(String name, long maxSize) {
        return configurers.computeIfAbsent(name, key -> new BoundedHttpClientConfigurer(maxSize, timeouts.get(key)));
    }

    /** Breaks off every request under way, which then fails at once. No client can be used after that. */
    @Override
    public void close() {
        configurers.values().forEach(BoundedHttpClientConfigurer::close);
    }
}
