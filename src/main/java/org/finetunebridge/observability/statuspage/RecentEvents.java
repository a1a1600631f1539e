package org.finetunebridge.observability.statuspage;

import java.util.List;
import java.util.function.Consumer;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.event.cloudevents.EventMetadata;
import org.finetunebridge.sink.Batch;

/**
 * What was told lately, kept as it was told: it is read only when somebody looks. Bounded, so that a page nobody opens
 * costs little.
 */
public final class RecentEvents implements Consumer<Batch> {

    private static final int MEGABYTE = 1024 * 1024;

    private final EventRingBuffer changes = new EventRingBuffer(2000, 3 * MEGABYTE);
    /** Apart, since logs are many and would push everything else out. */
    private final EventRingBuffer logs = new EventRingBuffer(50, MEGABYTE / 4);
    private final EventRingBuffer letters = new EventRingBuffer(50, MEGABYTE);

    @Override
    public void accept(Batch batch) {
        for (EncodedEvent event : batch.events()) {
            (EventMetadata.of(event).kind() == FactType.LOG_APPENDED ? logs : changes).add(event);
        }
        batch.deadLetters().forEach(letters::add);
    }

    /** Statuses and checkpoints, in the order they were told. */
    List<EventView> changes() {
        return items(changes);
    }

    /** Log lines, in the order they were told. */
    List<EventView> logs() {
        return items(logs);
    }

    /** Dead letters, in the order they were written. */
    List<EventView> letters() {
        return items(letters);
    }

    private static List<EventView> items(EventRingBuffer ring) {
        return ring.all().stream().map(EventView::of).toList();
    }
}
