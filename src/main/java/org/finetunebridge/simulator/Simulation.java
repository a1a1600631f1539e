package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

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
}
