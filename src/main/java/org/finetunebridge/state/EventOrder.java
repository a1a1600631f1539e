package org.finetunebridge.state;

import java.time.Instant;
import java.util.Comparator;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.ParseResult;

/**
 * The order in which the facts of one answer are published: oldest first. The end of a job is not sorted in here: it is
 * deferred until everything that was read with it is published ({@link StateDiff#ofEnd}).
 */
final class EventOrder {

    private EventOrder() {}

    /**
     * What has no time is observed now, after everything that has one. Of one moment a job's status comes last, and of
     * two checkpoints the lower step came first.
     *
     * @param published decides whether a checkpoint appears for the first time, and is dated by its appearance
     */
    static Comparator<ParseResult> oldestFirst(PublishedState published) {
        return Comparator.comparing((ParseResult result) -> moment(result, published))
                .thenComparing(result -> StateDiff.isStatus(result.fact()) ? 1 : 0)
                .thenComparingLong(result -> result.fact() == null ? 0 : result.fact().data().path("step").asLong());
    }

    /** When the fact happened, UTC; {@link Instant#MAX} for what has no time or cannot be used. */
    static Instant moment(ParseResult result, PublishedState published) {
        Fact fact = result.fact();
        if (fact == null || fact.time() != null) {
            return fact == null ? Instant.MAX : fact.time();
        }
        boolean first = published.statuses(StateDiff.thing(fact)).isEmpty();
        return first && fact.appeared() != null ? fact.appeared() : Instant.MAX;
    }
}
