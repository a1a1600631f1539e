package org.finetunebridge.simulator;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.finetunebridge.simulator.SimulatedJob.SimulatedLogLine;

/**
 * The log lines of a job, oldest first. The first ones may be regular, one a second: they are computed when asked for,
 * so that a hundred thousand of them take no memory.
 */
final class JobLog {

    private final Instant start;
    private final int regular;
    private final String lastStatus;
    private final List<SimulatedLogLine> added = new ArrayList<>();

    /** @param lastStatus the status in the last of the regular lines */
    JobLog(Instant start, int regular, String lastStatus) {
        this.start = start;
        this.regular = regular;
        this.lastStatus = lastStatus;
    }

    static JobLog empty() {
        return new JobLog(Instant.EPOCH, 0, "");
    }

    /** Adds a line. Lines that were planned for later are dropped. */
    synchronized void add(SimulatedLogLine added) {
        this.added.removeIf(line -> line.at().isAfter(added.at()));
        this.added.add(added);
    }

    /** How many lines there are by then. */
    synchronized int size(Instant now) {
        long whole = now.isBefore(start) ? 0 : Duration.between(start, now).toSeconds() + 1;
        if (whole < regular) {
            return (int) whole;
        }
        int visible = added.size();
        while (visible > 0 && added.get(visible - 1).at().isAfter(now)) {
            visible--;
        }
        return regular + visible;
    }

    synchronized SimulatedLogLine line(int index) {
        return index < regular
                ? new SimulatedLogLine(start.plusSeconds(index), "INFO", status(index), null)
                : added.get(index - regular);
    }

    private String status(int index) {
        if (index == regular - 1) {
            return lastStatus;
        }
        return index == 0 ? "PENDING" : index == 1 ? "QUEUED" : "RUNNING";
    }
}
