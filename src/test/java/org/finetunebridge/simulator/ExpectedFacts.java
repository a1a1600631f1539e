package org.finetunebridge.simulator;

import java.time.Instant;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The facts of one job that a bridge has to publish.
 *
 * @param statuses    the job's statuses, in the bridge's words
 * @param checkpoints each checkpoint's statuses, by its name
 * @param events      the positions of the log lines, from 0; {@link SimulatedJob#event} has their content
 */
public record ExpectedFacts(Set<String> statuses, Map<String, Set<String>> checkpoints, BitSet events) {

    /** What a bridge that looks at the simulation now, for the first time, can see, by job id. */
    public static Map<String, ExpectedFacts> visible(Simulation simulation) {
        Instant now = simulation.now();
        Map<String, ExpectedFacts> all = new TreeMap<>();
        simulation.accounts().forEach(account -> account.visible(now).forEach(job -> all.put(job.id(), of(job, now))));
        return all;
    }

    private static ExpectedFacts of(SimulatedJob job, Instant now) {
        ExpectedFacts facts = nothing();
        facts.statuses().add(job.status(now));
        job.checkpoints(now).forEach(one -> facts.checkpoint(one.path("name").asText(), one.path("status").asText()));
        facts.events().set(0, job.events(now));
        return facts;
    }

    static ExpectedFacts nothing() {
        return new ExpectedFacts(new TreeSet<>(), new TreeMap<>(), new BitSet());
    }

    void checkpoint(String name, String status) {
        checkpoints.computeIfAbsent(name, unseen -> new TreeSet<>()).add(status);
    }

    ExpectedFacts copy() {
        Map<String, Set<String>> copies = new TreeMap<>();
        checkpoints.forEach((name, seen) -> copies.put(name, new TreeSet<>(seen)));
        return new ExpectedFacts(new TreeSet<>(statuses), copies, (BitSet) events.clone());
    }
}
