package org.finetunebridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.Timestamps;

/** How far a job is, by what its provider says of it: status, steps, loss, and when it may end. Safe for threads. */
final class JobProgress {

    private static final int WIDTH = 78;

    private String status = "not read yet";
    private Instant started;
    private Instant estimate;
    private double percent = Double.NaN;
    private double step = Double.NaN;
    private double totalSteps = Double.NaN;
    private double epoch = Double.NaN;
    private String loss;

    /** The status read last, or that there is none. */
    synchronized String status() {
        return status;
    }

    /** What was read of the job, new or not: a page shows its progress in every poll, an event only when its status changes. */
    synchronized void fact(Fact fact) {
        if (fact.kind() == FactType.JOB_STATUS_CHANGED) {
            status = fact.status();
            progress(fact.data());
        }
    }

    /** What would be published, which has every time in UTC. */
    synchronized void event(EventLine line) {
        JsonNode data = line.data();
        if (line.isStatus()) {
            status = data.path("status").asText();
            started = status.equals("RUNNING") && started == null ? line.time() : started;
            started = instant(data.get("startedAt"), started);
            progress(data);
        } else if (line.type().contains(".metrics.")) {
            reached(data.path("step"), data.path("epoch"));
            JsonNode value = data.path("values").path("trainLoss");
            for (JsonNode name : data.path("notFinite")) {
                loss = name.asText().equals("trainLoss") ? "not finite" : loss;
            }
            loss = value.isNumber() ? String.format(Locale.ROOT, "%.4g", value.asDouble()) : loss;
        } else if (data.path("stepKind").asText().equals("training-step")) {
            reached(data.path("step"), data.path("epoch"));
        }
    }

    private void progress(JsonNode data) {
        JsonNode said = data.path("progress");
        percent = said.path("percent").asDouble(percent);
        totalSteps = said.path("totalSteps").asDouble(totalSteps);
        reached(said.path("step"), said.path("epoch"));
        estimate = instant(data.get("estimatedFinishAt"), estimate);
    }

    /** Lists overlap, and show again what was before. */
    private void reached(JsonNode steps, JsonNode epochs) {
        step = steps.isNumber() && !(steps.asDouble() < step) ? steps.asDouble() : step;
        epoch = epochs.isNumber() && !(epochs.asDouble() < epoch) ? epochs.asDouble() : epoch;
    }

    /** Times as received may carry no zone: then they are no help before their event says them in UTC. */
    private static Instant instant(JsonNode value, Instant otherwise) {
        try {
            Instant read = value == null || value.isTextual() && !value.textValue().endsWith("Z") ? null
                    : Timestamps.parse(value, ZoneOffset.UTC);
            return read == null ? otherwise : read;
        } catch (DateTimeException e) {
            return otherwise;
        }
    }

    /** One line that fits a terminal. */
    synchronized String text(Instant now) {
        List<String> words = new ArrayList<>(List.of(status));
        double done = Double.isNaN(percent) ? 100 * step / totalSteps : percent;
        if (!Double.isNaN(step)) {
            words.add("step " + plain(step) + (Double.isNaN(totalSteps) ? "" : "/" + plain(totalSteps)));
        }
        if (!Double.isNaN(epoch)) {
            words.add("epoch " + plain(epoch));
        }
        if (!Double.isNaN(done)) {
            words.add(plain(Math.floor(done)) + " %");
        }
        if (loss != null) {
            words.add("loss " + loss);
        }
        Duration left = left(now, done);
        if (left != null) {
            words.add("ETA " + shown(left));
        }
        String line = String.join("  ", words);
        return line.length() <= WIDTH ? line : line.substring(0, WIDTH);
    }

    /** As the provider expects it, or by the speed so far; null if neither is known. */
    private Duration left(Instant now, double done) {
        if (!status.equals("RUNNING")) {
            return null;
        }
        if (estimate != null && estimate.isAfter(now)) {
            return Duration.between(now, estimate);
        }
        if (started == null || !(done > 0 && done <= 100) || !started.isBefore(now)) {
            return null;
        }
        return Duration.ofMillis(Math.round(Duration.between(started, now).toMillis() * (100 - done) / done));
    }

    private static String shown(Duration left) {
        long minutes = left.plusSeconds(30).toMinutes();
        return minutes < 1 ? "<1m" : minutes < 60 ? minutes + "m" : minutes / 60 + "h" + minutes % 60 + "m";
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? String.format(Locale.ROOT, "%.0f", number) : String.format(Locale.ROOT, "%.2f", number);
    }
}
