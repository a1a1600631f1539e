package org.finetunebridge.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/** Reads how sources are reached: their proxies, their certificates, and what brings a token. */
final class AccessReader {

    /** What a source's keys say of it. */
    static final Set<String> KEYS = Set.of("proxy", "trust-store", "trust-store-password", "key-store", "key-store-password",
            "oauth2.token-url", "oauth2.client-id", "oauth2.client-secret", "oauth2.scope");

    private static final String DIRECT = "none";

    private final ValueParser values;
    private final Map<String, String> environment;
    private final Properties system;
    private final Map<StoreFile, Optional<String>> trustStores = new HashMap<>();
    private final Map<StoreFile, Optional<String>> keyStores = new HashMap<>();
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

    /**
     * Reads and checks.
     *
     * @param key    the source's name and a dot
     * @param apiKey whether the source has one
     */
    AccessSettings read(String key, boolean apiKey) {
        OAuth2Settings oauth2 = oauth2(key + "oauth2.", apiKey ? key + "api-key" : null);
        return new AccessSettings(proxies(key + "proxy", apiKey || oauth2 != null), store(key + "trust-store", false),
                store(key + "key-store", true), oauth2);
    }

    /** @param other a key that says who asks, too; null if there is none */
    private OAuth2Settings oauth2(String key, String other) {
        var read = new OAuth2Settings(values.text(key + "token-url", ""), values.text(key + "client-id", ""),
                values.text(key + "client-secret", ""), values.text(key + "scope", ""));
        if (read.tokenUrl().isEmpty() && read.clientId().isEmpty() && read.clientSecret().isEmpty() && read.scope().isEmpty()) {
            return null;
        }
        if (other != null) {
            values.problem(other, "keys that begin with " + key + " are set too; a source has either an api key or a token");
        }
        String why = "a token needs " + key + "token-url, .client-id and .client-secret";
        for (String one : List.of("token-url", "client-id", "client-secret")) {
            if (values.text(key + one, "").isEmpty()) {
                values.missing(key + one, why);
            }
        }
        if (!read.tokenUrl().isEmpty()) {
            values.url(key + "token-url", null);
        }
        return read;
    }

    private StoreFile store(String key, boolean withKey) {
        String name = values.text(key, "");
        String password = values.secret(key + "-password");
        if (name.isEmpty()) {
            if (password != null) {
                values.missing(key, "there is a password for it");
            }
            return null;
        }
        try {
            var file = new StoreFile(Path.of(name), password);
            // Many sources may name one file, and its password makes reading it slow on purpose.
            (withKey ? keyStores : trustStores).computeIfAbsent(file, one -> Optional.ofNullable(withKey ? one.problemAsKeyStore()
                    : one.problemAsTrustStore())).ifPresent(problem -> values.problem(key, problem
                    + "; allowed is a PKCS12, JKS or PEM file, with " + key + "-password if it has one"));
            return file;
        } catch (InvalidPathException e) {
            values.problem(key, "not a path");
            return null;
        }
    }

    /** @param on whether the source is read at all */
    private ProxyRules proxies(String key, boolean on) {
        String text = values.text(key, "");
        if (text.equals(DIRECT)) {
            return ProxyRules.NONE;
        } else if (text.isEmpty()) {
            return on ? surroundings() : ProxyRules.NONE;
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
