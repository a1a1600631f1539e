package org.finetunebridge.observability.server;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig;

/**
 * Refuses requests to a server on the loopback that name another host. Without it, a web site could let its own name
 * point at our address and have a visitor's browser read our pages for it (DNS rebinding).
 */
final class HostHeaderFilter implements Handler<RoutingContext> {

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[?::1]?",
            Pattern.CASE_INSENSITIVE);

    private HostHeaderFilter() {}

    /**
     * Puts the filter before everything else that the server answers. It is in place before the server listens, because
     * Camel installs authentication, as which it is registered, when it makes the server.
     */
    static void install(CamelContext context) {
        AuthenticationConfig authentication = context.hasService(MainHttpServer.class).getConfiguration()
                .getAuthenticationConfig();
        var everything = new AuthenticationConfig.AuthenticationConfigEntry() {
            @Override
            public Handler<RoutingContext> createAuthenticationHandler(Vertx vertx) {
                return new HostHeaderFilter();
            }
        };
        everything.setPath("/*");
        authentication.getEntries().add(everything);
        authentication.setEnabled(true);
    }

    /** An old probe may name no host; a browser always does. */
    @Override
    public void handle(RoutingContext request) {
        HostAndPort asked = request.request().authority();
        if (asked == null || LOOPBACK.matcher(asked.host()).matches()) {
            request.next();
        } else {
            request.response().setStatusCode(403).putHeader("Content-Type", "text/plain")
                    .end("This server listens on the loopback and answers to the loopback's names only.");
        }
    }
}
