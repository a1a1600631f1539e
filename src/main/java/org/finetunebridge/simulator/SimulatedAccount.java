package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.finetunebridge.simulator.SimulatedJob.JobLog;

/** One account at a provider: a key, and the jobs it may see. */
public final class SimulatedAccount {

    private static final Instant LONG_AGO = Instant.parse("2025-06-01T00:00:00Z");
    private static final Duration FINISHED_AFTER = Duration.ofSeconds(1053);

    private final Map<String, SimulatedJob> jobs = new ConcurrentHashMap<>();
    private final ConcurrentSkipListSet<SimulatedJob> newestFirst = new ConcurrentSkipListSet<>(
            Comparator.comparing(SimulatedJob::createdAt).thenComparing(SimulatedJob::id).reversed());
    private final UnaryOperator<JsonNode> describe;
    private final InstantSource clock;
    private final AtomicInteger described = new AtomicInteger();
    private volatile Consumer<Instant> births = now -> { };
    private volatile String group;

    /** @param describe the provider's {@code -job-description.jslt}: makes up ids, models and hyper-parameters */
    SimulatedAccount(UnaryOperator<JsonNode> describe, InstantSource clock) {
        this.describe = describe;
        this.clock = clock;
    }

    /** The account answers only with this group named, where the provider knows groups. */
    public SimulatedAccount group(String name) {
        this.group = name;
        return this;
    }

    /** Adds jobs that succeeded long ago, each with so many checkpoints (the last one exported) and log lines. */
    public SimulatedAccount finished(int howMany, int checkpoints, int events) {
        for (int i = 0; i < howMany; i++) {
            finished(LONG_AGO.plus(Duration.ofMinutes(jobs.size())), checkpoints, events);
        }
        return this;
    }

    /** A job that is created now. */
    public SimulatedJob create() {
        Instant now = clock.instant();
        return create(describe(now, 0), now);
    }

    /** A job that is created now with this id; it replaces one that had it. */
    public SimulatedJob create(String id) {
        Instant now = clock.instant();
        Optional.ofNullable(jobs.get(id)).ifPresent(this::forget);
        return create(describe(now, 0).put("id", id), now);
    }

    /** The job with this id, or null. */
    public SimulatedJob job(String id) {
        return jobs.get(id);
    }

    /** Every job, newest first. */
    public List<SimulatedJob> jobs() {
        return List.copyOf(newestFirst);
    }

    /** The job is no longer listed nor known. */
    public void forget(SimulatedJob job) {
        newestFirst.remove(job);
        jobs.remove(job.id());
    }

    SimulatedJob add(SimulatedJob job) {
        jobs.put(job.id(), job);
        newestFirst.add(job);
        return job;
    }

    void forgetOldest() {
        forget(newestFirst.last());
    }

    /** The next job's unchanging facts; {@code checkpoints} holds the name and step of each it will reach. */
    ObjectNode describe(Instant createdAt, int checkpoints) {
        ObjectNode wanted = JsonNodeFactory.instance.objectNode();
        wanted.put("n", described.getAndIncrement()).put("createdAt", createdAt.toEpochMilli());
        ArrayNode numbers = wanted.putArray("checkpoints");
        for (int i = 1; i <= checkpoints; i++) {
            numbers.add(i);
        }
        var description = (ObjectNode) describe.apply(wanted);
        return jobs.containsKey(description.path("id").asText()) ? describe(createdAt, checkpoints) : description;
    }

    /** Before every answer, this adds the jobs that have been created since the last one. */
    void births(Consumer<Instant> populate) {
        this.births = populate;
    }

    private SimulatedJob create(ObjectNode description, Instant now) {
        return add(new SimulatedJob(description, clock, JobLog.empty()).become(now, "PENDING"));
    }

    private void finished(Instant createdAt, int checkpoints, int events) {
        ObjectNode description = describe(createdAt, checkpoints);
        Instant end = createdAt.plus(FINISHED_AFTER).plusSeconds(events);
        SimulatedJob job = new SimulatedJob(description, clock, new JobLog(createdAt, events, "SUCCEEDED"));
        job.changeStatus(createdAt, "PENDING").changeStatus(end, "SUCCEEDED");
        for (JsonNode reached : description.path("checkpoints")) {
            long step = reached.path("step").asLong();
            boolean last = reached == description.path("checkpoints").get(checkpoints - 1);
            job.checkpoint(end, reached.path("name").asText(), step, last ? "READY" : "AVAILABLE_NOT_EXPORTED");
        }
        add(job);
    }

    ObjectNode reply(String resource, JsonNode query, Instant now) {
        births.accept(now);
        if (group != null && query.has("group") && !group.equals(query.path("group").asText())) {
            return PageQuery.problem("wrong-group");
        }
        PageQuery page = new PageQuery(query, now);
        return resource.equals("jobs") ? page.list(newestFirst, jobs) : page.of(jobs, resource);
    }

    /** The jobs that exist now, newest first. */
    List<SimulatedJob> visible(Instant now) {
        births.accept(now);
        return newestFirst.stream().filter(job -> job.status(now) != null).toList();
    }
}
