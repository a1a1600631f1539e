package org.finetunebridge.camel.http;

import java.util.function.Supplier;
import org.finetunebridge.text.SecretRedactor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key of one account. A key that stands in a file is read anew when the provider refuses it, so that a rotated secret
 * needs no restart. Safe for threads; holds no lock while a request is under way.
 */
public final class ApiKey implements Credential {

    private static final Logger LOG = LoggerFactory.getLogger(ApiKey.class);

    private final String source;
    private final Supplier<String> origin;
    private volatile Value value;

    /**
     * @param source the account's name
     * @param text   the key as it is now; never empty
     * @param origin reads it anew; gives null if it cannot be read or used. Null for a key that cannot change
     */
    public ApiKey(String source, String text, Supplier<String> origin) {
        this.source = source;
        this.origin = origin;
        this.value = new Value(1, text, new SecretRedactor(text), false);
    }

    @Override
    public Value value() {
        return value;
    }

    @Override
    public boolean isReplaced(int version) {
        if (value.version() == version && origin != null) {
            readAnew(version);
        }
        return value.version() != version;
    }

    private synchronized void readAnew(int version) {
        if (value.version() == version) {
            String text = origin.get();
            if (text != null && !text.equals(value.text())) {
                LOG.info("{}: the provider refused the key; the file holds another one, which is used from now on", source);
                value = new Value(version + 1, text, new SecretRedactor(text), false);
            }
        }
    }
}
