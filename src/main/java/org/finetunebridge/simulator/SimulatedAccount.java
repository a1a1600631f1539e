package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.function.Consumer;

/** One customer of a provider: a key, and the jobs it may see. */
public final class SimulatedAccount {

    private static final Instant LONG_AGO = Instant.parse("2025-06-01T00:00:00Z");
    private static final Duration FINISHED_AFTER = Duration.ofSeconds(1053);

    private final Map<String, SimulatedJob> jobs = new ConcurrentHashMap<>();
    private final ConcurrentSkipListSet<SimulatedJob> newestFirst = new ConcurrentSkipListSet<>(
            Comparator.comparing(SimulatedJob::createdAt).thenComparing(SimulatedJob::id).reversed());
    private final JobGenerator cast;
    private final InstantSource clock;
    private volatile Consumer<Instant> births = now -> { };
    private volatile String group;

    SimulatedAccount(JobGenerator cast, InstantSource clock) {
        this.cast = cast;
        this.clock = clock;
    }

    /** The account answers only with this group named, where the provider knows groups. */
    public SimulatedAccount group(String name) {
        this.group = name;
        return this;
    }

    /** Adds jobs that have long succeeded, each with so many checkpoints (the last one exported) and told lines. */
    public SimulatedAccount finished(int howMany, int checkpoints, int events) {
        for (int i = 0; i < howMany; i++) {
            finished(LONG_AGO.plus(Duration.ofMinutes(jobs.size())), checkpoints, events);
        }
        return this;
    }

    /** A job that is created now. */
    public SimulatedJob create() {
        Instant now = clock.instant();
        return create(card(now, 0), now);
    }

    /** A job that is created now with this id; it takes the place of one that had it. */
    public SimulatedJob create(String id) {
        Instant now = clock.instant();
        Optional.ofNullable(jobs.get(id)).ifPresent(this::forget);
        return create(card(now, 0).put("id", id), now);
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

    ObjectNode card(Instant createdAt, int checkpoints) {
        ObjectNode card = cast.next(createdAt, checkpoints);
        return jobs.containsKey(card.path("id").asText()) ? card(createdAt, checkpoints) : card;
    }

    void births(Consumer<Instant> populate) {
        this.births = populate;
    }

    private SimulatedJob create(ObjectNode card, Instant now) {
        return add(new SimulatedJob(card, clock, JobLog.empty()).become(now, "PENDING"));
    }

    private void finished(Instant createdAt, int checkpoints, int events) {
        ObjectNode card = card(createdAt, checkpoints);
        Instant end = createdAt.plus(FINISHED_AFTER).plusSeconds(events);
        SimulatedJob job = new SimulatedJob(card, clock, new JobLog(createdAt, events, "SUCCEEDED"));
        job.turn(createdAt, "PENDING").turn(end, "SUCCEEDED");
        for (JsonNode reached : card.path("checkpoints")) {
            long step = reached.path("step").asLong();
            boolean last = reached == card.path("checkpoints").get(checkpoints - 1);
            job.checkpoint(end, reached.path("name").asText(), step, last ? "READY" : "AVAILABLE_NOT_EXPORTED");
        }
        add(job);
    }

    ObjectNode reply(String resource, JsonNode question, Instant now) {
        births.accept(now);
        if (group != null && question.has("group") && !group.equals(question.path("group").asText())) {
            return PageFactory.problem("wrong-group");
        }
        PageQuery look = new PageQuery(question, now);
        return resource.equals("jobs") ? look.list(newestFirst, jobs) : look.at(jobs, resource);
    }

    void visible(Map<String, ExpectedFacts> all, Instant now) {
        births.accept(now);
        newestFirst.stream().filter(job -> job.status(now) != null).forEach(job -> all.put(job.id(), job.visible(now)));
    }
}
