package org.finetunebridge.simulator;

import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;

/** The stand-in for all providers: one HTTP server on the loopback, in a Camel context of its own. */
public final class Sandbox implements AutoCloseable {

    private static final String HOST = "127.0.0.1";
    private static final int AT_ONCE = 64;

    private final RequestJournal requests = new RequestJournal();
    private final FaultInjector mischief = new FaultInjector();
    private final CamelContext context = new DefaultCamelContext(false);
    private final VertxPlatformHttpServer server;

    private Sandbox(int port) {
        this.server = new VertxPlatformHttpServer(address(port));
    }

    /** Starts on any free port. */
    public static Sandbox start(Simulation world) {
        return start(world, 0);
    }

    /** Starts on this port; 0 = any free one. */
    public static Sandbox start(Simulation world, int port) {
        Sandbox sandbox = new Sandbox(port);
        try {
            sandbox.open(world, port);
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

    /** The base URL of the server, and of the providers that have it for themselves. */
    public String url() {
        return "http://" + HOST + ":" + server.getPort();
    }

    /** What it was asked. */
    public RequestJournal requests() {
        return requests;
    }

    /** What goes wrong. */
    public FaultInjector mischief() {
        return mischief;
    }

    @Override
    public void close() {
        context.stop();
    }

    private void open(Simulation world, int port) throws Exception {
        probe(port);
        prepare(world);
        context.build();
        context.addService(server, true, true);
        PluginHelper.getRoutesLoader(context).loadRoutes(routes());
        context.start();
    }

    /** The server itself would only log that its port is taken. */
    private static void probe(int port) throws IOException {
        new ServerSocket(port, 1, InetAddress.getByName(HOST)).close();
    }

    private void prepare(Simulation world) {
        context.setApplicationContextClassLoader(Sandbox.class.getClassLoader());
        context.getCamelContextExtension().setName("sandbox");
        context.setStartupSummaryLevel(StartupSummaryLevel.Off);
        context.disableJMX();
        context.setStreamCaching(false);
        context.getShutdownStrategy().setTimeout(1);
        context.getRegistry().bind("vertx", new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(AT_ONCE)
                .setInternalBlockingPoolSize(1).setFileSystemOptions(noFiles()));
        context.getRegistry().bind("desk", new RequestHandler(world, requests, mischief));
        context.getRegistry().bind("world", world);
        context.getRegistry().bind("renderer", world.renderer());
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
                .map(name -> "classpath:sandbox/" + name + ".camel.yaml")
                .map(PluginHelper.getResourceLoader(context)::resolveResource).toList();
    }
}
