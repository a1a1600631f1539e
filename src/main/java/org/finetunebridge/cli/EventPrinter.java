package org.finetunebridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
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
import org.finetunebridge.text.LogSanitizer;

/**
 * Shows a person what is published: first the last status of each job, as history, then one line an event, in order of
 * time. Log lines, of which there are many, are counted.
 */
final class EventPrinter implements Consumer<Batch> {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("MM-dd HH:mm", Locale.ROOT);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("   HH:mm:ss", Locale.ROOT);
    private static final Map<String, String> COLOURS = Map.of("SUCCEEDED", "32", "READY", "32", "FAILED", "31",
            "EXPORT_FAILED", "31", "CANCELLED", "33", "RUNNING", "36");

    private final PrintWriter out;
    private final boolean coloured;
    private final List<Line> lines = new ArrayList<>();
    private int logLines;

    /** What is shown of one event; {@code status} says whether it is how a job stands. */
    private record Line(Instant time, String account, String job, boolean status, String text) {}

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
        Map<String, Line> last = new LinkedHashMap<>();
        sorted().filter(Line::status).forEach(line -> last.put(line.account() + '/' + line.job(), line));
        out.printf(Locale.ROOT, "%n%d events of %d jobs from before this start. How each job stands, and since when:%n",
                lines.size() + logLines, last.size());
        last.values().stream().sorted(Comparator.comparing(Line::time)).forEach(line -> print(line, DAY));
        out.printf(Locale.ROOT, "%nFrom now on, as it happens:%n");
        lines.clear();
        logLines = 0;
        out.flush();
    }

    /** Shows what came since the last time; what is younger waits, for something older may come after it. */
    synchronized void news(Instant before) {
        List<Line> due = sorted().filter(line -> line.time().isBefore(before)).toList();
        due.forEach(line -> print(line, CLOCK));
        lines.removeAll(due);
        if (logLines > 0) {
            out.printf(Locale.ROOT, "             and %s%n", OnceCommand.count(logLines, "log line"));
        }
        logLines = 0;
        out.flush();
    }

    private Stream<Line> sorted() {
        return lines.stream().sorted(Comparator.comparing(Line::time));
    }

    private void print(Line line, DateTimeFormatter clock) {
        out.printf(Locale.ROOT, "%s  %-10s  %-22s  %s%n", clock.format(line.time().atZone(ZoneId.systemDefault())),
                line.account(), line.job(), line.text());
    }

    private void add(EncodedEvent event) {
        try {
            JsonNode json = MAPPER.readTree(event.value());
            JsonNode data = json.path("data");
            String type = json.path("type").asText();
            if (type.contains(".log.") || type.contains(".metrics.")) {
                logLines++;
            } else {
                lines.add(new Line(Instant.parse(json.path("time").asText()), data.path("account").asText(),
                        LogSanitizer.line(data.path("jobId").asText("-")), type.contains(".job."), text(type, data)));
            }
        } catch (IOException e) {
            throw new IllegalStateException("an event is JSON", e);
        }
    }

    private String text(String type, JsonNode data) {
        if (type.contains(".job.")) {
            String before = data.has("previousStatus") ? " (was " + data.path("previousStatus").asText() + ")" : "";
            String model = data.has("outputModel") ? "  " + LogSanitizer.line(data.path("outputModel").asText()) : "";
            return status(data) + before + model;
        }
        return type.contains(".checkpoint.")
                ? "checkpoint " + LogSanitizer.line(data.path("checkpoint").asText()) + "  " + status(data)
                : painted("31", "dead letter: " + LogSanitizer.line(data.path("error").path("message").asText()));
    }

    private String status(JsonNode data) {
        String status = data.path("status").asText();
        return painted(COLOURS.get(status), status);
    }

    private String painted(String colour, String text) {
        return coloured && colour != null ? "\u001b[" + colour + 'm' + text + "\u001b[0m" : text;
    }
}
