package org.finetunebridge.observability.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.support.PluginHelper;
import org.finetunebridge.observability.health.HealthChecks;
import org.finetunebridge.observability.health.SourceHealth;
import org.finetunebridge.observability.metrics.Meters;
import org.finetunebridge.observability.statuspage.RecentEvents;
import org.finetunebridge.observability.statuspage.StatusPage;
import org.finetunebridge.polling.SchemaDriftDetector;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.sink.Publisher;

/** Configures Camel's HTTP server for health, metrics and the status page. */
public final class ObservabilityServer {

    /** Enough for a person, a probe and a scraper; further requests wait. */
    private static final int WORKERS = 4;

    private final Settings settings;
    private final Publisher publisher;
    private final Function<String, SchemaDriftDetector> drift;
    private final InstantSource clock;
    private final List<SourceHealth> monitors;

    /**
     * @param settings with a port that is not 0
     * @param drift    the detector of each source, by its name
     */
    public ObservabilityServer(Settings settings, Publisher publisher, List<SourcePoller> pollers,
            Function<String, SchemaDriftDetector> drift, InstantSource clock) {
        this.drift = drift;
        this.settings = settings;
        this.publisher = publisher;
        this.clock = clock;
        this.monitors = pollers.stream().map(poller -> new SourceHealth(poller, clock)).toList();
    }

    /**
     * Before Camel reads its configuration.
     *
     * @throws InvalidConfigurationException if the port cannot be had
     */
    public void configure(CamelContext context) {
        probe();
        context.getRegistry().bind("vertx", vertx());
        // The page shares one server with health and metrics because both name the same port.
        for (String server : List.of("camel.server.", "camel.management.")) {
            set(context, server + "enabled", "true");
            set(context, server + "host", settings.httpHost());
            set(context, server + "port", Integer.toString(settings.httpPort()));
        }
        set(context, "camel.server.fileUploadEnabled", "false");
        set(context, "camel.server.maxBodySize", "1024");
        set(context, "camel.management.healthCheckEnabled", "true");
        set(context, "camel.management.metricsEnabled", "true");
        set(context, "camel.health.exposureLevel", "full");
        set(context, "camel.metrics.enabled", "true");
        // It would time every call between two routes, with the endpoint as a label.
        set(context, "camel.metrics.enableExchangeEventNotifier", "false");
    }

    private static void set(CamelContext context, String key, String value) {
        context.getPropertiesComponent().addOverrideProperty(key, value);
    }

    /**
     * After Camel has read its configuration, before the server listens.
     *
     * @throws IllegalStateException if the routes of the page cannot be loaded
     */
    public void open(CamelContext context) {
        boolean loopback = isLoopback(settings.httpHost());
        if (loopback) {
            HostHeaderFilter.install(context);
        }
        new HealthChecks(publisher, settings).register(HealthCheckRegistry.get(context), monitors);
        new Meters(context.getRegistry().findSingleByType(MeterRegistry.class), publisher, clock)
                .bind(monitors, settings, drift);
        Instant start = clock.instant();
        // Once the sink has cut off what was not committed. One that keeps no events must not make the page wait for its commits.
        var recent = new RecentEvents(() -> !settings.sink().equals("file") ? List.of()
                : publisher.remembered() == null ? null : RecentEvents.before(start, publisher));
        publisher.onCommit(recent);
        context.getRegistry().bind("page", new StatusPage(monitors, publisher, recent,
                loopback || settings.showPayloads(), clock));
        try {
            PluginHelper.getRoutesLoader(context).loadRoutes(PluginHelper.getResourceLoader(context)
                    .resolveResource("classpath:page/page.camel.yaml"));
        } catch (Exception e) {
            throw new IllegalStateException("the routes of the page", e);
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Fails if the port is taken; Camel's server would only log that. */
    private void probe() {
        try {
            new ServerSocket(settings.httpPort(), 1, InetAddress.getByName(settings.httpHost())).close();
        } catch (IOException e) {
            throw new InvalidConfigurationException(List.of("bridge.http.port = " + settings.httpPort()
                    + ": cannot be listened on at " + settings.httpHost() + " (" + e.getMessage()
                    + "); set a free port, or 0 for no health, metrics and page"));
        }
    }

    private static VertxOptions vertx() {
        var noFiles = new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
        return new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(WORKERS).setInternalBlockingPoolSize(1)
                .setFileSystemOptions(noFiles);
    }

    /**
     * Refuses requests to a server on the loopback that name another host. Without it, a web site could let its own name
     * point at our address and have a visitor's browser read our pages for it (DNS rebinding).
     */
    private static final class HostHeaderFilter implements Handler<RoutingContext> {

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
}
