package org.finetunebridge.settings;

/**
 * How a source's provider is reached.
 *
 * @param proxies    through which its requests go
 * @param trustStore whom this side trusts; null for whom the JVM does
 * @param keyStore   the certificate that this side shows; null for what the JVM has
 */
public record AccessSettings(ProxyRules proxies, StoreFile trustStore, StoreFile keyStore) {

    /** Straight, as the JVM does it. */
    public static final AccessSettings NONE = new AccessSettings(ProxyRules.NONE, null, null);

    /** Whether a key of the source says something of it, so that it is not reached as most are. */
    public boolean isOwn() {
        return proxies.isOwn() || hasStores();
    }

    /** Whether TLS is done with files of the source's own. */
    public boolean hasStores() {
        return trustStore != null || keyStore != null;
    }
}
