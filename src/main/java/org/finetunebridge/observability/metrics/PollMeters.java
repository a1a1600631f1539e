package org.finetunebridge.observability.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.finetunebridge.polling.PollListener;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;

/** Counts and times the requests of one source. */
final class PollMeters implements PollListener {

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
