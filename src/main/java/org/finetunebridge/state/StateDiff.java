package org.finetunebridge.state;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.OutgoingEvent;
import org.finetunebridge.event.ParseResult;

/**
 * What is new in an answer, held against what was told: a pure function. Every fact comes out once over any history of
 * answers, repeats and restarts, as long as the memory that comes out of a commit goes into the next call.
 *
 * @param items   the facts to tell, oldest first
 * @param rejected the bad records to dead-letter
 * @param published    the memory once these are told; the same object if nothing changed
 * @param lost    the list is not where it was left: read it again from its beginning
 * @param known   how many records of the answer were told before
 */
public record StateDiff(List<OutgoingEvent> items, List<ParseResult> rejected, PublishedState published, boolean lost, int known) {

    /** Whether there is anything to tell or to dead-letter. */
    public boolean any() {
        return !items.isEmpty() || !rejected.isEmpty();
    }

    /** News in an answer that shows how things stand now: a job, its checkpoints; in whatever order it shows them. */
    public static StateDiff ofState(PublishedState published, List<ParseResult> results) {
        var gathered = new StateDiffBuilder(published);
        results.stream().sorted(oldestFirst(published)).forEach(gathered::state);
        return gathered.done();
    }

    /** News in a page of a list that grows at its end. */
    public static StateDiff ofGrowth(PublishedState published, List<ParseResult> results, PageRequest asked) {
        var cursor = published.cursor(asked.resource());
        if (results.isEmpty()) {
            return nothing(published, asked.from() > 0 && asked.from() < cursor.position());
        }
        var page = PageAlignment.of(cursor, results, asked);
        if (!page.placed() && asked.from() > 0 && !asked.again()) {
            return nothing(published, true);
        }
        var earlier = new HashSet<>(asked.before());
        earlier.addAll(cursor.last());
        earlier.addAll(published.rejected());
        var passed = results.subList(page.known(), results.size()).stream()
                .filter(result -> page.placed() || !earlier.contains(result.id()) && page.isNew(result)).toList();
        var gathered = new StateDiffBuilder(published);
        gathered.known(results.size() - passed.size());
        long sequence = page.sequence(cursor, asked);
        for (ParseResult result : passed) {
            if (earlier.add(result.id())) {
                if (page.placed()) {
                    gathered.growth(result, sequence);
                } else {
                    gathered.named(result, sequence);
                }
            } else {
                gathered.known(1);
            }
            sequence++;
        }
        long end = page.end(cursor, asked.from(), results.size(), passed.size());
        gathered.reached(asked.resource(), cursor, end, passed);
        return gathered.done();
    }

    private static StateDiff nothing(PublishedState published, boolean lost) {
        return new StateDiff(List.of(), List.of(), published, lost, 0);
    }

    /**
     * News in an answer that holds a list of log records besides how things stand: all of the list, or the part of it
     * that follows what was told.
     *
     * @param results oldest first
     * @param counted  whether the answer holds the list from its beginning, so that places in it can be counted
     */
    public static StateDiff ofList(PublishedState published, List<ParseResult> results, String resource, boolean counted) {
        var cursor = published.cursor(resource);
        List<ParseResult> logs = results.stream().filter(StateDiff::isLog).toList();
        Set<String> named = new HashSet<>();
        List<ParseResult> fresh = UnseenTail.of(cursor, logs).fresh().stream().filter(one -> named.add(one.id())).toList();
        List<ParseResult> state = results.stream().filter(one -> !isLog(one)).sorted(oldestFirst(published)).toList();
        var gathered = new StateDiffBuilder(published);
        long sequence = cursor.position();
        Instant reached = Instant.EPOCH;
        int next = 0;
        for (ParseResult log : fresh) {
            reached = later(reached, log.fact().time());
            while (next < state.size() && moment(state.get(next), published).isBefore(reached)) {
                gathered.state(state.get(next++));
            }
            gathered.named(log, counted ? sequence++ : null);
        }
        state.subList(next, state.size()).forEach(gathered::state);
        gathered.published(resource, cursor, fresh);
        return gathered.done();
    }

    /** News in a part of a list that follows what was told: all of it but what is known by name. */
    public static StateDiff ofNext(PublishedState published, List<ParseResult> results, String resource) {
        Set<String> named = new HashSet<>(published.cursor(resource).last());
        List<ParseResult> fresh = results.stream().filter(one -> isLog(one) && named.add(one.id())).toList();
        var gathered = new StateDiffBuilder(published);
        results.stream().filter(one -> !isLog(one)).forEach(gathered::state);
        fresh.forEach(one -> gathered.named(one, null));
        gathered.published(resource, published.cursor(resource), fresh);
        return gathered.done();
    }

    private static boolean isLog(ParseResult result) {
        return result.fact() != null && result.fact().kind() == FactType.LOG_APPENDED;
    }

    private static Instant later(Instant one, Instant other) {
        return other != null && other.isAfter(one) ? other : one;
    }

    /**
     * What has no time is observed now, after everything that has one. Of one moment a job's status comes last, since
     * it may be the end, and of two checkpoints the lower step came first.
     */
    private static Comparator<ParseResult> oldestFirst(PublishedState published) {
        return Comparator.comparing((ParseResult result) -> moment(result, published)).thenComparing(StateDiff::rank)
                .thenComparingLong(result -> result.fact() == null ? 0 : result.fact().data().path("step").asLong());
    }

    private static Instant moment(ParseResult result, PublishedState published) {
        Fact fact = result.fact();
        if (fact == null || fact.time() != null) {
            return fact == null ? Instant.MAX : fact.time();
        }
        boolean first = published.statuses(fact.data().path("checkpoint").asText()).isEmpty();
        return first && fact.appeared() != null ? fact.appeared() : Instant.MAX;
    }

    /** An end that has no time was observed before the checkpoints it waited for. */
    private static int rank(ParseResult result) {
        boolean status = result.fact() != null && result.fact().kind() == FactType.JOB_STATUS_CHANGED;
        return !status ? 0 : result.fact().time() == null ? -1 : 1;
    }
}
