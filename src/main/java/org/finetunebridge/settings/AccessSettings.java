package org.finetunebridge.settings;

/**
 * How a source's provider is reached, and with what in place of an api key.
 *
 * @param proxies    through which its requests go
 * @param trustStore whom this side trusts; null for whom the JVM does
 * @param keyStore   the certificate that this side shows; null for what the JVM has
 * @param oauth2     what brings a token in place of an api key; null for nothing
 */
public record AccessSettings(ProxyRules proxies, StoreFile trustStore, StoreFile keyStore, OAuth2Settings oauth2) {

    /** Straight, as the JVM does it. */
    public static final AccessSettings NONE = new AccessSettings(ProxyRules.NONE, null, null, null);

    /** How the network is used: sources that have this in common share connections. */
    public AccessSettings transport() {
        return new AccessSettings(proxies, trustStore, keyStore, null);
    }

    /** Whether a key of the source says something of it, so that it is not reached as most are. */
    public boolean isOwn() {
        return proxies.isOwn() || hasStores();
    }

    /** Whether TLS is done with files of the source's own. */
    public boolean hasStores() {
        return trustStore != null || keyStore != null;
    }
}
