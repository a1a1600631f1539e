package org.finetunebridge.observability.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.event.cloudevents.EventMetadata;
import org.finetunebridge.sink.Batch;

/** Counts what is published: facts by kind, dead letters by reason, and the age of the newest fact. */
final class CommitMeters implements Consumer<Batch> {

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
            newest.merge(head.source(), head.time(), (one, other) -> one.isAfter(other) ? one : other);
        }
        for (EncodedEvent letter : batch.deadLetters()) {
            letters(EventMetadata.of(letter).source(), reason(letter)).increment();
        }
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
