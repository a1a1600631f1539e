package org.finetunebridge.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.sink.Batch;

/** Counts what is committed, source by source, and shows a person who waits how far it is. */
final class CommitTally implements Consumer<Batch> {

    private static final long MILLIS_BETWEEN = 200;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Map<String, Count> counts = new TreeMap<>();
    private final PrintWriter progress;
    private long shown;

    /** Events that were published, and dead letters that were written. */
    record Count(int events, int deadLetters) {
        Count plus(Batch batch) {
            return new Count(events + batch.events().size(), deadLetters + batch.deadLetters().size());
        }
    }

    /** @param progress one line of it keeps changing; null for none */
    CommitTally(PrintWriter progress) {
        this.progress = progress;
    }

    @Override
    public synchronized void accept(Batch batch) {
        counts.merge(source(batch), new Count(0, 0).plus(batch), (before, one) -> before.plus(batch));
        long now = System.currentTimeMillis();
        if (progress != null && now - shown >= MILLIS_BETWEEN) {
            shown = now;
            progress.print("\r" + counts.values().stream().mapToInt(Count::events).sum() + " events …");
            progress.flush();
        }
    }

    /** Clears the line. */
    void end() {
        if (progress != null) {
            progress.print("\r\u001b[K");
            progress.flush();
        }
    }

    /** What came of one source so far. */
    synchronized Count of(String source) {
        return counts.getOrDefault(source, new Count(0, 0));
    }

    /** A page is of one source, and so is its batch. */
    private static String source(Batch batch) {
        if (!batch.states().isEmpty()) {
            return batch.states().get(0).source();
        }
        EncodedEvent event = (batch.events().isEmpty() ? batch.deadLetters() : batch.events()).get(0);
        try {
            var json = MAPPER.readTree(event.value());
            return (event.headers().isEmpty() ? json.path("data") : json).path("account").asText();
        } catch (IOException e) {
            throw new IllegalStateException("an event is JSON", e);
        }
    }
}
