package org.finetunebridge.cli;

import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.finetunebridge.sink.Batch;

/** How far a catch-up is: one line that keeps changing, for a person who waits. */
final class ProgressLine implements Consumer<Batch> {

    private static final long MILLIS_BETWEEN = 200;

    private final PrintWriter err;
    private final AtomicLong events = new AtomicLong();
    private long shown;

    ProgressLine(PrintWriter err) {
        this.err = err;
    }

    @Override
    public synchronized void accept(Batch batch) {
        long published = events.addAndGet(batch.events().size());
        long now = System.currentTimeMillis();
        if (now - shown >= MILLIS_BETWEEN) {
            shown = now;
            err.print("\r" + published + " events …");
            err.flush();
        }
    }

    /** Clears the line. */
    void end() {
        err.print("\r\u001b[K");
        err.flush();
    }

    /** Events told so far. */
    long events() {
        return events.get();
    }
}
