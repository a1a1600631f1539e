package org.finetunebridge.observability.health;

import java.time.Duration;
import java.time.Instant;
import org.finetunebridge.settings.SourceSettings;

/**
 * How one source stands at one moment: what health, metrics and the status page show of it.
 *
 * @param now            the moment, UTC
 * @param lastSuccess    when the source was last read, or had nothing to read; null if never
 * @param lastFailure    when a request last failed; null if none did
 * @param reason         the last error, in one line for a person; null if there is none that still matters
 * @param suspendedUntil when a suspended source, or its list of jobs, is tried again; null if it is not suspended
 * @param heldUntil      before which nothing of the source is asked; null if nothing holds it back
 * @param next           when it is polled next; null if that cannot be said
 */
public record SourceStatus(SourceSettings source, Condition condition, Instant now, Instant lastSuccess,
        Instant lastFailure, String reason, Instant suspendedUntil, Instant heldUntil, Instant next) {

    /** From best to worst. */
    public enum Condition {
        /** The last request was answered. */
        WELL,
        /** Nothing has been read yet, and nothing has failed. */
        STARTING,
        /** The last request failed and will be repeated. */
        FAILING,
        /** The provider has asked for a pause. */
        WAITING,
        /** Nothing has been read for so long that somebody should look. */
        SILENT,
        /** The source cannot be read, such as with a refused key, and is tried slowly. */
        SUSPENDED
    }

    /** Whether somebody should look. */
    public boolean isDown() {
        return condition == Condition.SILENT || condition == Condition.SUSPENDED;
    }

    /** The condition in one line, with the last error if it still matters. */
    public String message() {
        String because = reason == null ? "" : ": " + reason;
        return switch (condition) {
            case SUSPENDED -> "suspended until " + suspendedUntil + because;
            case SILENT -> (lastSuccess == null ? "never read" : "not read for "
                    + Duration.between(lastSuccess, now).toSeconds() + " seconds") + because;
            default -> (lastSuccess == null ? "not read yet" : "last read "
                    + Duration.between(lastSuccess, now).toSeconds() + " seconds ago")
                    + (reason == null ? "" : "; last error" + because);
        };
    }
}
