package org.finetunebridge.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.sink.Batch;

/**
 * Shows a person what is published: first the last status of each job, as history, then one line an event, in order of
 * time. Log lines, of which there are many, are counted.
 */
final class EventPrinter implements Consumer<Batch> {

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("MM-dd HH:mm", Locale.ROOT);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("   HH:mm:ss", Locale.ROOT);

    private final PrintWriter out;
    private final boolean coloured;
    private final List<EventLine> lines = new ArrayList<>();
    private int logLines;

    /** @param coloured whether the output is a terminal */
    EventPrinter(PrintWriter out, boolean coloured) {
        this.out = out;
        this.coloured = coloured;
    }

    /** Takes what was committed; shown by the next {@link #history} or {@link #news}. */
    @Override
    public synchronized void accept(Batch batch) {
        batch.events().forEach(this::add);
        batch.deadLetters().forEach(this::add);
    }

    /** Shows what was there before anybody looked: the last status of each job. */
    synchronized void history() {
        Map<String, EventLine> last = new LinkedHashMap<>();
        sorted().filter(EventLine::isStatus).forEach(line -> last.put(line.account() + '/' + line.job(), line));
        out.printf(Locale.ROOT, "%n%d events of %d jobs from before this start. How each job stands, and since when:%n",
                lines.size() + logLines, last.size());
        last.values().stream().sorted(Comparator.comparing(EventLine::time)).forEach(line -> print(line, DAY));
        out.printf(Locale.ROOT, "%nFrom now on, as it happens:%n");
        lines.clear();
        logLines = 0;
        out.flush();
    }

    /** Shows what came since the last time; what is younger waits, for something older may come after it. */
    synchronized void news(Instant before) {
        List<EventLine> due = sorted().filter(line -> line.time().isBefore(before)).toList();
        due.forEach(line -> print(line, CLOCK));
        lines.removeAll(due);
        if (logLines > 0) {
            out.printf(Locale.ROOT, "             and %s%n", OnceCommand.count(logLines, "log line"));
        }
        logLines = 0;
        out.flush();
    }

    private Stream<EventLine> sorted() {
        return lines.stream().sorted(Comparator.comparing(EventLine::time));
    }

    private void print(EventLine line, DateTimeFormatter clock) {
        out.printf(Locale.ROOT, "%s  %-10s  %-22s  %s%n", clock.format(line.time().atZone(ZoneId.systemDefault())),
                line.account(), line.job(), line.text(coloured));
    }

    private void add(EncodedEvent event) {
        EventLine line = EventLine.of(event);
        if (line.isOfMany()) {
            logLines++;
        } else {
            lines.add(line);
        }
    }
}
