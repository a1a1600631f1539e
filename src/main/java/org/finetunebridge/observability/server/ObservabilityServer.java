package org.finetunebridge.observability.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.support.PluginHelper;
import org.finetunebridge.observability.health.PollHealth;
import org.finetunebridge.observability.health.SinkHealthCheck;
import org.finetunebridge.observability.health.SourceHealthCheck;
import org.finetunebridge.observability.health.StateHealthCheck;
import org.finetunebridge.observability.metrics.Meters;
import org.finetunebridge.observability.statuspage.RecentEvents;
import org.finetunebridge.observability.statuspage.StatusPage;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.sink.Publisher;

/** Configures Camel's HTTP server, and gives it what it shows. */
public final class ObservabilityServer {

    /** A person, a probe and a scraper: more at once wait. */
    private static final int AT_ONCE = 4;

    private final Settings settings;
    private final Publisher publisher;
    private final InstantSource clock;
    private final Map<SourcePoller, PollHealth> pulses = new LinkedHashMap<>();

    /** @param settings with a port that is not 0 */
    public ObservabilityServer(Settings settings, Publisher publisher, List<SourcePoller> pollers, InstantSource clock) {
        this.settings = settings;
        this.publisher = publisher;
        this.clock = clock;
        for (SourcePoller poller : pollers) {
            var pulse = new PollHealth(clock);
            pulses.put(poller, pulse);
            poller.onPoll(pulse);
        }
    }

    /**
     * Before Camel reads its configuration.
     *
     * @throws InvalidConfigurationException if the port cannot be had
     */
    public void configure(CamelContext context) {
        probe();
        context.getRegistry().bind("vertx", vertx());
        // The page and the rest share one server because both name the same port.
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
        // It would time every step between two routes, under the name of an endpoint.
        set(context, "camel.metrics.enableExchangeEventNotifier", "false");
    }

    private static void set(CamelContext context, String key, String value) {
        context.getPropertiesComponent().addOverrideProperty(key, value);
    }

    /** When Camel has read it. */
    public void open(CamelContext context) {
        HealthCheckRegistry checks = HealthCheckRegistry.get(context);
        pulses.forEach((poller, pulse) -> checks.register(new SourceHealthCheck(poller, pulse, clock)));
        checks.register(new SinkHealthCheck(publisher, settings.sink()));
        checks.register(new StateHealthCheck(publisher, settings));
        var meters = new Meters(context.getRegistry().findSingleByType(MeterRegistry.class), clock);
        meters.bind(pulses, publisher, context);
        meters.bindFiles(settings);
        addPage(context);
    }

    private void addPage(CamelContext context) {
        var recent = new RecentEvents();
        publisher.onCommit(recent);
        context.getRegistry().bind("page", new StatusPage(pulses, publisher, recent, clock));
        try {
            HostHeaderFilter.before(context, settings);
            PluginHelper.getRoutesLoader(context).loadRoutes(PluginHelper.getResourceLoader(context)
                    .resolveResource("classpath:page/page.camel.yaml"));
        } catch (Exception e) {
            throw new IllegalStateException("the routes of the page", e);
        }
    }

    /** Camel's server would only log that its port is taken. */
    private void probe() {
        try {
            new ServerSocket(settings.httpPort(), 1, InetAddress.getByName(settings.httpHost())).close();
        } catch (IOException e) {
            throw new InvalidConfigurationException(List.of("bridge.http.port = " + settings.httpPort() + ": cannot be listened on at "
                    + settings.httpHost() + " (" + e.getMessage() + "); set a free port, or 0 for no health, metrics"
                    + " and page"));
        }
    }

    private static VertxOptions vertx() {
        var noFiles = new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
        return new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(AT_ONCE).setInternalBlockingPoolSize(1)
                .setFileSystemOptions(noFiles);
    }
}
