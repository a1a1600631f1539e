package org.finetunebridge.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.finetunebridge.event.Timestamps;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.state.JobState;

/**
 * Prints what would be published, in the order in which it would be, and keeps nothing: the state lives as long as the
 * process. On a terminal the last line says how far the job is.
 */
final class JobPrinter implements Sink {

    private static final String CLEARED = "\r\u001b[K";

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean silent;
    private final boolean json;
    private final boolean coloured;
    private final boolean live;
    private final JobProgress progress = new JobProgress();
    private boolean ended;

    /**
     * @param silent   whether nothing is printed but, as JSON, the event of the end
     * @param json     whether the events are printed, else a line for a person
     * @param coloured whether a person sees the output
     * @param live     whether a line on the standard error says how far the job is
     */
    JobPrinter(PrintWriter out, PrintWriter err, boolean silent, boolean json, boolean coloured, boolean live) {
        this.out = out;
        this.err = err;
        this.silent = silent;
        this.json = json;
        this.coloured = coloured;
        this.live = live;
    }

    /** How far the job is, as far as that was read. */
    JobProgress progress() {
        return progress;
    }

    @Override
    public synchronized void write(List<Batch> batches) {
        clear();
        for (Batch batch : batches) {
            batch.events().forEach(this::print);
            batch.deadLetters().forEach(letter -> err.println(EventLine.of(letter).text(false)));
        }
        out.flush();
        err.flush();
        draw();
    }

    private void print(EncodedEvent event) {
        EventLine line = EventLine.of(event);
        progress.event(line);
        if (json && (!silent || line.isEnd())) {
            out.println(new String(event.value(), StandardCharsets.UTF_8));
        } else if (!silent) {
            out.println(Timestamps.format(line.time().truncatedTo(ChronoUnit.SECONDS)) + "  " + line.text(coloured));
        }
    }

    /** Whether what is printed goes nowhere any more. */
    synchronized boolean isCut() {
        return !silent && out.checkError();
    }

    /** The line that changes, as things stand now. */
    synchronized void draw() {
        if (live && !ended) {
            err.print(CLEARED + progress.text(Instant.now()));
            err.flush();
        }
    }

    /** Nothing more is printed but what somebody else prints. */
    synchronized void end() {
        clear();
        ended = true;
    }

    private void clear() {
        if (live && !ended) {
            err.print(CLEARED);
            err.flush();
        }
    }

    @Override
    public Collection<JobState> open() {
        return List.of();
    }

    @Override
    public Collection<JobState> peek() {
        return List.of();
    }

    @Override
    public void forget(Collection<String> names) {
        throw new UnsupportedOperationException("nothing is kept");
    }

    @Override
    public List<String> deadLetters() {
        return List.of();
    }

    @Override
    public void removeDeadLetters(Predicate<String> gone) {
        throw new UnsupportedOperationException("nothing is kept");
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
