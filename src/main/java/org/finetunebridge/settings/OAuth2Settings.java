package org.finetunebridge.settings;

/**
 * Client credentials (RFC 6749, section 4.4) that bring a token in place of an api key.
 *
 * @param tokenUrl     http or https address of the token endpoint
 * @param clientId     who asks
 * @param clientSecret the secret itself; goes to the token endpoint and nowhere else
 * @param scope        what is asked for, words after spaces; empty to leave it out
 */
public record OAuth2Settings(String tokenUrl, String clientId, String clientSecret, String scope) {

    /** Without the secret. */
    @Override
    public String toString() {
        return clientId + " at " + tokenUrl;
    }
}
