package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;

/** Plans the lives of an account's jobs when they are created; the clock decides how much of the plan can be seen. */
final class ScenarioGenerator {

    private static final int FIRST_JOBS = 6;
    private static final int MOST_JOBS = 500;
    private static final double MINUTES_BETWEEN_JOBS = 7;

    private final SimulatedAccount account;
    private final InstantSource clock;
    private final double speed;
    private final long seed;
    private Instant next;
    private int created;

    private ScenarioGenerator(SimulatedAccount account, InstantSource clock, double speed, long seed) {
        this.account = account;
        this.clock = clock;
        this.speed = speed;
        this.seed = seed;
        this.next = after(clock.instant(), -FIRST_JOBS * MINUTES_BETWEEN_JOBS);
    }

    /** From now on the account has jobs of every age, and a new one every few of its minutes. */
    static void populate(SimulatedAccount account, InstantSource clock, double speed, long seed) {
        var generator = new ScenarioGenerator(account, clock, speed, seed);
        account.births(generator::createUntil);
    }

    private synchronized void createUntil(Instant now) {
        while (!next.isAfter(now)) {
            account.add(job(next, new SplittableRandom(seed + created++)));
            next = after(next, MINUTES_BETWEEN_JOBS);
            if (created > MOST_JOBS) {
                account.forgetOldest();
            }
        }
    }

    private SimulatedJob job(Instant start, SplittableRandom chance) {
        int checkpoints = 2 + chance.nextInt(4);
        ObjectNode description = account.describe(start, checkpoints);
        SimulatedJob job = new SimulatedJob(description, clock, JobLog.empty());
        job.become(start, "PENDING").become(after(start, 1), "QUEUED");
        Instant moment = after(start, 2 + chance.nextInt(3));
        job.become(moment, "RUNNING");
        for (JsonNode reached : description.path("checkpoints")) {
            moment = train(job, moment, reached, chance);
        }
        return end(job, after(moment, 2), description.path("checkpoints").get(checkpoints - 1), chance);
    }

    private Instant train(SimulatedJob job, Instant from, JsonNode reached, SplittableRandom chance) {
        Instant moment = from;
        for (int i = 0; i < 4; i++) {
            moment = after(moment, 0.5 + chance.nextDouble());
            job.publish(new SimulatedLogLine(moment, "INFO", "RUNNING", null));
        }
        job.checkpoint(moment, reached.path("name").asText(), reached.path("step").asLong(), "AVAILABLE_NOT_EXPORTED");
        return moment;
    }

    private SimulatedJob end(SimulatedJob job, Instant end, JsonNode last, SplittableRandom chance) {
        int luck = chance.nextInt(10);
        if (luck == 0) {
            return job.become(end, "FAILED");
        }
        if (luck == 1) {
            return job.become(end, "CANCELLING").become(after(end, 1), "CANCELLED");
        }
        String name = last.path("name").asText();
        job.checkpoint(after(end, 1), name, 0, "EXPORTING").checkpoint(after(end, 3), name, 0, "READY");
        return job.become(end, "SUCCEEDED");
    }

    private Instant after(Instant moment, double minutes) {
        return moment.plus(Duration.ofMillis(Math.round(minutes * 60_000 / speed)));
    }
}
