package org.finetunebridge.settings;

import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** Reads how sources are reached: their proxies. */
final class AccessReader {

    /** What a source's keys say of it. */
    static final Set<String> KEYS = Set.of("proxy");

    private static final String DIRECT = "none";

    private final ValueParser values;
    private final Map<String, String> environment;
    private final Properties system;
    private ProxyRules surroundings;

    /**
     * @param environment with {@code HTTPS_PROXY} and its like
     * @param system      with {@code https.proxyHost} and its like
     */
    AccessReader(ValueParser values, Map<String, String> environment, Properties system) {
        this.values = values;
        this.environment = environment;
        this.system = system;
    }

    /** @param key the source's name and a dot */
    AccessSettings read(String key) {
        return new AccessSettings(proxies(key + "proxy"));
    }

    private ProxyRules proxies(String key) {
        String text = values.text(key, "");
        if (text.equals(DIRECT)) {
            return ProxyRules.NONE;
        } else if (text.isEmpty()) {
            return surroundings();
        }
        ProxyRules named = ProxyRules.named(text);
        if (named == null) {
            values.problem(key, "allowed is http://[user:password@]host:port, with %40 for an @ in the password; or none");
        }
        return named == null ? ProxyRules.NONE : named;
    }

    /** What cannot be used there is said once, and only if a source needs it. */
    private ProxyRules surroundings() {
        if (surroundings == null) {
            try {
                surroundings = ProxyRules.surroundings(environment, system);
            } catch (IllegalArgumentException e) {
                values.problems().add(e.getMessage());
                surroundings = ProxyRules.NONE;
            }
        }
        return surroundings;
    }
}
