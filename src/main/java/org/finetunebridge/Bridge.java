package org.finetunebridge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.finetunebridge.event.Envelope;
import org.finetunebridge.fetch.Account;
import org.finetunebridge.fetch.Budget;
import org.finetunebridge.fetch.Guard;
import org.finetunebridge.provider.Mappings;
import org.finetunebridge.provider.Provider;
import org.finetunebridge.provider.Providers;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.server.Server;
import org.finetunebridge.settings.BadSettings;
import org.finetunebridge.settings.FileFunction;
import org.finetunebridge.settings.Placeholders;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.FileSink;
import org.finetunebridge.sink.KafkaSink;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.RoutedKafkaSink;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.trace.Traces;
import org.finetunebridge.watch.Failures;
import org.finetunebridge.watch.Observer;
import org.finetunebridge.watch.Patience;
import org.finetunebridge.watch.Replay;
import org.finetunebridge.watch.Watch;

/**
 * The routes, the beans they call, and the configuration, put together on Camel's own {@link Main}. The same in every
 * runtime.
 */
public final class Bridge implements AutoCloseable {

    private static final int DEEPEST_JSON = 100;

    private final Main main = new Main();
    private final RouteFiles files;
    private final Map<String, String> configuration;
    private final boolean once;
    private final InstantSource clock;
    private final List<Watch> watches = new ArrayList<>();
    private boolean watched = true;
    private boolean served;
    private Server server;
    private Settings settings;
    private Mappings mappings;
    private ObjectMapper json;
    private Sink sink;
    private Publisher publisher;
    private Traces traces;

    /**
     * @param files         routes and mappings
     * @param configuration every key that is set; may hold placeholders
     * @param once          one full catch-up instead of watching
     * @param clock         of everything that asks for the time
     */
    public Bridge(RouteFiles files, Map<String, String> configuration, boolean once, InstantSource clock) {
        this.files = files;
        this.configuration = configuration;
        this.once = once;
        this.clock = clock;
        main.setDefaultPropertyPlaceholderLocation("false");
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        main.setOverrideProperties(forCamel());
        main.configure().setBasePackageScanEnabled(false);
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport support) {
                prepare(support.getCamelContext());
            }

