package org.finetunebridge.memory;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Finding;
import org.finetunebridge.event.Kind;
import org.finetunebridge.event.Telling;

/**
 * What is new in an answer, held against what was told: a pure function. Every fact comes out once over any history of
 * answers, repeats and restarts, as long as the memory that comes out of a commit goes into the next call.
 *
 * @param items   the facts to tell, oldest first
 * @param refused the bad records to dead-letter
 * @param told    the memory once these are told; the same object if nothing changed
 * @param lost    the list is not where it was left: read it again from its beginning
 * @param known   how many records of the answer were told before
 */
public record News(List<Telling> items, List<Finding> refused, Told told, boolean lost, int known) {

    /** Whether there is anything to tell or to dead-letter. */
    public boolean any() {
        return !items.isEmpty() || !refused.isEmpty();
    }

    /** News in an answer that shows how things stand now: a job, its checkpoints; in whatever order it shows them. */
    public static News ofState(Told told, List<Finding> findings) {
        var gathered = new Gathered(told);
        findings.stream().sorted(oldestFirst(told)).forEach(gathered::state);
        return gathered.done();
    }

    /** News in a page of a list that grows at its end. */
    public static News ofGrowth(Told told, List<Finding> findings, Asked asked) {
        var cursor = told.cursor(asked.resource());
        if (findings.isEmpty()) {
            return nothing(told, asked.from() > 0 && asked.from() < cursor.position());
        }
        var page = Alignment.of(cursor, findings, asked);
        if (!page.placed() && asked.from() > 0 && !asked.again()) {
            return nothing(told, true);
        }
        var earlier = new HashSet<>(asked.before());
        earlier.addAll(cursor.last());
        earlier.addAll(told.refused());
        var passed = findings.subList(page.known(), findings.size()).stream()
                .filter(finding -> page.placed() || !earlier.contains(finding.id()) && page.isNew(finding)).toList();
        var gathered = new Gathered(told);
        gathered.known(findings.size() - passed.size());
        long sequence = page.sequence(cursor, asked);
        for (Finding finding : passed) {
            if (earlier.add(finding.id())) {
                gathered.growth(finding, sequence);
            } else {
                gathered.known(1);
            }
            sequence++;
        }
        long end = page.end(cursor, asked.from(), findings.size(), passed.size());
        gathered.reached(asked.resource(), cursor, end, passed);
        return gathered.done();
    }

    private static News nothing(Told told, boolean lost) {
        return new News(List.of(), List.of(), told, lost, 0);
    }

    /**
     * News in an answer that holds a list of log records besides how things stand: all of the list, or the part of it
     * that follows what was told.
     *
     * @param findings oldest first
     * @param counted  whether the answer holds the list from its beginning, so that places in it can be counted
     */
    public static News ofList(Told told, List<Finding> findings, String resource, boolean counted) {
        var cursor = told.cursor(resource);
        List<Finding> logs = findings.stream().filter(News::isLog).toList();
        Set<String> named = new HashSet<>();
        List<Finding> fresh = Tail.of(cursor, logs).fresh().stream().filter(one -> named.add(one.id())).toList();
        List<Finding> state = findings.stream().filter(one -> !isLog(one)).sorted(oldestFirst(told)).toList();
        var gathered = new Gathered(told);
        long sequence = cursor.position();
        Instant reached = Instant.EPOCH;
        int next = 0;
        for (Finding log : fresh) {
            reached = later(reached, log.fact().time());
            while (next < state.size() && moment(state.get(next), told).isBefore(reached)) {
                gathered.state(state.get(next++));
            }
            gathered.growth(log, counted ? sequence++ : null);
        }
        state.subList(next, state.size()).forEach(gathered::state);
        gathered.told(resource, cursor, fresh);
        return gathered.done();
    }

    /** News in a part of a list that follows what was told: all of it but what is known by name. */
    public static News ofNext(Told told, List<Finding> findings, String resource) {
        Set<String> named = new HashSet<>(told.cursor(resource).last());
        List<Finding> fresh = findings.stream().filter(one -> isLog(one) && named.add(one.id())).toList();
        var gathered = new Gathered(told);
        findings.stream().filter(one -> !isLog(one)).forEach(gathered::state);
        fresh.forEach(one -> gathered.growth(one, null));
        gathered.told(resource, told.cursor(resource), fresh);
        return gathered.done();
    }

    private static boolean isLog(Finding finding) {
        return finding.fact() != null && finding.fact().kind() == Kind.LOG_APPENDED;
    }

    private static Instant later(Instant one, Instant other) {
        return other != null && other.isAfter(one) ? other : one;
    }

    /**
     * What has no time is observed now, after everything that has one. Of one moment a job's status comes last, since
     * it may be the end, and of two checkpoints the lower step came first.
     */
    private static Comparator<Finding> oldestFirst(Told told) {
        return Comparator.comparing((Finding finding) -> moment(finding, told)).thenComparing(News::rank)
                .thenComparingLong(finding -> finding.fact() == null ? 0 : finding.fact().data().path("step").asLong());
    }

    private static Instant moment(Finding finding, Told told) {
        Fact fact = finding.fact();
        if (fact == null || fact.time() != null) {
            return fact == null ? Instant.MAX : fact.time();
        }
        boolean first = told.statuses(fact.data().path("checkpoint").asText()).isEmpty();
        return first && fact.appeared() != null ? fact.appeared() : Instant.MAX;
    }

    /** An end that has no time was observed before the checkpoints it waited for. */
    private static int rank(Finding finding) {
        boolean status = finding.fact() != null && finding.fact().kind() == Kind.JOB_STATUS_CHANGED;
        return !status ? 0 : finding.fact().time() == null ? -1 : 1;
    }
}
