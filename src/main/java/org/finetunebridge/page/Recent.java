package org.finetunebridge.page;

import java.util.List;
import java.util.function.Consumer;
import org.finetunebridge.event.Event;
import org.finetunebridge.event.Head;
import org.finetunebridge.event.Kind;
import org.finetunebridge.sink.Batch;

/**
 * What was told lately, kept as it was told: it is read only when somebody looks. Bounded, so that a page nobody opens
 * costs little.
 */
public final class Recent implements Consumer<Batch> {

    private static final int MEGABYTE = 1024 * 1024;

    private final Ring changes = new Ring(2000, 3 * MEGABYTE);
    /** Apart, since logs are many and would push everything else out. */
    private final Ring logs = new Ring(50, MEGABYTE / 4);
    private final Ring letters = new Ring(50, MEGABYTE);

    @Override
    public void accept(Batch batch) {
        for (Event event : batch.events()) {
            (Head.of(event).kind() == Kind.LOG_APPENDED ? logs : changes).add(event);
        }
        batch.deadLetters().forEach(letters::add);
    }

    /** Statuses and checkpoints, in the order they were told. */
    List<Item> changes() {
        return items(changes);
    }

    /** Log lines, in the order they were told. */
    List<Item> logs() {
        return items(logs);
    }

    /** Dead letters, in the order they were written. */
    List<Item> letters() {
        return items(letters);
    }

    private static List<Item> items(Ring ring) {
        return ring.all().stream().map(Item::of).toList();
    }
}
