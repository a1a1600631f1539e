package org.finetunebridge.observability.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;

/** How long ago the jobs that have not ended showed something new, as gauges without a label for a job. */
final class JobAges {

    private static final List<String> STATUSES = List.of("PENDING", "QUEUED", "RUNNING", "PAUSED", "CANCELLING", "UNKNOWN");
    /** The word of each class of age, and what is younger than it. */
    private static final List<String> CLASSES = List.of("1h", "6h", "1d", "more");
    private static final List<Duration> BOUNDS = List.of(Duration.ofHours(1), Duration.ofHours(6), Duration.ofDays(1));
    /** A scrape asks for many gauges, and the state is counted once for all. */
    private static final long FRESH = Duration.ofSeconds(1).toNanos();

    private final Publisher publisher;
    private final InstantSource clock;
    private Map<String, Ages> ages = Map.of();
    private Long countedAt;

    /** @param oldest how long ago the RUNNING job that is silent for longest showed something new */
    private record Ages(Map<String, Integer> counts, Duration oldest) {}

    private JobAges(Publisher publisher, InstantSource clock) {
        this.publisher = publisher;
        this.clock = clock;
    }

    static void bind(Collection<String> sources, Publisher publisher, InstantSource clock, MeterRegistry registry) {
        var jobs = new JobAges(publisher, clock);
        for (String source : sources) {
            Gauge.builder("finetune.progress.age", () -> jobs.of(source, found -> found.oldest().toMillis() / 1000.0))
                    .baseUnit("seconds").tag("source", source)
                    .description("How long ago the RUNNING job that is silent for longest showed something new").register(registry);
            for (String status : STATUSES) {
                for (String age : CLASSES) {
                    Gauge.builder("finetune.jobs.silent", () -> jobs.of(source, found -> found.counts().getOrDefault(status + age, 0)))
                            .tag("source", source).tag("status", status).tag("age", age)
                            .description("Jobs that have not ended, by how long ago they showed something new").register(registry);
                }
            }
        }
    }

    private synchronized double of(String source, ToDoubleFunction<Ages> number) {
        SinkSession session = publisher.remembered();
        if (session == null) {
            countedAt = null;
            return Double.NaN;
        }
        if (countedAt == null || System.nanoTime() - countedAt > FRESH) {
            ages = bySource(session, clock.instant());
            countedAt = System.nanoTime();
        }
        return number.applyAsDouble(ages.getOrDefault(source, new Ages(Map.of(), Duration.ZERO)));
    }

    private static Map<String, Ages> bySource(SinkSession session, Instant now) {
        Map<String, Ages> found = new HashMap<>();
        for (JobState job : session.jobs()) {
            String status = job.published().status();
            if (job.retired() == null && job.timing().news() != null && STATUSES.contains(status)) {
                Duration age = Duration.between(job.timing().news(), now);
                Ages before = found.getOrDefault(job.source(), new Ages(new HashMap<>(), Duration.ZERO));
                before.counts().merge(status + word(age), 1, Integer::sum);
                boolean older = status.equals("RUNNING") && age.compareTo(before.oldest()) > 0;
                found.put(job.source(), older ? new Ages(before.counts(), age) : before);
            }
        }
        return found;
    }

    private static String word(Duration age) {
        int at = 0;
        while (at < BOUNDS.size() && age.compareTo(BOUNDS.get(at)) >= 0) {
            at++;
        }
        return CLASSES.get(at);
    }
}
