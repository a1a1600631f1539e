package org.finetunebridge.camel.http;

import org.finetunebridge.text.SecretRedactor;

/** What shows a provider on whose behalf a request comes: one of each account, for all its routes. Safe for threads. */
public interface Credential {

    /**
     * A secret as it was at one time.
     *
     * @param version  counted from 1; tells which secret a request was sent with without holding it
     * @param text     the secret
     * @param redactor takes the secret, and the one before it, out of texts
     * @param isToken  whether it is a bearer token, and not the provider's own sort of key
     */
    record Value(int version, String text, SecretRedactor redactor, boolean isToken) {

        /** Without the secret, so that a record in a log line does not hold it. */
        @Override
        public String toString() {
            return "key " + version;
        }
    }

    /**
     * What to send now.
     *
     * @throws org.finetunebridge.provider.ProviderException if there is none, and none can be had
     */
    Value value();

    /**
     * The provider refused it.
     *
     * @param version of what was sent
     * @return whether there is another one to try
     */
    boolean isReplaced(int version);

    /**
     * The provider took it.
     *
     * @param version of what was sent
     */
    default void accepted(int version) {}
}
