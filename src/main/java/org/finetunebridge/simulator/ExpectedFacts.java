package org.finetunebridge.simulator;

import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What can be known of one job.
 *
 * @param statuses    the job's statuses, in the bridge's words
 * @param checkpoints each checkpoint's statuses, by its name
 * @param events      the positions of the told lines, from 0; {@link SimulatedJob#event} has their content
 */
public record ExpectedFacts(Set<String> statuses, Map<String, Set<String>> checkpoints, BitSet events) {

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
