package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A fine-tuning job and its life. Statuses are the bridge's words: PENDING, QUEUED, RUNNING, SUCCEEDED, FAILED,
 * CANCELLED for a job, AVAILABLE_NOT_EXPORTED, EXPORTING, READY for a checkpoint; any other word reaches the provider's
 * answers as it is. Changes happen now, by the world's clock; a change drops what was planned for later.
 */
public final class SimulatedJob {

    private static final Set<String> FINAL = Set.of("SUCCEEDED", "FAILED", "CANCELLED");

    private final ObjectNode card;
    private final InstantSource clock;
    private final StatusTimeline course = new StatusTimeline();
    private final Map<String, SimulatedCheckpoint> checkpoints = new ConcurrentSkipListMap<>();
    private final JobLog tale;

    SimulatedJob(ObjectNode card, InstantSource clock, JobLog tale) {
        this.card = card;
        this.clock = clock;
        this.tale = tale;
    }

    /** The id the provider gave it. */
    public String id() {
        return card.path("id").asText();
    }

    /** A fact that does not change by itself, such as {@code name}, {@code model} or {@code hyperParameters}. */
    public synchronized SimulatedJob fact(String name, JsonNode value) {
        card.set(name, value);
        return this;
    }

    /** The job is in this status now, and tells so. */
    public SimulatedJob become(String status) {
        return become(clock.instant(), status);
    }

    /** There is a checkpoint in this status now; told again, it changes its status. */
    public SimulatedJob checkpoint(String name, long step, String status) {
        return checkpoint(clock.instant(), name, step, status);
    }

    /** The job tells one line now; {@code text} is passed on word for word. */
    public SimulatedJob publish(String level, String text) {
        Instant now = clock.instant();
        return publish(new SimulatedLogLine(now, level, status(now), text));
    }

    /** The job tells this line; lines are kept in the order of their telling. */
    public SimulatedJob publish(SimulatedLogLine event) {
        tale.add(event);
        return this;
    }

    /** The status now, or null if the job does not exist yet. */
    public String status() {
        return status(clock.instant());
    }

    /** How many lines the job has told until now. */
    public int events() {
        return tale.published(clock.instant());
    }

    /** The line at this position, from 0. */
    public SimulatedLogLine event(int index) {
        return tale.line(index);
    }

    SimulatedJob become(Instant at, String status) {
        course.turn(at, status);
        return publish(new SimulatedLogLine(at, "FAILED".equals(status) ? "ERROR" : "INFO", status, null));
    }

    SimulatedJob turn(Instant at, String status) {
        course.turn(at, status);
        return this;
    }

    SimulatedJob checkpoint(Instant at, String name, long step, String status) {
        checkpoints.computeIfAbsent(name, unseen -> new SimulatedCheckpoint(name, step, new StatusTimeline())).course().turn(at, status);
        return this;
    }

    Instant createdAt() {
        return course.began();
    }

    String status(Instant now) {
        StatusChange turn = course.at(now);
        return turn == null ? null : turn.status();
    }

    synchronized ObjectNode facts(Instant now) {
        StatusChange turn = course.at(now);
        ObjectNode facts = JsonNodeFactory.instance.objectNode();
        facts.setAll(card);
        facts.put("status", turn.status()).put("createdAt", createdAt().toEpochMilli());
        facts.put("checkpoints", checkpoints(now).size());
        return FINAL.contains(turn.status()) ? facts.put("finishedAt", turn.at().toEpochMilli()) : facts;
    }

    ArrayNode checkpoints(Instant now) {
        ArrayNode items = PageFactory.items();
        checkpoints.values().stream().filter(checkpoint -> checkpoint.existsAt(now))
                .sorted(Comparator.comparingLong(SimulatedCheckpoint::step).reversed())
                .forEach(checkpoint -> checkpoint.describe(items, now));
        return items;
    }

    ArrayNode lines(long from, int limit, Instant now) {
        ArrayNode items = PageFactory.items();
        int end = (int) Math.min(tale.published(now), from + limit);
        for (int i = (int) Math.min(from, end); i < end; i++) {
            SimulatedLogLine line = tale.line(i);
            items.addObject().put("index", i).put("at", line.at().toEpochMilli()).put("level", line.level())
                    .put("status", line.status()).put("text", line.text());
        }
        return items;
    }

    ExpectedFacts visible(Instant now) {
        ExpectedFacts published = ExpectedFacts.nothing();
        published.statuses().add(status(now));
        checkpoints(now).forEach(one -> published.checkpoint(one.path("name").asText(), one.path("status").asText()));
        published.events().set(0, tale.published(now));
        return published;
    }

    int published(Instant now) {
        return tale.published(now);
    }
}
