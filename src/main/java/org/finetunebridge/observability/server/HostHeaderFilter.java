package org.finetunebridge.observability.server;

import io.vertx.core.Handler;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.finetunebridge.settings.Settings;

/**
 * Answers only who asks for the loopback by its own name, if that is where we listen: another site could give itself
 * our address by its name server, and have its script read what we say.
 */
final class HostHeaderFilter implements Handler<RoutingContext> {

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[?::1]?",
            Pattern.CASE_INSENSITIVE);

    private HostHeaderFilter() {}

    /** Puts it before everything else that the server answers, as soon as there is a server. */
    static void before(CamelContext context, Settings settings) throws Exception {
        if (isLoopback(settings.httpHost())) {
            String router = VertxPlatformHttpRouter.getRouterNameFromPort(settings.httpPort());
            context.addStartupListener((started, already) -> VertxPlatformHttpRouter.lookup(context, router).route()
                    .order(Integer.MIN_VALUE).handler(new HostHeaderFilter()));
        }
    }

    /** A probe of old may name no host; a browser always does. */
    @Override
    public void handle(RoutingContext request) {
        HostAndPort asked = request.request().authority();
        if (asked == null || LOOPBACK.matcher(asked.host()).matches()) {
            request.next();
        } else {
            request.response().setStatusCode(403).putHeader("Content-Type", "text/plain")
                    .end("This is served on the loopback, under its own name only.");
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
