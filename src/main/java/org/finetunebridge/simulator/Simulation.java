package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.finetunebridge.simulator.SimulatedJob.JobLog;
import org.finetunebridge.simulator.SimulatedJob.SimulatedLogLine;

/**
 * Every account of every provider, and the clock that their jobs go by. No thread runs: every answer is computed for
 * the instant at which it is asked for.
 */
public final class Simulation {

    /** The key of an account that was not given one. */
    public static final String KEY = "sk-sandbox";

    private final InstantSource clock;
    private final ResponseRenderer renderer = new ResponseRenderer();
    private final Map<Customer, SimulatedAccount> accounts = new ConcurrentHashMap<>();

    private record Customer(String provider, String key) {
    }

    private Simulation(InstantSource clock) {
        this.clock = clock;
    }

    /** Without jobs. */
    public static Simulation empty() {
        return at(InstantSource.system());
    }

    /** Without jobs, and going by this clock. */
    public static Simulation at(InstantSource clock) {
        return new Simulation(clock);
    }

    /** A dozen jobs over all providers, and new ones for ever; an hour of theirs takes 3600/speed seconds. */
    public static Simulation demo(double speed) {
        Simulation simulation = empty();
        for (String provider : ProviderProfiles.names()) {
            ScenarioGenerator.populate(simulation.account(provider), simulation.clock, speed, provider.hashCode());
        }
        return simulation;
    }

    /** The provider's account with the default {@link #KEY}, made on first use. */
    public SimulatedAccount account(String provider) {
        return account(provider, KEY);
    }

    /** The provider's account with this key, made on first use. */
    public SimulatedAccount account(String provider, String key) {
        return accounts.computeIfAbsent(new Customer(provider, key), unknown -> new SimulatedAccount(
                wanted -> renderer.render(provider + "-job-description", wanted), clock));
    }

    /** Answers a query in the simulation's own format: {@code key, group?, job?, offset, limit, after?}. */
    public ObjectNode reply(String provider, String resource, JsonNode query) {
        SimulatedAccount account = accounts.get(new Customer(provider, query.path("key").asText()));
        return account == null ? PageQuery.problem("unauthorized") : account.reply(resource, query, clock.instant());
    }

    List<SimulatedAccount> accounts() {
        return List.copyOf(accounts.values());
    }

    Instant now() {
        return clock.instant();
    }

    ResponseRenderer renderer() {
        return renderer;
    }

    /** Plans the lives of an account's jobs when they are created; the clock decides how much of the plan can be seen. */
    private static final class ScenarioGenerator {

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
}
