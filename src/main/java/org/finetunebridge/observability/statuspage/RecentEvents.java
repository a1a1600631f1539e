package org.finetunebridge.observability.statuspage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.event.cloudevents.EventMetadata;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events and dead letters published last, as many as fit. They are kept as bytes and parsed when somebody looks, so
 * that a page nobody opens costs little; those of earlier runs are read, where they can be, when somebody looks first.
 */
public final class RecentEvents implements Consumer<Batch> {

    private static final Logger LOG = LoggerFactory.getLogger(RecentEvents.class);
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MEGABYTE = 1024 * 1024;

    private final Ring changes = new Ring(2000, 3 * MEGABYTE);
    /** Apart, because log lines are many and would push everything else out. */
    private final Ring logs = new Ring(500, MEGABYTE / 2);
    private final Ring metrics = new Ring(6000, 3 * MEGABYTE);
    private final Ring letters = new Ring(50, MEGABYTE);
    private Supplier<List<EncodedEvent>> earlier;

    /** With those of this run only. */
    public RecentEvents() {
        this(List::of);
    }

    /** @param earlier gives events of earlier runs, the oldest first; null as long as it cannot. It is asked until it can */
    public RecentEvents(Supplier<List<EncodedEvent>> earlier) {
        this.earlier = earlier;
    }

    /**
     * The newest events that the sink gives back, as far as they are of earlier runs.
     *
     * @param start of this run, UTC: what was observed since then is published by it
     */
    public static List<EncodedEvent> before(Instant start, Publisher publisher) {
        try {
            return publisher.newest(8 * MEGABYTE).stream().map(line -> earlierEvent(line, start)).filter(Objects::nonNull).toList();
        } catch (SinkUnavailableException | InstanceFencedException e) {
            LOG.warn("The status page begins anew, for earlier events cannot be read: {}", e.getMessage());
            return List.of();
        }
    }

    /** Null if the line is none. */
    private static EncodedEvent earlierEvent(byte[] line, Instant start) {
        String job = null;
        try (JsonParser json = JSON.createParser(line)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME && json.currentName().equals("partitionkey")) {
                    job = json.nextTextValue();
                } else if (token == JsonToken.FIELD_NAME && json.currentName().equals("observedAt")) {
                    return job != null && Instant.parse(json.nextTextValue()).isBefore(start) ? new EncodedEvent(job, line, Map.of()) : null;
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("no event", e);
        }
        return null;
    }

    @Override
    public void accept(Batch batch) {
        batch.events().forEach(event -> ring(event).add(event));
        batch.deadLetters().forEach(letters::add);
    }

    private Ring ring(EncodedEvent event) {
        FactType kind = EventMetadata.of(event).kind();
        return kind == FactType.JOB_STATUS_CHANGED || kind == FactType.CHECKPOINT_CHANGED || kind.isTimed() ? changes
                : kind == FactType.METRICS_RECORDED ? metrics : logs;
    }

    /** Takes in the events of earlier runs, the first time that they can be had. */
    private synchronized void recall() {
        List<EncodedEvent> events = earlier == null ? null : earlier.get();
        if (events != null) {
            earlier = null;
            Map<Ring, List<EncodedEvent>> rings = events.stream().collect(Collectors.groupingBy(this::ring));
            rings.forEach(Ring::addBefore);
        }
    }

    /** Statuses and checkpoints, in the order in which they were published. */
    List<RecentEvent> changes() {
        recall();
        return changes.all();
    }

    /** Log lines and all other events, in the order in which they were published. */
    List<RecentEvent> logs() {
        recall();
        return logs.all();
    }

    /** What the trainings of these jobs measured, of any source, in the order in which it was published. */
    List<RecentEvent> metrics(Set<String> jobs) {
        recall();
        return metrics.of(event -> jobs.contains(event.key()));
    }

    /** Dead letters, in the order in which they were written. */
    List<RecentEvent> letters() {
        return letters.all();
    }

    /** Drops the oldest when there are too many, or too many bytes. */
    private static final class Ring {

        private final int most;
        private final int mostBytes;
        private final Deque<EncodedEvent> events = new ArrayDeque<>();
        private int bytes;

        Ring(int most, int mostBytes) {
            this.most = most;
            this.mostBytes = mostBytes;
        }

        synchronized void add(EncodedEvent event) {
            events.addLast(event);
            bytes += event.value().length;
            while (events.size() > most || bytes > mostBytes) {
                bytes -= events.removeFirst().value().length;
            }
        }

        /** Puts others before those that are there, the oldest first. */
        synchronized void addBefore(List<EncodedEvent> others) {
            List<EncodedEvent> later = List.copyOf(events);
            events.clear();
            bytes = 0;
            others.forEach(this::add);
            later.forEach(this::add);
        }

        List<RecentEvent> all() {
            return of(event -> true);
        }

        /** Only these are parsed. */
        List<RecentEvent> of(Predicate<EncodedEvent> wanted) {
            List<EncodedEvent> copy;
            synchronized (this) {
                copy = new ArrayList<>(events);
            }
            return copy.stream().filter(wanted).map(RecentEvent::of).toList();
        }
    }

    /**
     * A published event or dead letter, parsed for the page.
     *
     * @param source the source's name in the configuration
     * @param kind   null for a dead letter
     * @param time   when the fact happened, UTC
     * @param data   the event's {@code data}
     */
    record RecentEvent(String source, FactType kind, Instant time, JsonNode data) {

        private static final ObjectMapper MAPPER = new ObjectMapper();

        static RecentEvent of(EncodedEvent event) {
            EventMetadata metadata = EventMetadata.of(event);
            try {
                JsonNode json = MAPPER.readTree(event.value());
                return new RecentEvent(metadata.source(), metadata.kind(), metadata.time(),
                        event.headers().isEmpty() ? json.path("data") : json);
            } catch (IOException e) {
                throw new IllegalStateException("an event is JSON", e);
            }
        }

        /** The job's id; empty if the event is about the source itself. */
        String job() {
            return text("jobId");
        }

        /** A field's text; empty if there is none. */
        String text(String field) {
            return data.path(field).asText();
        }

        /** A field's text; null if there is none. */
        String textOrNull(String field) {
            return data.hasNonNull(field) ? text(field) : null;
        }

        boolean isStatus() {
            return kind == FactType.JOB_STATUS_CHANGED;
        }

        /** The provider's reason for a failure, such as {@code bad_file: line 7 is no JSON}; null if it gave none. */
        String error() {
            JsonNode error = data.path("error");
            String code = error.path("code").asText("");
            String message = error.path("message").asText("");
            return code.isEmpty() && message.isEmpty() ? null : code.isEmpty() ? message
                    : message.isEmpty() ? code : code + ": " + message;
        }
    }
}
