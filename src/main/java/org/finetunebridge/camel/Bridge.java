package org.finetunebridge.camel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.apache.camel.spi.PropertiesFunction;
import org.finetunebridge.observability.server.ObservabilityServer;
import org.finetunebridge.observability.tracing.Traces;
import org.finetunebridge.polling.JobShard;
import org.finetunebridge.polling.PollDispatcher;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.PlaceholderResolver;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.sink.SinkUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The routes, the beans they call, and the configuration, put together on Camel's own {@link Main}. The same in every
 * runtime.
 */
public final class Bridge implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);
    /** Together with the stop of the routes less than the ten seconds that a service manager waits. */
    private static final Duration LONGEST_READING = Duration.ofSeconds(1);
    private static final Duration LONGEST_FINISH = Duration.ofSeconds(5);

    private static final Duration STANDBY_LOOK = Duration.ofSeconds(1);
    private static final String ROUTES = ".camel.yaml";

    private final Main main = new Main();
    private final RouteFiles files;
    private final Map<String, String> configuration;
    private final boolean once;
    private final InstantSource clock;
    private final CompletableFuture<Void> closing = new CompletableFuture<>();
    private boolean watched = true;
    private boolean served;
    private UnaryOperator<Settings> narrowing = UnaryOperator.identity();
    private Sink runtimeSink;
    private String sinkName;
    private Function<String, JobShard> shards = source -> JobShard.WHOLE;
    private Duration shortestPeriod = Duration.ofSeconds(1);
    private ObservabilityServer server;
    private Settings settings;
    private BridgeBeans beans;
    private JsltMapper mappings;
    private Traces traces;

    /**
     * @param files         routes and mappings
     * @param configuration every key that is set; may hold placeholders
     * @param once          one full catch-up instead of watching
     * @param clock         of everything that asks for the time
     * @throws InvalidConfigurationException if there are no routes at all
     */
    public Bridge(RouteFiles files, Map<String, String> configuration, boolean once, InstantSource clock) {
        this.files = files;
        this.configuration = configuration;
        this.once = once;
        this.clock = clock;
        if (files.endingWith(ROUTES).isEmpty()) {
            throw new InvalidConfigurationException(List.of("there are no routes: routes/*" + ROUTES + " is neither here nor in the jar"));
        }
        main.setDefaultPropertyPlaceholderLocation("false");
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        main.setOverrideProperties(CamelProperties.of(configuration, once));
        main.configure().setBasePackageScanEnabled(false);
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport support) {
                try {
                    prepare(support.getCamelContext());
                } catch (IOException e) {
                    throw new UncheckedIOException("the files of a provider cannot be read", e);
                }
            }

            @Override
            public void afterConfigure(BaseMainSupport support) {
                new ProviderRoutes(files, watched, once).add(beans.accounts(), beans.clients(), support.getCamelContext());
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

    /**
     * Publishes into a sink that the runtime gives, whatever {@code bridge.sink} says. The bridge closes it.
     *
     * @param name of the route that leads to it: {@code publish-<name>}
     */
    public Bridge into(String name, Sink sink) {
        main.addOverrideProperty("bridge.sink", name);
        runtimeSink = sink;
        sinkName = name;
        return this;
    }

    /** Reads a part of each account only, by the account's name. */
    public Bridge sharing(Function<String, JobShard> parts) {
        shards = parts;
        return this;
    }

    /** Reads a part only of what the configuration says, which is checked as a whole before. */
    public Bridge narrowed(UnaryOperator<Settings> part) {
        narrowing = part;
        return this;
    }

    /** Lets sources be asked more often than once a second, as tests do. */
    public Bridge shortestPeriod(Duration shortest) {
        shortestPeriod = shortest;
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
     * @throws InvalidConfigurationException if it cannot be used
     */
    public void init() {
        try {
            main.init();
        } catch (Exception e) {
            throw StartupFailureAnalyzer.understood(e);
        }
    }

    /** Starts watching; {@link #init} comes first. */
    public void start() {
        try {
            main.start();
            if (settings.standby() && !once) {
                var waiting = new Thread(this::standBy, "standby-start");
                waiting.setDaemon(true);
                waiting.start();
            } else {
                beans.dispatchers().forEach(PollDispatcher::start);
            }
        } catch (FailedToCreateRouteException | FailedToStartRouteException e) {
            throw StartupFailureAnalyzer.understood(e);
        }
    }

    /** Waits until no other instance has the state, and starts watching then. */
    private void standBy() {
        String said = null;
        while (!closing.isDone()) {
            try {
                beans.publisher().session();
                LOG.info("No other instance has the state: this one is active");
                startUnlessClosing();
                return;
            } catch (SinkUnavailableException e) {
                if (!closing.isDone() && !e.getMessage().equals(said)) {
                    said = e.getMessage();
                    // That another instance is active is no trouble; what failed is.
                    LOG.atLevel(e.getCause() == null ? Level.INFO : Level.WARN).log("Nothing is polled: {}", said);
                }
                closing.copy().completeOnTimeout(null, STANDBY_LOOK.toMillis(), TimeUnit.MILLISECONDS).join();
            } catch (InstanceFencedException e) {
                LOG.error("{}", e.getMessage());
                return;
            }
        }
    }

    private void startUnlessClosing() {
        synchronized (closing) {
            if (!closing.isDone()) {
                beans.dispatchers().forEach(PollDispatcher::start);
            }
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

    /** Publishes every batch; null before {@link #init}. */
    public Publisher publisher() {
        return beans == null ? null : beans.publisher();
    }

    /** The accounts that are read; {@link #init} comes first. */
    public Accounts accounts() {
        return beans.accounts();
    }

    /** Where it goes to. */
    public Sink sink() {
        return beans.sink();
    }

    /** The mappings of every provider. */
    public JsltMapper mappings() {
        return mappings;
    }

    /** The clock that everything goes by. */
    public InstantSource clock() {
        return clock;
    }

    /** One for each source that is on. */
    public List<SourcePoller> pollers() {
        return beans == null ? List.of() : beans.pollers();
    }

    /**
     * Stops. Pages that were read are committed, while the routes that the sink needs still run; requests whose answer is
     * awaited are broken off, for it may take a minute, and are made again after the next start.
     */
    @Override
    public void close() {
        synchronized (closing) {
            closing.complete(null);
        }
        pollers().forEach(SourcePoller::stop);
        if (beans != null) {
            beans.dispatchers().forEach(PollDispatcher::stop);
            beans.clients().close();
            beans.dispatchers().forEach(dispatcher -> dispatcher.awaitEnd(LONGEST_READING));
            beans.publisher().finish(LONGEST_FINISH);
        }
        main.stop();
        if (beans != null) {
            beans.dispatchers().forEach(PollDispatcher::close);
            beans.publisher().close();
        }
        if (traces != null) {
            traces.close();
        }
    }

    /** {@code env:NAME}, {@code file:/path}, a vault's: what Camel's function of that name gives, as it is. */
    private static String secret(String named, CamelContext context) {
        String[] parts = named.split(":", 2);
        PropertiesFunction function = parts.length < 2 ? null
                : context.getPropertiesComponent().getPropertiesFunction(parts[0]);
        String value = function == null ? null : function.apply(parts[1]);
        if (function != null && value == null) {
            throw new IllegalArgumentException(named + " is not set");
        }
        return value;
    }

    private void prepare(CamelContext context) throws IOException {
        context.getPropertiesComponent().addPropertiesFunction(new CamelProperties.FilePropertiesFunction());
        var providers = new ProviderRegistry(files);
        CamelProperties.vaults(configuration, named -> secret(named, context), context);
        settings = narrowing.apply(new SettingsReader(providers, new QuartzCronValidator(), clock)
                .shortestPeriod(shortestPeriod).sink(sinkName)
                .read(PlaceholderResolver.resolved(configuration, named -> secret(named, context))));
        if (settings.traces() != null && watched) {
            traces = Traces.of(context, settings.traces());
        }
        beans = new BridgeBeans(settings, once, clock, context, runtimeSink, shards);
        List<String> used = settings.sources().stream().map(source -> source.provider().name()).distinct().toList();
        mappings = new JsltMapper(files).compiled(used);
        main.configure().setRoutesIncludePattern(providers.files(ROUTES, used).stream().map(files::location)
                .collect(Collectors.joining(",")));
        beans.bind(mappings, traces == null ? () -> null : traces::traceparent, name -> secretOf(name, context));
        if (served && settings.httpPort() != 0) {
            server = new ObservabilityServer(settings, beans.publisher(), beans.pollers(),
                    name -> beans.accounts().of(name).detector().drift(), clock);
            server.configure(context);
        }
    }

    /** Reads the secret of a key anew; null for one that stands in the configuration itself, so that it cannot change. */
    private Supplier<String> secretOf(String name, CamelContext context) {
        return !configuration.getOrDefault(name, "").contains("{{") ? null : () -> {
            try {
                String secret = PlaceholderResolver.resolved(name, configuration, named -> secret(named, context));
                return !name.endsWith(".api-key") || SettingsReader.isUsableKey(secret) ? secret : null;
            } catch (RuntimeException e) {
                LOG.warn("{} cannot be read anew: {}", name, e.getMessage());
                return null;
            }
        };
    }
}