            @Override
            public void afterConfigure(BaseMainSupport support) {
                new SourceRoutes(new Providers(files), watched, once).add(settings.sources(), support.getCamelContext());
                if (server != null) {
                    server.open(support.getCamelContext());
                }
            }
        });
    }

    /** Without watching: the routes are there, but nothing starts them. */
    public Bridge unwatched() {
        watched = false;
        return this;
    }

    /** With health, metrics and the status page over HTTP, unless {@code bridge.http.port} is 0. */
    public Bridge served() {
        served = true;
        return this;
    }

    /**
     * Reads the configuration and readies the routes, without asking anybody anything.
     *
     * @throws BadSettings if it cannot be used
     */
    public void init() {
        try {
            main.init();
        } catch (Exception e) {
            throw BadRoutes.understood(e);
        }
    }

    /** Starts watching; {@link #init} comes first. */
    public void start() {
        try {
            main.start();
        } catch (FailedToCreateRouteException | FailedToStartRouteException e) {
            throw BadRoutes.understood(e);
        }
    }

    /** What the configuration says. */
    public Settings settings() {
        return settings;
    }

    /** Every key that is set, placeholders as they are written. */
    public Map<String, String> configuration() {
        return configuration;
    }

    /** The context the routes run in. */
    public CamelContext context() {
        return main.getCamelContext();
    }

    /** What is told goes through here. */
    public Publisher publisher() {
        return publisher;
    }

    /** Where it goes to. */
    public Sink sink() {
        return sink;
    }

    /** One for each source that is on. */
    public List<Watch> watches() {
        return watches;
    }

    /** Finishes the pages under way, commits them, and stops. */
    @Override
    public void close() {
        watches.forEach(Watch::stop);
        main.stop();
        if (publisher != null) {
            publisher.close();
        }
        if (traces != null) {
            traces.close();
        }
    }

    private void prepare(CamelContext context) {
        context.getPropertiesComponent().addPropertiesFunction(new FileFunction());
        settings = new SettingsReader(new Providers(files), clock).read(
                Placeholders.resolved(configuration, context::resolvePropertyPlaceholders));
        sink = sink(context);
        publisher = new Publisher(sink);
        context.getRegistry().bind("publisher", publisher);
        mappings = new Mappings(files).compiled();
        context.getRegistry().bind("mappings", mappings);
        json = json(settings.maxResponseSize());
        context.getRegistry().bind("json", json);
        if (settings.traces() != null && watched) {
            traces = Traces.of(context, settings.traces());
        }
        settings.sources().forEach(source -> bind(source, context));
        if (served && settings.httpPort() != 0) {
            server = new Server(settings, publisher, watches, clock);
            server.configure(context);
        }
    }

    private Sink sink(CamelContext context) {
        if (settings.sink().equals("file")) {
            return new FileSink(settings.events(), settings.deadLetters(), settings.state(), clock);
        } else if (settings.kafka().exactlyOnce()) {
            return new KafkaSink(settings.kafka());
        }
        var sink = new RoutedKafkaSink(settings.kafka(), context);
        context.getRegistry().bind("publish-kafka-clients", sink);
        return sink;
    }

    private void bind(SourceSettings source, CamelContext context) {
        String name = source.name() + '-';
        var registry = context.getRegistry();
        var watch = new Watch(source, publisher, once ? Patience.ONCE : Patience.watching(source), clock,
                ThreadLocalRandom.current());
        var envelope = new Envelope(source.provider().name(), source.name(), source.zone(),
                settings.sink().equals("kafka") && settings.kafka().binary())
                .traced(traces == null ? () -> null : traces::traceparent);
        var observer = new Observer(source, envelope);
        watches.add(watch);
        registry.bind(name + "watch", watch);
        registry.bind(name + "observer", observer);
        registry.bind(name + "replay", new Replay(source, mappings, envelope, publisher, clock));
        registry.bind(name + "failures", new Failures(watch, observer, clock));
        registry.bind(name + "guard", new Guard(settings.maxResponseSize(), source.requestTimeout()));
        registry.bind(name + "account", new Account(source, new Budget(source.rate(), watch::admit), json, clock));
        registry.bind(name + "workers", context.getExecutorServiceManager().newFixedThreadPool(this,
                source.name() + "-worker", source.concurrency()));
    }

    /** Everything but secrets, which Camel would show over JMX. */
    private Properties forCamel() {
        var properties = new Properties();
        configuration.forEach((key, value) -> {
            if (!key.endsWith(".api-key") && !key.startsWith("bridge.kafka.client.")) {
                properties.setProperty(key, value);
            }
        });
        properties.putIfAbsent("bridge.sink", "file");
        properties.putIfAbsent("bridge.kafka.delivery", "exactly-once");
        // A service manager waits ten seconds.
        properties.putIfAbsent("camel.main.shutdownTimeout", "8");
        if (once) {
            // Nobody looks at what is over in a moment, and its MBeans take a good part of the start.
            properties.putIfAbsent("camel.main.jmxEnabled", "false");
        }
        properties.setProperty("camel.main.routesIncludePattern", routes());
        return properties;
    }

    private String routes() {
        List<String> names = files.endingWith(".camel.yaml");
        if (names.isEmpty()) {
            throw new BadSettings(List.of("there are no routes: routes/*.camel.yaml is neither here nor in the jar"));
        }
        return names.stream().map(files::location).collect(Collectors.joining(","));
    }

    /** Hostile input is read with limits; numbers stay as they are written. */
    private static ObjectMapper json(long maxResponseSize) {
        var constraints = StreamReadConstraints.builder().maxNestingDepth(DEEPEST_JSON)
                .maxStringLength((int) maxResponseSize).build();
        return new ObjectMapper(JsonFactory.builder().streamReadConstraints(constraints).build())
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);
    }
}
