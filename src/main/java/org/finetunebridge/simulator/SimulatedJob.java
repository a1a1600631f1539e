package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.finetunebridge.simulator.SimulatedJob.SimulatedLogLine;

/**
 * A fine-tuning job. Statuses are the bridge's words: PENDING, QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED for a job,
 * AVAILABLE_NOT_EXPORTED, EXPORTING, READY for a checkpoint; any other word reaches the provider's answers as it is.
 * Changes happen now, by the simulation's clock; a change drops what was planned for later.
 */
public final class SimulatedJob {

    private static final Set<String> FINAL = Set.of("SUCCEEDED", "FAILED", "CANCELLED");

    private final ObjectNode description;
    private final InstantSource clock;
    private final StatusTimeline statuses = new StatusTimeline();
    private final Map<String, Checkpoint> checkpoints = new ConcurrentSkipListMap<>();
    private final JobLog log;

    private record Checkpoint(String name, long step, StatusTimeline statuses) {

        ObjectNode facts(Instant now) {
            return JsonNodeFactory.instance.objectNode().put("name", name).put("step", step)
                    .put("status", statuses.at(now).status()).put("createdAt", statuses.began().toEpochMilli());
        }
    }

    /** @param description what does not change: the id, the models, the hyper-parameters and so on */
    SimulatedJob(ObjectNode description, InstantSource clock, JobLog log) {
        this.description = description;
        this.clock = clock;
        this.log = log;
    }

    /** The id the provider gave it. */
    public String id() {
        return description.path("id").asText();
    }

    /** A fact that does not change by itself, such as {@code name}, {@code model} or {@code hyperParameters}. */
    public synchronized SimulatedJob fact(String name, JsonNode value) {
        description.set(name, value);
        return this;
    }

    /** The job is in this status now, and a log line says so. */
    public SimulatedJob become(String status) {
        return become(clock.instant(), status);
    }

    /** There is a checkpoint in this status now; one that exists changes its status. */
    public SimulatedJob checkpoint(String name, long step, String status) {
        return checkpoint(clock.instant(), name, step, status);
    }

    /** Adds a log line now; {@code text} is passed on word for word. */
    public SimulatedJob publish(String level, String text) {
        Instant now = clock.instant();
        return publish(new SimulatedLogLine(now, level, status(now), text));
    }

    /** Adds this log line after the others; lines that were planned for later are dropped. */
    public SimulatedJob publish(SimulatedLogLine line) {
        log.add(line);
        return this;
    }

    /** The status now, or null if the job does not exist yet. */
    public String status() {
        return status(clock.instant());
    }

    /** How many log lines there are now. */
    public int events() {
        return events(clock.instant());
    }

    /** The log line at this position, from 0. */
    public SimulatedLogLine event(int index) {
        return log.line(index);
    }

    SimulatedJob become(Instant at, String status) {
        changeStatus(at, status);
        return publish(new SimulatedLogLine(at, "FAILED".equals(status) ? "ERROR" : "INFO", status, null));
    }

    /** Changes the status without a log line. */
    SimulatedJob changeStatus(Instant at, String status) {
        statuses.change(at, status);
        return this;
    }

    SimulatedJob checkpoint(Instant at, String name, long step, String status) {
        checkpoints.computeIfAbsent(name, unseen -> new Checkpoint(name, step, new StatusTimeline())).statuses()
                .change(at, status);
        return this;
    }

    Instant createdAt() {
        return statuses.began();
    }

    String status(Instant now) {
        StatusTimeline.Change change = statuses.at(now);
        return change == null ? null : change.status();
    }

    synchronized ObjectNode facts(Instant now) {
        StatusTimeline.Change change = statuses.at(now);
        ObjectNode facts = JsonNodeFactory.instance.objectNode();
        facts.setAll(description);
        facts.put("status", change.status()).put("createdAt", createdAt().toEpochMilli());
        facts.put("checkpoints", checkpoints(now).size());
        return FINAL.contains(change.status()) ? facts.put("finishedAt", change.at().toEpochMilli()) : facts;
    }

    ArrayNode checkpoints(Instant now) {
        ArrayNode items = JsonNodeFactory.instance.arrayNode();
        checkpoints.values().stream().filter(checkpoint -> checkpoint.statuses().at(now) != null)
                .sorted(Comparator.comparingLong(Checkpoint::step).reversed())
                .forEach(checkpoint -> items.add(checkpoint.facts(now)));
        return items;
    }

    ArrayNode lines(long from, int limit, Instant now) {
        ArrayNode items = JsonNodeFactory.instance.arrayNode();
        int end = (int) Math.min(events(now), from + limit);
        for (int i = (int) Math.min(from, end); i < end; i++) {
            SimulatedLogLine line = log.line(i);
            items.addObject().put("index", i).put("at", line.at().toEpochMilli()).put("level", line.level())
                    .put("status", line.status()).put("text", line.text());
        }
        return items;
    }

    int events(Instant now) {
        return log.size(now);
    }

    /**
     * One line of a job's log.
     *
     * @param status the job's status at that moment
     * @param text   the line, word for word; null for the provider's usual line about such a status
     */
    public record SimulatedLogLine(Instant at, String level, String status, String text) {
    }

    /** The statuses of a job or checkpoint over time, past and planned. It can be read at any instant. */
    private static final class StatusTimeline {

        private final List<Change> changes = new ArrayList<>();

        /** A status, and when it began. */
        record Change(Instant at, String status) {
        }

        /** The status from this instant on. Changes that were planned for later are dropped. */
        synchronized void change(Instant at, String status) {
            changes.removeIf(change -> change.at().isAfter(at));
            changes.add(new Change(at, status));
        }

        /** The last change until now, or null before the first. */
        synchronized Change at(Instant now) {
            for (int i = changes.size() - 1; i >= 0; i--) {
                if (!changes.get(i).at().isAfter(now)) {
                    return changes.get(i);
                }
            }
            return null;
        }

        synchronized Instant began() {
            return changes.get(0).at();
        }
    }

    /**
     * The log lines of a job, oldest first. The first ones may be regular, one a second: they are computed when asked for,
     * so that a hundred thousand of them take no memory.
     */
    static final class JobLog {

        private final Instant start;
        private final int regular;
        private final String lastStatus;
        private final List<SimulatedLogLine> added = new ArrayList<>();

        /** @param lastStatus the status in the last of the regular lines */
        JobLog(Instant start, int regular, String lastStatus) {
            this.start = start;
            this.regular = regular;
            this.lastStatus = lastStatus;
        }

        static JobLog empty() {
            return new JobLog(Instant.EPOCH, 0, "");
        }

        /** Adds a line. Lines that were planned for later are dropped. */
        synchronized void add(SimulatedLogLine added) {
            this.added.removeIf(line -> line.at().isAfter(added.at()));
            this.added.add(added);
        }

        /** How many lines there are by then. */
        synchronized int size(Instant now) {
            long whole = now.isBefore(start) ? 0 : Duration.between(start, now).toSeconds() + 1;
            if (whole < regular) {
                return (int) whole;
            }
            int visible = added.size();
            while (visible > 0 && added.get(visible - 1).at().isAfter(now)) {
                visible--;
            }
            return regular + visible;
        }

        synchronized SimulatedLogLine line(int index) {
            return index < regular
                    ? new SimulatedLogLine(start.plusSeconds(index), "INFO", status(index), null)
                    : added.get(index - regular);
        }

        private String status(int index) {
            if (index == regular - 1) {
                return lastStatus;
            }
            return index == 0 ? "PENDING" : index == 1 ? "QUEUED" : "RUNNING";
        }
    }
}
