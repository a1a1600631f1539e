package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Every account of every provider, and the clock their jobs live by. Nothing here ticks: an answer is a look. */
public final class Simulation {

    /** The key of an account that was not given one. */
    public static final String KEY = "sk-sandbox";

    private final InstantSource clock;
    private final ResponseRenderer renderer = new ResponseRenderer();
    private final Map<Customer, SimulatedAccount> accounts = new ConcurrentHashMap<>();
    private final ServedFacts shown = new ServedFacts();

    private record Customer(String provider, String key) {
    }

    private Simulation(InstantSource clock) {
        this.clock = clock;
    }

    /** A world without jobs. */
    public static Simulation empty() {
        return at(InstantSource.system());
    }

    /** A world without jobs that lives by this clock. */
    public static Simulation at(InstantSource clock) {
        return new Simulation(clock);
    }

    /** A lively dozen of jobs over all providers, and new ones for ever; an hour of theirs takes 3600/speed seconds. */
    public static Simulation demo(double speed) {
        Simulation world = empty();
        for (String provider : ProviderProfiles.names()) {
            ScenarioGenerator.goesOn(world.account(provider), world.clock, speed, provider.hashCode());
        }
        return world;
    }

    /** The provider's account with the default {@link #KEY}, made on first use. */
    public SimulatedAccount account(String provider) {
        return account(provider, KEY);
    }

    /** The provider's account with this key, made on first use. */
    public SimulatedAccount account(String provider, String key) {
        return accounts.computeIfAbsent(new Customer(provider, key),
                unknown -> new SimulatedAccount(new JobGenerator(provider, renderer), clock));
    }

    /** What honest answers have shown so far, by job id: a bridge that lost nothing has told exactly this. */
    public Map<String, ExpectedFacts> shown() {
        return shown.all();
    }

    /** What a bridge that looks now, for the first time, could see, by job id. */
    public Map<String, ExpectedFacts> visible() {
        Map<String, ExpectedFacts> all = new TreeMap<>();
        Instant now = clock.instant();
        accounts.values().forEach(account -> account.visible(all, now));
        return all;
    }

    /** Answers a question put in the world's words: {@code key, group?, job?, offset, limit, after?}. */
    public ObjectNode reply(String provider, String resource, JsonNode question) {
        SimulatedAccount account = accounts.get(new Customer(provider, question.path("key").asText()));
        return account == null ? PageFactory.problem("unauthorized") : account.reply(resource, question, clock.instant());
    }

    void show(JsonNode page) {
        shown.see(page);
    }

    ResponseRenderer renderer() {
        return renderer;
    }
}
