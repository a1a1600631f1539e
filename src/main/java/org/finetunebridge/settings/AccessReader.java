package org.finetunebridge.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** Reads how sources are reached: their proxies and their certificates. */
final class AccessReader {

    /** What a source's keys say of it. */
    static final Set<String> KEYS = Set.of("proxy", "trust-store", "trust-store-password", "key-store", "key-store-password");

    private static final String DIRECT = "none";

    private final ValueParser values;
    private final Map<String, String> environment;
    private final Properties system;
    private final Instant now;
    private ProxyRules surroundings;

    /**
     * @param environment with {@code HTTPS_PROXY} and its like
     * @param system      with {@code https.proxyHost} and its like
     * @param now         when certificates have to be valid
     */
    AccessReader(ValueParser values, Map<String, String> environment, Properties system, Instant now) {
        this.values = values;
        this.environment = environment;
        this.system = system;
        this.now = now;
    }

    /** @param key the source's name and a dot */
    AccessSettings read(String key) {
        return new AccessSettings(proxies(key + "proxy"), store(key + "trust-store", false), store(key + "key-store", true));
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
            String problem = withKey ? file.problemAsKeyStore(now) : file.problemAsTrustStore(now);
            if (problem != null) {
                values.problem(key, problem + "; allowed is a PKCS12, JKS or PEM file, with " + key + "-password if it has one");
            }
            return file;
        } catch (InvalidPathException e) {
            values.problem(key, "not a path");
            return null;
        }
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
