package org.finetunebridge.simulator;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * All a job tells, oldest first. The first lines may be regular, one a second: those are computed when asked for, so
 * that a hundred thousand of them cost nothing.
 */
final class JobLog {

    private final Instant start;
    private final int regular;
    private final String ending;
    private final List<SimulatedLogLine> added = new ArrayList<>();

    JobLog(Instant start, int regular, String ending) {
        this.start = start;
        this.regular = regular;
        this.ending = ending;
    }

    static JobLog empty() {
        return new JobLog(Instant.EPOCH, 0, "");
    }

    /** Adds a line; lines planned for later are dropped. */
    synchronized void add(SimulatedLogLine event) {
        added.removeIf(line -> line.at().isAfter(event.at()));
        added.add(event);
    }

    /** How many lines have been told by then. */
    synchronized int published(Instant now) {
        long whole = now.isBefore(start) ? 0 : Duration.between(start, now).toSeconds() + 1;
        if (whole < regular) {
            return (int) whole;
        }
        int published = added.size();
        while (published > 0 && added.get(published - 1).at().isAfter(now)) {
            published--;
        }
        return regular + published;
    }

    synchronized SimulatedLogLine line(int index) {
        return index < regular
                ? new SimulatedLogLine(start.plusSeconds(index), "INFO", status(index), null)
                : added.get(index - regular);
    }

    private String status(int index) {
        if (index == regular - 1) {
            return ending;
        }
        return index == 0 ? "PENDING" : index == 1 ? "QUEUED" : "RUNNING";
    }
}
