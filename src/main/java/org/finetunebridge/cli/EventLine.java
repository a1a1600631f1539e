package org.finetunebridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.text.LogSanitizer;

/**
 * A published event as a line for a person.
 *
 * @param time when the fact happened, UTC
 * @param type of the event
 * @param data of the event
 */
record EventLine(Instant time, String type, JsonNode data) {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Map<String, String> COLOURS = Map.of("SUCCEEDED", "32", "READY", "32", "FAILED", "31",
            "EXPORT_FAILED", "31", "CANCELLED", "33", "RUNNING", "36", "ERROR", "31", "WARN", "33");

    /** @param event in structured content mode, as files have it */
    static EventLine of(EncodedEvent event) {
        try {
            JsonNode json = MAPPER.readTree(event.value());
            return new EventLine(Instant.parse(json.path("time").asText()), json.path("type").asText(), json.path("data"));
        } catch (IOException e) {
            throw new IllegalStateException("an event is JSON", e);
        }
    }

    String account() {
        return data.path("account").asText();
    }

    /** The job's id, or a dash for what is about none; nothing a terminal would obey. */
    String job() {
        return LogSanitizer.line(data.path("jobId").asText("-"));
    }

    /** Whether it says how a job stands. */
    boolean isStatus() {
        return type.contains(".job.status-changed.");
    }

    /** Whether there are so many of its kind that they are rather counted than shown. */
    boolean isOfMany() {
        return type.contains(".log.") || type.contains(".metrics.");
    }

    /** Whether it tells the end of a job. */
    boolean isEnd() {
        return isStatus() && Fact.isTerminal(data.path("status").textValue());
    }

    /** What happened; nothing a terminal would obey but its own colours. */
    String text(boolean coloured) {
        if (isStatus()) {
            String before = data.has("previousStatus") ? " (was " + data.path("previousStatus").asText() + ")" : "";
            return status("status", coloured) + before + after("  ", "outputModel") + why();
        }
        if (type.contains(".job.stalled.")) {
            return painted("33", "nothing new since " + data.path("since").asText(), coloured);
        }
        if (type.contains(".checkpoint.")) {
            String what = data.has("status") ? status("status", coloured)
                    : painted("33", "expires at " + data.path("expiresAt").asText(), coloured);
            return "checkpoint " + LogSanitizer.line(data.path("checkpoint").asText()) + "  " + what + after("  ", "outputModel");
        }
        if (type.contains(".log.")) {
            return "log  " + status("level", coloured) + after("  ", "message");
        }
        return type.contains(".metrics.") ? "metrics" + after("  step ", "step") + after("  epoch ", "epoch") + values(coloured)
                : painted("31", "dead letter: " + LogSanitizer.line(data.path("error").path("message").asText()), coloured);
    }

    private String after(String words, String field) {
        return data.path(field).isMissingNode() ? "" : words + LogSanitizer.line(data.path(field).asText());
    }

    private String why() {
        JsonNode error = data.path("error");
        String why = (error.path("code").asText() + " " + error.path("message").asText()).strip();
        return why.isEmpty() ? "" : ": " + LogSanitizer.line(why);
    }

    private String values(boolean coloured) {
        String numbers = data.path("values").properties().stream()
                .map(one -> "  " + LogSanitizer.line(one.getKey()) + ' ' + one.getValue().asText()).collect(Collectors.joining());
        String others = StreamSupport.stream(data.path("notFinite").spliterator(), false).map(JsonNode::asText)
                .map(LogSanitizer::line).collect(Collectors.joining(", "));
        return numbers + (others.isEmpty() ? "" : "  " + painted("31", "not finite: " + others, coloured));
    }

    private String status(String field, boolean coloured) {
        String status = data.path(field).asText();
        return painted(COLOURS.get(status), status, coloured);
    }

    private static String painted(String colour, String text, boolean coloured) {
        return coloured && colour != null ? "\u001b[" + colour + 'm' + text + "\u001b[0m" : text;
    }
}
