package org.finetunebridge.state;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.ParseResult;

/**
 * The facts that time makes of a job, not an answer: pure functions of the state and the time. Each comes out once, over
 * any restart and any step of the clock, as long as the state that comes out of a commit goes into the next call.
 *
 * @param facts to publish, in order
 * @param state once these are published
 * @param next  when the next checkpoint of the page expires that is not about to; null if none is known
 */
public record TimedDiff(List<Fact> facts, JobState state, Instant next) {

    private static final String RUNNING = "RUNNING";

    /**
     * After everything that is followed of a job was read: whether it is RUNNING and showed nothing new for so long. A job
     * whose last news are not known, since an older version has read it, begins an episode now.
     *
     * @param after zero for never
     * @param now   when the last answer came, UTC
     */
    public static TimedDiff stalled(JobState state, Duration after, Instant now, FactParser parser) {
        Timing timing = state.timing();
        if (after.isZero() || state.retired() != null || state.deferred() != null || !RUNNING.equals(state.published().status())) {
            return new TimedDiff(List.of(), state, null);
        }
        if (timing.news() == null || !timing.stalled() && timing.isBeyond(now)) {
            return new TimedDiff(List.of(), state.with(timing.progressed(now)), null);
        }
        if (timing.stalled() || now.isBefore(timing.news().plus(after))) {
            return new TimedDiff(List.of(), state, null);
        }
        return new TimedDiff(List.of(parser.stalled(state.job(), timing.news(), RUNNING)), state.with(timing.asStalled()), null);
    }

    /**
     * The checkpoints of a page that expire soon, the first to expire first. One that has expired already is no warning.
     *
     * @param before zero for never
     * @param now    when the page was answered, UTC
     */
    public static TimedDiff expiring(JobState state, List<ParseResult> page, Duration before, Instant now, FactParser parser) {
        List<Map.Entry<Fact, Instant>> ahead = before.isZero() ? List.of() : page.stream().filter(StateDiff::isCheckpoint)
                .map(ParseResult::fact).map(fact -> Map.entry(fact, Objects.requireNonNullElse(parser.expiresAt(fact), Instant.MIN)))
                .filter(one -> one.getValue().isAfter(now)).sorted(Map.Entry.comparingByValue()).toList();
        List<Fact> facts = new ArrayList<>();
        Timing timing = state.timing();
        Instant next = null;
        for (var one : ahead) {
            String name = StateDiff.thing(one.getKey());
            Instant at = one.getValue();
            if (timing.isPublished(name, at)) {
                continue;
            }
            if (now.isBefore(at.minus(before))) {
                next = next == null ? at : next;
            } else {
                facts.add(parser.expiring(one.getKey(), at));
                timing = timing.published(name, at);
            }
        }
        return new TimedDiff(List.copyOf(facts), state.with(timing), next);
    }

    /** The earlier of two moments, either of which may be null. */
    public static Instant earlier(Instant one, Instant other) {
        return one == null || other != null && other.isBefore(one) ? other : one;
    }
}
