package org.finetunebridge.camel;

import java.util.Map;
import java.util.TreeMap;
import org.finetunebridge.camel.http.Credential;
import org.finetunebridge.polling.ChangeDetector;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.text.PercentEncoder;

/**
 * Everything that is kept for one account alone: a row of {@link Accounts}. Routes, endpoints, HTTP clients and threads are
 * shared.
 *
 * @param settings  from the configuration
 * @param key       sent with every request, or the token in its place
 * @param poller    decides when what is read
 * @param detector  compares pages with the state
 * @param client    name of the HTTP client that the account shares with those of equal settings
 * @param variables what routes may use of the account: {@code source}, {@code provider}, and the provider's own keys,
 *                  escaped as a segment of a path or a value of a query
 */
public record Account(SourceSettings settings, Credential key, SourcePoller poller, ChangeDetector detector,
        String client, Map<String, String> variables) {

    /** The variables of an account with these settings. */
    static Map<String, String> variables(SourceSettings settings) {
        Map<String, String> variables = new TreeMap<>();
        settings.own().forEach((name, value) -> variables.put(name, PercentEncoder.encoded(value)));
        variables.put("source", settings.name());
        variables.put("provider", settings.provider().name());
        return Map.copyOf(variables);
    }

    /** The account's name in the configuration. */
    public String name() {
        return settings.name();
    }

    /** Without the key. */
    @Override
    public String toString() {
        return settings.toString();
    }
}
