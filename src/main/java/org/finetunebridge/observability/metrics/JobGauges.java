package org.finetunebridge.observability.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.finetunebridge.observability.health.PollHealth;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.Suspension;

/** How a source and its jobs stand, counted in the memory when somebody asks. */
final class JobGauges {

    private static final String NOT_TOLD = "NONE";
    private static final List<String> STATUSES = List.of(NOT_TOLD, "PENDING", "QUEUED", "RUNNING", "PAUSED",
            "CANCELLING", "SUCCEEDED", "FAILED", "CANCELLED", "UNKNOWN");

    private final Publisher publisher;
    private final MeterRegistry registry;
    private final InstantSource clock;

    JobGauges(Publisher publisher, MeterRegistry registry, InstantSource clock) {
        this.publisher = publisher;
        this.registry = registry;
        this.clock = clock;
    }

    void bind(SourcePoller poller, PollHealth pulse) {
        String source = poller.source().name();
        for (String status : STATUSES) {
            gauge("finetune.jobs.watched", source, status, job -> isWatched(job, status), "Jobs that are read");
            gauge("finetune.jobs.parked", source, status, job -> isWatched(job, status) && isParked(job),
                    "Jobs set aside after an error, and read slowly");
        }
        gauge("finetune.state.records", source, () -> jobs(source, job -> 1), "Jobs remembered, tombstones too");
        gauge("finetune.source.parked", source, () -> poller.suspension() != null && poller.suspension().parked() ? 1 : 0,
                "1 while the whole source is set aside, such as for a refused key");
        gauge("finetune.source.held", source, () -> poller.suspendedUntil().isAfter(clock.instant()) ? 1 : 0,
                "1 while the whole source waits");
        gauge("finetune.last.success.timestamp.seconds", source, () -> pulse.lastSuccess() == null ? 0
                : pulse.lastSuccess().toEpochMilli() / 1000.0, "When the source was last read; 0 if never");
    }

    private void gauge(String name, String source, String status, Predicate<JobState> counts, String description) {
        Gauge.builder(name, () -> jobs(source, job -> counts.test(job) ? 1 : 0)).tag("source", source)
                .tag("status", status).description(description).register(registry);
    }

    private void gauge(String name, String source, Supplier<Number> value, String description) {
        Gauge.builder(name, value).tag("source", source).description(description).register(registry);
    }

    private double jobs(String source, ToDoubleFunction<JobState> one) {
        SinkSession session = publisher.remembered();
        return session == null ? Double.NaN : session.jobs(source).stream().mapToDouble(one).sum();
    }

    private static boolean isWatched(JobState job, String status) {
        String published = job.published().status();
        return job.retired() == null && status.equals(published == null ? NOT_TOLD : published);
    }

    private static boolean isParked(JobState job) {
        Suspension suspension = job.suspension();
        return suspension != null && suspension.parked();
    }
}
