package org.finetunebridge.simulator;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The statuses of a job or checkpoint over time, past and planned. It can be read at any instant. */
final class StatusTimeline {

    private final List<Change> changes = new ArrayList<>();

    /** A status, and when it began. */
    record Change(Instant at, String status) {
    }

    /** The status from this instant on. Changes that were planned for later are dropped. */
    synchronized void change(Instant at, String status) {
        changes.removeIf(change -> change.at().isAfter(at));
        changes.add(new Change(at, status));
    }

    /** The last change until now, or null before the first. */
    synchronized Change at(Instant now) {
        for (int i = changes.size() - 1; i >= 0; i--) {
            if (!changes.get(i).at().isAfter(now)) {
                return changes.get(i);
            }
        }
        return null;
    }

    synchronized Instant began() {
        return changes.get(0).at();
    }
}
