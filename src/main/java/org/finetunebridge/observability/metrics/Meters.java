package org.finetunebridge.observability.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.finetunebridge.observability.health.JobCounts;
import org.finetunebridge.observability.health.SourceMonitor;
import org.finetunebridge.observability.health.SourceStatus.Condition;
import org.finetunebridge.polling.SchemaDriftDetector;
import org.finetunebridge.settings.Settings;
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
    public void bind(List<SourceMonitor> monitors, Settings settings, Function<String, SchemaDriftDetector> drift) {
        for (SourceMonitor monitor : monitors) {
            String source = monitor.poller().source().name();
            monitor.poller().onPoll(new PollMeters(source, registry, clock));
            jobs(source);
            source(source, monitor);
            drift(source, drift.apply(source));
        }
        List<String> sources = monitors.stream().map(monitor -> monitor.poller().source().name()).toList();
        publisher.onCommit(new CommitMeters(sources, registry, clock));
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

    private void source(String source, SourceMonitor monitor) {
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
}
