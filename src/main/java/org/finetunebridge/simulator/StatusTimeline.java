package org.finetunebridge.simulator;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A status through time: written ahead or as it happens, read at any instant. */
final class StatusTimeline {

    private final List<StatusChange> turns = new ArrayList<>();

    /** From then on it is this status; what was planned for later is dropped. */
    synchronized void turn(Instant at, String status) {
        turns.removeIf(turn -> turn.at().isAfter(at));
        turns.add(new StatusChange(at, status));
    }

    /** The turn in force, or null before the first. */
    synchronized StatusChange at(Instant now) {
        for (int i = turns.size() - 1; i >= 0; i--) {
            if (!turns.get(i).at().isAfter(now)) {
                return turns.get(i);
            }
        }
        return null;
    }

    synchronized Instant began() {
        return turns.get(0).at();
    }
}
