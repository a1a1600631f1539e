package org.finetunebridge.observability.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.event.cloudevents.EventMetadata;
import org.finetunebridge.observability.health.SourceHealth;
import org.finetunebridge.observability.health.SourceHealth.JobCounts;
import org.finetunebridge.observability.health.SourceHealth.SourceStatus.Condition;
import org.finetunebridge.polling.PollListener;
import org.finetunebridge.polling.SchemaDriftDetector;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;

/** The bridge's own meters, beside those that Camel keeps of its routes. */
public final class Meters {

    private static final List<String> STATUSES = List.of(JobCounts.UNPUBLISHED, "PENDING", "QUEUED", "RUNNING",
            "PAUSED", "CANCELLING", "SUCCEEDED", "FAILED", "CANCELLED", "UNKNOWN");
    /** One scrape reads some twenty gauges a source: they share one count of the state. Nanoseconds. */
    private static final long COUNTS_ARE_FRESH = 100_000_000;

    private final MeterRegistry registry;
    private final Publisher publisher;
    private final InstantSource clock;
    private Map<String, JobCounts> counts = Map.of();
    private Long countedAt;

    /** @param registry the one that Camel made */
    public Meters(MeterRegistry registry, Publisher publisher, InstantSource clock) {
        this.registry = registry;
        this.publisher = publisher;
        this.clock = clock;
    }

    /**
     * Begins to count.
     *
     * @param drift the detector of each source, by its name
     */
    public void bind(List<SourceHealth> monitors, Settings settings, Function<String, SchemaDriftDetector> drift) {
        for (SourceHealth monitor : monitors) {
            String source = monitor.poller().source().name();
            monitor.poller().onPoll(new PollMeters(source, registry, clock));
            jobs(source);
            source(source, monitor);
            drift(source, drift.apply(source));
        }
        List<String> sources = monitors.stream().map(monitor -> monitor.poller().source().name()).toList();
        publisher.onCommit(new CommitMeters(sources, registry, clock));
        JobAges.bind(sources, publisher, clock, registry);
        Gauge.builder("finetune.sink.writable", () -> publisher.suspension() == null ? 1 : 0)
                .description("0 while nothing can be published").register(registry);
        if (settings.sink().equals("file")) {
            // The state in a topic lies with the broker.
            Gauge.builder("finetune.state.size", () -> size(settings.state())).baseUnit("bytes")
                    .description("Size of the state's files").register(registry);
        }
        Stream.of(new JvmMemoryMetrics(), new JvmThreadMetrics(), new ClassLoaderMetrics(), new ProcessorMetrics(),
                new FileDescriptorMetrics(), new UptimeMetrics()).forEach(binder -> binder.bindTo(registry));
    }

    private void jobs(String source) {
        for (String status : STATUSES) {
            Gauge.builder("finetune.jobs.watched", () -> count(source, jobs -> jobs.watched().getOrDefault(status, 0)))
                    .tag("source", source).tag("status", status).description("Jobs that are read").register(registry);
            Gauge.builder("finetune.jobs.parked", () -> count(source, jobs -> jobs.suspended().getOrDefault(status, 0)))
                    .tag("source", source).tag("status", status)
                    .description("Jobs that are suspended after an error, and read slowly").register(registry);
        }
        gauge("finetune.state.records", source, () -> count(source, JobCounts::records),
                "Jobs in the state, retired ones too");
    }

    private void source(String source, SourceHealth monitor) {
        gauge("finetune.source.parked", source, () -> monitor.status().condition() == Condition.SUSPENDED ? 1 : 0,
                "1 while the whole source is suspended, such as for a refused key");
        gauge("finetune.source.held", source, () -> monitor.status().heldUntil() == null ? 0 : 1,
                "1 while the whole source waits");
        gauge("finetune.last.success.timestamp.seconds", source, () -> monitor.status().lastSuccess() == null ? 0
                : monitor.status().lastSuccess().toEpochMilli() / 1000.0, "When the source was last read; 0 if never");
    }

    private void gauge(String name, String source, Supplier<Number> value, String description) {
        Gauge.builder(name, value).tag("source", source).description(description).register(registry);
    }

    private void drift(String source, SchemaDriftDetector drift) {
        FunctionCounter.builder("finetune.schema.drift", drift, SchemaDriftDetector::count)
                .tag("source", source).description("Fields and statuses in a provider's answers that no mapping knows")
                .register(registry);
    }

    private synchronized double count(String source, ToDoubleFunction<JobCounts> number) {
        SinkSession session = publisher.remembered();
        if (session == null) {
            countedAt = null;
            return Double.NaN;
        }
        long now = System.nanoTime();
        if (countedAt == null || now - countedAt > COUNTS_ARE_FRESH) {
            counts = JobCounts.bySource(session);
            countedAt = now;
        }
        return number.applyAsDouble(counts.getOrDefault(source, JobCounts.NONE));
    }

