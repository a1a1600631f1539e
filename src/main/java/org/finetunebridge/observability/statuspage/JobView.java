package org.finetunebridge.observability.statuspage;

import java.util.List;
import org.finetunebridge.observability.statuspage.PageView.Badge;
import org.finetunebridge.observability.statuspage.PageView.Moment;

/**
 * What the page of one job shows, ready for {@code job.mustache}: the template computes nothing, and escapes every text.
 *
 * @param again      the address of this page that does not reload itself, or does again
 * @param isKnown    whether there is such a job
 * @param status     the one published last; null if none is
 * @param error      the provider's reason for a failure; null if there is none
 * @param note       what keeps the job from being read; null if nothing does
 * @param facts      what it is made of and what it cost, by label
 * @param statuses   since when it had which, as far as they were published since the start
 * @param chart      its losses; null if fewer than two are known
 * @param parameters its hyper-parameters, by name
 */
record JobView(String id, String source, boolean live, String again, String asOf, boolean isKnown, Badge status, String error,
        String note, List<Labelled> facts, List<Stay> statuses, LossChart chart, List<Labelled> parameters,
        List<Point> checkpoints, List<LogLine> lines) {

    boolean hasStatuses() {
        return !statuses.isEmpty();
    }

    boolean hasParameters() {
        return !parameters.isEmpty();
    }

    boolean hasCheckpoints() {
        return !checkpoints.isEmpty();
    }

    boolean hasLines() {
        return !lines.isEmpty();
    }

    /** A value with its label. */
    record Labelled(String label, String value) { }

    /** A status, since when it was and how long. */
    record Stay(Badge status, Moment since, String lasted) { }

    /** A checkpoint as it was published last; what it does not have is null. */
    record Point(String name, Badge status, String step, String metrics, String model, Moment appeared, Moment expires) { }

    /** A line of the log. */
    record LogLine(Moment time, String level, String message) { }
}
