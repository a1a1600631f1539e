package org.finetunebridge.observability.statuspage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.event.cloudevents.EventMetadata;
import org.finetunebridge.sink.Batch;

/**
 * The events and dead letters published last, as many as fit. They are kept as bytes and parsed when somebody looks, so
 * that a page nobody opens costs little.
 */
public final class RecentEvents implements Consumer<Batch> {

    private static final int MEGABYTE = 1024 * 1024;

    private final Ring changes = new Ring(2000, 3 * MEGABYTE);
    /** Apart, because log lines are many and would push everything else out. */
    private final Ring logs = new Ring(500, MEGABYTE / 2);
    private final Ring metrics = new Ring(6000, 3 * MEGABYTE);
    private final Ring letters = new Ring(50, MEGABYTE);

    @Override
    public void accept(Batch batch) {
        for (EncodedEvent event : batch.events()) {
            FactType kind = EventMetadata.of(event).kind();
            (kind == FactType.JOB_STATUS_CHANGED || kind == FactType.CHECKPOINT_CHANGED || kind.isTimed() ? changes
                    : kind == FactType.METRICS_RECORDED ? metrics : logs).add(event);
        }
        batch.deadLetters().forEach(letters::add);
    }

    /** Statuses and checkpoints, in the order in which they were published. */
    List<RecentEvent> changes() {
        return changes.all();
    }

    /** Log lines and all other events, in the order in which they were published. */
    List<RecentEvent> logs() {
        return logs.all();
    }

    /** What the trainings of these jobs measured, of any source, in the order in which it was published. */
    List<RecentEvent> metrics(Set<String> jobs) {
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
