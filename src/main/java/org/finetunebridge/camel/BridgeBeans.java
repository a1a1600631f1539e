package org.finetunebridge.camel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.finetunebridge.camel.http.ApiKey;
import org.finetunebridge.camel.http.Credential;
import org.finetunebridge.camel.http.CsvTables;
import org.finetunebridge.camel.http.HttpClients;
import org.finetunebridge.camel.http.OAuth2Token;
import org.finetunebridge.camel.http.ProviderClient;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.polling.ChangeDetector;
import org.finetunebridge.polling.JobShard;
import org.finetunebridge.polling.PollClock;
import org.finetunebridge.polling.PollDispatcher;
import org.finetunebridge.polling.PollTask;
import org.finetunebridge.polling.RetryBudget;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.sink.file.FileSink;
import org.finetunebridge.sink.kafka.KafkaSink;

/** What the routes call, by the names they call it: a few beans for all accounts, and the table of the accounts. */
final class BridgeBeans {

    private static final int DEEPEST_JSON = 100;
    /** Requests in flight of all accounts together, at most, unless one account wants more. */
    private static final int WORKERS = 64;
    /** Of one provider at least, however few accounts it has, if they want so many. */
    private static final int FEWEST_WORKERS = 4;

    private final Settings settings;
    private final boolean once;
    private final InstantSource clock;
    private final CamelContext context;
    private final Function<String, JobShard> shards;
    private final Sink sink;
    private final Publisher publisher;
    private final Map<String, PollDispatcher> dispatchers = new TreeMap<>();
    private final ProducerTemplate template;
    private final Accounts accounts = new Accounts();
    private final HttpClients clients = new HttpClients();
    private final RandomGenerator random = new Random();

    /**
     * @param once   one poll cycle instead of many
     * @param clock  of everything that asks for the time
     * @param ready  where to publish; null for where the settings say
     * @param shards the part of each account that is read
     */
    BridgeBeans(Settings settings, boolean once, InstantSource clock, CamelContext context, Sink ready,
            Function<String, JobShard> shards) {
        this.settings = settings;
        this.once = once;
        this.clock = clock;
        this.context = context;
        this.shards = shards;
        this.template = context.createProducerTemplate();
        this.sink = ready == null ? newSink() : ready;
        this.publisher = new Publisher(sink);
        Map<String, Integer> wanted = settings.sources().stream().collect(Collectors.toMap(source -> source.provider().name(),
                SourceSettings::concurrency, Integer::sum));
        int all = wanted.values().stream().mapToInt(Integer::intValue).sum();
        int largest = settings.sources().stream().mapToInt(SourceSettings::concurrency).max().orElse(0);
        wanted.forEach((provider, count) -> dispatchers.put(provider,
                new PollDispatcher(workers(count, all, largest), PollClock.of(clock), this::read)));
    }

    /** A provider's part of all workers: each has its own, so that one that answers slowly holds up none of the others. */
    static int workers(int wanted, int ofAll, int largest) {
        int most = Math.max(WORKERS, largest);
        return ofAll <= most ? wanted : Math.max(Math.min(wanted, FEWEST_WORKERS), (int) ((long) most * wanted / ofAll));
    }

    /** They read what is due of each provider; their threads are not started yet. */
    Collection<PollDispatcher> dispatchers() {
        return dispatchers.values();
    }

    /** routes/poll.camel.yaml deals with whatever fails, so nothing is left to look at. */
    private void read(PollTask task) {
        template.sendBody("direct:poll", task);
    }

    Sink sink() {
        return sink;
    }

    Publisher publisher() {
        return publisher;
    }

    /** Those that are read. */
    Accounts accounts() {
        return accounts;
    }

    /** The HTTP clients that the accounts share. */
    HttpClients clients() {
        return clients;
    }

    /** One for each source that is on. */
    List<SourcePoller> pollers() {
        return accounts.all().stream().map(Account::poller).toList();
    }

    /**
     * @param traceparent of what is published now; gives null if nothing is traced
     * @param secrets     reads the secret of a key of the configuration anew; null for one that cannot change
     */
    void bind(JsltMapper mapper, Supplier<String> traceparent, Function<String, Supplier<String>> secrets) {
        ObjectMapper json = json(settings.maxResponseSize());
        settings.sources().forEach(source -> accounts.add(account(source, traceparent, credential(source, secrets, json))));
        bind("accounts", accounts);
        bind("publisher", publisher);
        bind("mapper", mapper);
        bind("json", json);
        // Routes of a user's own may call the beans by their methods.
        var steps = new PollSteps(accounts, mapper);
        bind("poll-steps", steps);
        steps.processors().forEach(this::bind);
        bind("publish", (Processor) exchange -> publisher.publish(exchange.getMessage().getMandatoryBody(Batch.class)));
        bind("poll-failures", new PollErrorHandler(accounts));
        bind("csv-tables", new CsvTables());
        var client = new ProviderClient(accounts, json, clock);
        bind("provider-client", client);
        client.processors().forEach(this::bind);
        clients.timeouts().keySet().forEach(name ->
                bind("bounds-" + name, clients.configurer(name, settings.maxResponseSize())));
    }

    private Credential credential(SourceSettings source, Function<String, Supplier<String>> secrets, ObjectMapper json) {
        if (source.access().oauth2() == null) {
            return new ApiKey(source.name(), source.apiKey(), secrets.apply(source.name() + ".api-key"));
        }
        return new OAuth2Token(source, secrets.apply(source.name() + ".oauth2.client-secret"), clients.other(source, settings.maxResponseSize()),
                json, clock, PollClock.of(clock)::nanos);
    }

    private Account account(SourceSettings source, Supplier<String> traceparent, Credential key) {
        var poller = new SourcePoller(source, publisher, once ? RetryBudget.ONCE : RetryBudget.watching(source), clock, random);
        var envelope = new CloudEventWriter(source.provider().name(), source.name(), source.zone(),
                settings.binary()).traced(traceparent);
        dispatchers.get(source.provider().name()).add(poller);
        return new Account(source, key, poller,
                new ChangeDetector(source, envelope, shards.apply(source.name())),
                clients.of(source), Account.variables(source));
    }

    private void bind(String name, Object bean) {
        context.getRegistry().bind(name, bean);
    }

    private Sink newSink() {
        if (settings.sink().equals("file")) {
            return new FileSink(settings.events(), settings.deadLetters(), settings.state(), clock).standby(settings.standby());
        }
        return new KafkaSink(settings.kafka(), context).standby(settings.standby());
    }

    /** Hostile input is read with limits; numbers stay as they are written. */
    private static ObjectMapper json(long maxResponseSize) {
        var constraints = StreamReadConstraints.builder().maxNestingDepth(DEEPEST_JSON)
                .maxStringLength((int) maxResponseSize).build();
        return new ObjectMapper(JsonFactory.builder().streamReadConstraints(constraints)
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build())
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);
    }
}
