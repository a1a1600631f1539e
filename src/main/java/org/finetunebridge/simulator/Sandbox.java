package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;

/** A stand-in for all providers: one HTTP server on the loopback, in a Camel context of its own. */
public final class Sandbox implements AutoCloseable {

    private static final String HOST = "127.0.0.1";
    private static final int WORKERS = 64;

    private final CamelContext context = new DefaultCamelContext(false);
    private final VertxPlatformHttpServer server;

    private Sandbox(int port) {
        this.server = new VertxPlatformHttpServer(address(port));
    }

    /** Starts on any free port. */
    public static Sandbox start(Simulation simulation) {
        return start(simulation, 0);
    }

    /** Starts on this port. */
    public static Sandbox start(Simulation simulation, int port) {
        return start(simulation, port, ReplyFilter.NONE);
    }

    /**
     * Starts with a filter that sees every request and may change the replies.
     *
     * @param port 0 for any free one
     */
    public static Sandbox start(Simulation simulation, int port, ReplyFilter filter) {
        Sandbox sandbox = new Sandbox(port);
        try {
            sandbox.open(simulation, port, filter);
            return sandbox;
        } catch (Exception e) {
            sandbox.close();
            throw new IllegalStateException("the sandbox cannot start on " + HOST + ":" + port, e);
        }
    }

    /** The base URL of a provider. */
    public String url(String provider) {
        return url() + ProviderProfiles.path(provider);
    }

    /** The base URL of the server, and of the providers that are played at its root. */
    public String url() {
        return "http://" + HOST + ":" + server.getPort();
    }

    @Override
    public void close() {
        context.stop();
    }

    private void open(Simulation simulation, int port, ReplyFilter filter) throws Exception {
        probe(port);
        prepare(simulation, filter);
        context.build();
        context.addService(server, true, true);
        PluginHelper.getRoutesLoader(context).loadRoutes(routes());
        context.start();
    }

    /** Fails if the port is taken; the server would only log that. */
    private static void probe(int port) throws IOException {
        new ServerSocket(port, 1, InetAddress.getByName(HOST)).close();
    }

    private void prepare(Simulation simulation, ReplyFilter filter) {
        context.setApplicationContextClassLoader(Sandbox.class.getClassLoader());
        context.getCamelContextExtension().setName("sandbox");
        context.setStartupSummaryLevel(StartupSummaryLevel.Off);
        context.disableJMX();
        context.setStreamCaching(false);
        context.getShutdownStrategy().setTimeout(1);
        context.getRegistry().bind("vertx", new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(WORKERS)
                .setInternalBlockingPoolSize(1).setFileSystemOptions(noFiles()));
        context.getRegistry().bind("filter", filter);
        context.getRegistry().bind("simulation", simulation);
        context.getRegistry().bind("renderer", simulation.renderer());
    }

    private static FileSystemOptions noFiles() {
        return new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    }

    private static VertxPlatformHttpServerConfiguration address(int port) {
        VertxPlatformHttpServerConfiguration address = new VertxPlatformHttpServerConfiguration();
        address.setBindHost(HOST);
        address.setBindPort(port);
        address.getBodyHandler().setHandleFileUploads(false);
        return address;
    }

    private List<Resource> routes() {
        return Stream.of(Stream.of("answer"), ProviderProfiles.names().stream(), Stream.of("nowhere"))
                .flatMap(names -> names)
                .map(name -> "classpath:simulator/" + name + ".camel.yaml")
                .map(PluginHelper.getResourceLoader(context)::resolveResource).toList();
    }

    /**
     * Sees every request to the sandbox and may change its reply. The routes call each method once a request, in this
     * order. The tests inject their faults here; the sandbox that ships with the bridge changes nothing.
     */
    public interface ReplyFilter {

        /** Changes nothing. */
        ReplyFilter NONE = new ReplyFilter() { };

        /**
         * A request has arrived.
         *
         * @return milliseconds to wait before it is answered
         */
        default long received(Exchange exchange) {
            return 0;
        }

        /** Returns what to ask the simulation, given what the request asks; both in the simulation's own format. */
        default ObjectNode query(@Body ObjectNode query, Exchange exchange) {
            return query;
        }

        /** Returns the page to answer with, given the simulation's; both in its own format, before the provider's. */
        default ObjectNode page(@Body ObjectNode page, Exchange exchange) {
            return page;
        }

        /** The response stands in the message and is sent next. */
        default void response(Exchange exchange) { }
    }
}
