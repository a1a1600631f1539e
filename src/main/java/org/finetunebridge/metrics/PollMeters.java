package org.finetunebridge.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.finetunebridge.fetch.Failure;
import org.finetunebridge.provider.Means;
import org.finetunebridge.watch.Onlooker;

/** How a source's polls go. */
final class PollMeters implements Onlooker {

    private final InstantSource clock;
    private final Counter read;
    private final Map<Means, Counter> failed;
    private final Counter known;
    private final Counter throttled;
    private Instant counted = Instant.EPOCH;

    PollMeters(String source, MeterRegistry registry, InstantSource clock) {
        this.clock = clock;
        this.read = polls("read", source, registry);
        this.failed = Arrays.stream(Means.values()).collect(Collectors.toMap(Function.identity(),
                means -> polls(means.name().toLowerCase(Locale.ROOT), source, registry)));
        this.known = Counter.builder("finetune.facts.known").tag("source", source)
                .description("Facts seen again, and not told again").register(registry);
        this.throttled = Counter.builder("finetune.throttled").baseUnit("seconds").tag("source", source)
                .description("Time the whole source was told to wait").register(registry);
    }

    private static Counter polls(String result, String source, MeterRegistry registry) {
        return Counter.builder("finetune.polls").tag("source", source).tag("result", result)
                .description("Pages read and told, and requests that failed, by what the failure means")
                .register(registry);
    }

    @Override
    public void read(int knownBefore) {
        read.increment();
        known.increment(knownBefore);
    }

    @Override
    public void failed(Failure failure) {
        failed.get(failure.means()).increment();
    }

    /** A wait is counted as it is ordered; what overlaps an earlier one only by what it adds. */
    @Override
    public synchronized void held(Instant until) {
        Instant now = clock.instant();
        Instant from = counted.isAfter(now) ? counted : now;
        if (until.isAfter(from)) {
            throttled.increment(Duration.between(from, until).toMillis() / 1000.0);
            counted = until;
        }
    }
}
