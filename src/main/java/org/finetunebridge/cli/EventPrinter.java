package org.finetunebridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.text.LogSanitizer;

/** Shows what happens as it happens: one line an event, with colours where a person looks. */
final class EventPrinter implements Consumer<Batch> {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final Map<String, String> COLOURS = Map.of("SUCCEEDED", "32", "READY", "32", "FAILED", "31",
            "EXPORT_FAILED", "31", "CANCELLED", "33", "RUNNING", "36");

    private final PrintWriter out;
    private final boolean coloured;

    /** @param coloured whether the output is a terminal */
    EventPrinter(PrintWriter out, boolean coloured) {
        this.out = out;
        this.coloured = coloured;
    }

    @Override
    public void accept(Batch batch) {
        batch.events().forEach(this::show);
        batch.deadLetters().forEach(this::show);
        out.flush();
    }

    private void show(EncodedEvent event) {
        try {
            JsonNode json = MAPPER.readTree(event.value());
            JsonNode data = json.path("data");
            out.printf(Locale.ROOT, "%s  %-10s  %-22s  %s%n",
                    CLOCK.format(Instant.parse(json.path("time").asText()).atZone(ZoneId.systemDefault())),
                    data.path("account").asText(), LogSanitizer.line(data.path("jobId").asText("-")), what(json, data));
        } catch (IOException e) {
            throw new IllegalStateException("an event is JSON", e);
        }
    }

    private String what(JsonNode json, JsonNode data) {
        String type = json.path("type").asText();
        if (type.contains(".job.")) {
            return status(data) + (data.has("previousStatus") ? " (was " + data.path("previousStatus").asText() + ")"
                    : "") + (data.has("outputModel") ? "  " + LogSanitizer.line(data.path("outputModel").asText()) : "");
        }
        if (type.contains(".checkpoint.")) {
            return LogSanitizer.line(data.path("checkpoint").asText()) + "  " + status(data);
        }
        return type.contains(".log.") ? data.path("level").asText() + "  " + message(data)
                : painted("31", "dead letter: " + LogSanitizer.line(data.path("error").path("message").asText()));
    }

    /** A message that is JSON is told by the status in it: the rest is for programs. */
    private static String message(JsonNode data) {
        JsonNode status = data.path("parsed").path("status");
        return LogSanitizer.line(status.isTextual() ? status.textValue() : data.path("message").asText());
    }

    private String status(JsonNode data) {
        String status = data.path("status").asText();
        return painted(COLOURS.get(status), status);
    }

    private String painted(String colour, String text) {
        return coloured && colour != null ? "\u001b[" + colour + 'm' + text + "\u001b[0m" : text;
    }
}
