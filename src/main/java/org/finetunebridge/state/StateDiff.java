package org.finetunebridge.state;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.ParseResult;

/**
 * What is new in an answer, compared with what was published: pure functions. Every fact comes out once over any history
 * of answers, repeats and restarts, as long as the state that comes out of a commit goes into the next call.
 *
 * @param items     the facts to publish, oldest first
 * @param rejected  the bad records to dead-letter
 * @param published the state once these are published; the same object if nothing changed
 * @param known     how many records of the answer were published before
 */
public record StateDiff(List<OutgoingEvent> items, List<ParseResult> rejected, PublishedState published, int known) {

    /** Nothing is new. */
    public static StateDiff none(PublishedState published) {
        return new StateDiff(List.of(), List.of(), published, 0);
    }

    /** Whether there is anything to publish or to dead-letter. */
    public boolean any() {
        return !items.isEmpty() || !rejected.isEmpty();
    }

    /**
     * An answer that shows how things stand now: a job, its checkpoints; in whatever order it shows them. A status of the
     * job that was published before and is shown again counts as a change, unless the answer shows several statuses:
     * then nobody knows which is the last.
     */
    public static StateDiff ofState(PublishedState published, List<ParseResult> results) {
        return ofState(published, results, results.stream().map(ParseResult::fact).filter(StateDiff::isStatus)
                .map(Fact::statusKey).distinct().count() < 2);
    }

    /** @param mayReturn whether a status that was published before counts as a change */
    public static StateDiff ofState(PublishedState published, List<ParseResult> results, boolean mayReturn) {
        var diff = new StateDiffBuilder(published);
        apart(published, results, diff).stream().sorted(EventOrder.oldestFirst(published)).forEach(one -> diff.state(one, mayReturn));
        return diff.done();
    }

    /** The end of a job, seen before and published now, after everything that was read with it. */
    public static StateDiff ofEnd(PublishedState published, ParseResult end) {
        var diff = new StateDiffBuilder(published);
        diff.end(end.fact());
        return diff.done();
    }

    /**
     * An answer that holds a list of log records besides how things stand: all of the list, or the part of it that
     * follows what was published.
     *
     * @param results oldest first
     * @param counted whether the answer holds the list from its beginning, so that places in it can be counted
     */
    public static StateDiff ofList(PublishedState published, List<ParseResult> results, String resource, boolean counted) {
        Cursor cursor = published.cursor(resource);
        Set<String> ids = new HashSet<>();
        List<ParseResult> fresh = cursor.unseen(results.stream().filter(StateDiff::isLog).toList()).fresh().stream()
                .filter(one -> ids.add(one.id())).toList();
        var diff = new StateDiffBuilder(published);
        List<ParseResult> state = apart(published, results, diff).stream().filter(one -> !isLog(one))
                .sorted(EventOrder.oldestFirst(published)).toList();
        long sequence = cursor.position();
        Instant reached = Instant.EPOCH;
        int next = 0;
        for (ParseResult log : fresh) {
            reached = Cursor.later(reached, log.fact().time());
            while (next < state.size() && EventOrder.moment(state.get(next), published).isBefore(reached)) {
                diff.state(state.get(next++), true);
            }
            diff.named(log, counted ? sequence++ : null);
        }
        state.subList(next, state.size()).forEach(one -> diff.state(one, true));
        diff.read(resource, cursor, fresh);
        return diff.done();
    }

    /** A part of a list that follows what was published: all of it is new but what is known by its id. */
    public static StateDiff ofNext(PublishedState published, List<ParseResult> results, String resource) {
        Set<String> ids = new HashSet<>(published.cursor(resource).last());
        List<ParseResult> fresh = results.stream().filter(one -> isLog(one) && ids.add(one.id())).toList();
        var diff = new StateDiffBuilder(published);
        results.stream().filter(one -> !isLog(one)).forEach(one -> diff.state(one, true));
        fresh.forEach(one -> diff.named(one, null));
        diff.read(resource, published.cursor(resource), fresh);
        return diff.done();
    }

    /**
     * Two checkpoints of one answer whose keys are equal and whose records are not: one event cannot stand for both. The
     * first of them by its record's hash is published, or has been; the others become dead letters. Of a checkpoint that
     * was published before nobody knows by which record: then none of them is passed over.
     */
    private static List<ParseResult> apart(PublishedState published, List<ParseResult> results, StateDiffBuilder diff) {
        Map<String, Map<String, ParseResult>> records = new TreeMap<>();
        results.stream().filter(StateDiff::isCheckpoint).forEach(one -> records.computeIfAbsent(one.id(),
                id -> new TreeMap<>()).putIfAbsent(ParseResult.nameOf(one.raw()), one));
        records.values().removeIf(same -> same.size() < 2);
        if (records.isEmpty()) {
            return results;
        }
        Set<ParseResult> used = new HashSet<>();
        for (Map<String, ParseResult> same : records.values()) {
            ParseResult first = same.values().iterator().next();
            used.add(first);
            long rejected = same.keySet().stream().filter(published.rejected()::contains).count();
            boolean known = published.statuses(thing(first.fact())).contains(first.fact().statusKey());
            same.values().stream().filter(one -> known ? rejected < same.size() - 1 : one != first)
                    .forEach(one -> diff.reject(one.rejected("another record of the same answer has the same key")));
        }
        return results.stream().filter(one -> !records.containsKey(one.id()) || used.contains(one)).toList();
    }

    private static boolean isLog(ParseResult result) {
        return result.fact() != null && result.fact().kind() == FactType.LOG_APPENDED;
    }

    static boolean isCheckpoint(ParseResult result) {
        return result.fact() != null && result.fact().kind() == FactType.CHECKPOINT_CHANGED;
    }

    static boolean isStatus(Fact fact) {
        return fact != null && fact.kind() == FactType.JOB_STATUS_CHANGED;
    }

    static String thing(Fact fact) {
        return fact.data().path("checkpoint").asText();
    }
}
