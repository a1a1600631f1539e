package org.finetunebridge.camel.http;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.text.LogSanitizer;

/** The address of a next page, as an answer named it: taken only if it leads to the account's own host, for the key goes along. */
record PageAddress(URI page) {

    /** A path that a route template makes has neither a scheme nor a host nor a query of its own. */
    private static final Pattern ADDRESS = Pattern.compile("(?s)[A-Za-z][A-Za-z0-9+.-]*:.*|//.*|.*[?].*");

    /**
     * The address that a route gave as path.
     *
     * @param path may be null
     * @return empty if it is a path
     * @throws ProviderException if it leads elsewhere
     */
    static Optional<PageAddress> of(SourceSettings source, String path) {
        if (path == null || !ADDRESS.matcher(path).matches()) {
            return Optional.empty();
        }
        URI base = URI.create(source.baseUrl());
        URI page = resolved(base, path);
        if (page == null || !base.getScheme().equalsIgnoreCase(page.getScheme()) || page.getRawUserInfo() != null
                || !base.getHost().equalsIgnoreCase(page.getHost()) || port(base) != port(page)) {
            throw ProviderException.of(ErrorAction.JOB, "the answer names a next page that is not at " + base.getScheme() + "://" + base.getRawAuthority()
                    + ", and the key is sent nowhere else: " + LogSanitizer.line(path), null);
        }
        return Optional.of(new PageAddress(page));
    }

    /** Makes it the address of the request. */
    void set(Message request) {
        request.setHeader(Exchange.HTTP_URI, page.getScheme() + "://" + page.getRawAuthority());
        request.setHeader(Exchange.HTTP_PATH, page.getRawPath().isEmpty() ? "/" : page.getRawPath());
        if (page.getRawQuery() == null) {
            request.removeHeader(Exchange.HTTP_QUERY);
        } else {
            request.setHeader(Exchange.HTTP_QUERY, page.getRawQuery());
        }
    }

    private static URI resolved(URI base, String path) {
        try {
            return base.resolve(path).normalize();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static int port(URI address) {
        return address.getPort() >= 0 ? address.getPort() : "https".equalsIgnoreCase(address.getScheme()) ? 443 : 80;
    }
}
