package org.finetunebridge.settings;

/**
 * How a source's provider is reached.
 *
 * @param proxies through which its requests go
 */
public record AccessSettings(ProxyRules proxies) {

    /** Straight, as the JVM does it. */
    public static final AccessSettings NONE = new AccessSettings(ProxyRules.NONE);

    /** Whether a key of the source says something of it, so that it is not reached as most are. */
    public boolean isOwn() {
        return proxies.isOwn();
    }
}