    private static double size(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /** Counts what is published: facts by kind, dead letters by reason, and the age of the newest fact. */
    private static final class CommitMeters implements Consumer<Batch> {

        /** The bridge's own classes of errors. Any other text as a label would make labels without bound. */
        private static final List<String> REASONS =
                List.of("Malformed record", "HTTP error", "Provider error", "Unusable answer");
        private static final String OTHER = "Other";
        private static final ObjectMapper MAPPER = new ObjectMapper();

        private final MeterRegistry registry;
        private final InstantSource clock;
        private final Map<String, Instant> newest = new ConcurrentHashMap<>();

        CommitMeters(List<String> sources, MeterRegistry registry, InstantSource clock) {
            this.registry = registry;
            this.clock = clock;
            sources.forEach(this::prepare);
        }

        /** Registers the counters at zero, so that Prometheus sees their first increment as one. */
        private void prepare(String source) {
            for (FactType kind : FactType.values()) {
                if (kind != FactType.JOB_SEEN) {
                    published(source, kind);
                }
            }
            notFinite(source);
            REASONS.forEach(reason -> letters(source, reason));
            letters(source, OTHER);
            Gauge.builder("finetune.lag", () -> lag(source)).baseUnit("seconds").tag("source", source)
                    .description("Now minus the time of the newest fact published since the start").register(registry);
        }

        @Override
        public void accept(Batch batch) {
            for (EncodedEvent event : batch.events()) {
                EventMetadata head = EventMetadata.of(event);
                published(head.source(), head.kind()).increment();
                if (head.kind() == FactType.METRICS_RECORDED && isNotFinite(event)) {
                    notFinite(head.source()).increment();
                }
                newest.merge(head.source(), head.time(), (one, other) -> one.isAfter(other) ? one : other);
            }
            for (EncodedEvent letter : batch.deadLetters()) {
                letters(EventMetadata.of(letter).source(), reason(letter)).increment();
            }
        }

        /** No text of a provider can look like this inside: its quotes are escaped. */
        private static boolean isNotFinite(EncodedEvent event) {
            return new String(event.value(), StandardCharsets.UTF_8).contains("\"notFinite\":[");
        }

        private Counter notFinite(String source) {
            return Counter.builder("finetune.metrics.not.finite").tag("source", source)
                    .description("Metrics published that name a NaN or an infinite value").register(registry);
        }

        private double lag(String source) {
            Instant time = newest.get(source);
            return time == null ? Double.NaN : Duration.between(time, clock.instant()).toMillis() / 1000.0;
        }

        private Counter published(String source, FactType kind) {
            return Counter.builder("finetune.facts.told").tag("source", source).tag("kind", kind.word())
                    .description("Facts published").register(registry);
        }

        private Counter letters(String source, String reason) {
            return Counter.builder("finetune.dead.letters").tag("source", source).tag("reason", reason)
                    .description("Dead letters written").register(registry);
        }

        private static String reason(EncodedEvent letter) {
            try {
                JsonNode json = MAPPER.readTree(letter.value());
                String reason = (json.has("data") ? json.path("data") : json).path("error").path("class").asText();
                return REASONS.contains(reason) ? reason : OTHER;
            } catch (IOException e) {
                throw new IllegalStateException("a dead letter is JSON", e);
            }
        }
    }

    /** Counts and times the requests of one source. */
    private static final class PollMeters implements PollListener {

        private static final Duration[] BUCKETS = {Duration.ofMillis(100), Duration.ofMillis(300), Duration.ofSeconds(1),
            Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofSeconds(30)};

        private final String source;
        private final MeterRegistry registry;
        private final InstantSource clock;
        private final Counter read;
        private final Map<ErrorAction, Counter> failed;
        private final Counter known;
        private final Counter throttled;
        private Instant counted = Instant.EPOCH;

        PollMeters(String source, MeterRegistry registry, InstantSource clock) {
            this.source = source;
            this.registry = registry;
            this.clock = clock;
            request("2xx");
            this.read = polls("read", source, registry);
            this.failed = Arrays.stream(ErrorAction.values()).collect(Collectors.toMap(Function.identity(),
                    means -> polls(label(means), source, registry)));
            this.known = Counter.builder("finetune.facts.known").tag("source", source)
                    .description("Facts seen again, and not published again").register(registry);
            this.throttled = Counter.builder("finetune.throttled").baseUnit("seconds").tag("source", source)
                    .description("Time the whole source was asked to wait").register(registry);
        }

        /** One that throttles is counted among the transient: how long the source waited has a metric of its own. */
        private static String label(ErrorAction means) {
            return (means == ErrorAction.THROTTLED ? ErrorAction.TRANSIENT : means).name().toLowerCase(Locale.ROOT);
        }

        private Timer request(String result) {
            return Timer.builder("finetune.request").tag("source", source).tag("result", result)
                    .serviceLevelObjectives(BUCKETS).description("Time a provider took to answer").register(registry);
        }

        private static Counter polls(String result, String source, MeterRegistry registry) {
            return Counter.builder("finetune.polls").tag("source", source).tag("result", result)
                    .description("Pages read and published, and requests that failed, by what the failure means")
                    .register(registry);
        }

        @Override
        public void read(int knownBefore, Duration took) {
            request("2xx").record(took);
            read.increment();
            known.increment(knownBefore);
        }

        @Override
        public void failed(ProviderException failure, Duration took) {
            if (took != null) {
                // Without a status of its own, the failure is a 2xx answer that could not be understood.
                request(failure.status() == 0 ? "2xx" : failure.status() / 100 + "xx").record(took);
            }
            failed.get(failure.means()).increment();
        }

        /** Counts a wait when it is ordered. Of one that overlaps an earlier one only the addition counts. */
        @Override
        public synchronized void deferred(Instant until) {
            Instant now = clock.instant();
            Instant from = counted.isAfter(now) ? counted : now;
            if (until.isAfter(from)) {
                throttled.increment(Duration.between(from, until).toMillis() / 1000.0);
                counted = until;
            }
        }
    }
}
