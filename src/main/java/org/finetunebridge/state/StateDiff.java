package org.finetunebridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.FactCodec;
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
        var diff = new Builder(published);
        apart(published, results, diff).stream().sorted(EventOrder.oldestFirst(published)).forEach(one -> diff.state(one, mayReturn));
        return diff.done();
    }

    /** The end of a job, seen before and published now, after everything that was read with it. */
    public static StateDiff ofEnd(PublishedState published, ParseResult end) {
        var diff = new Builder(published);
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
        var diff = new Builder(published);
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
        var diff = new Builder(published);
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
    private static List<ParseResult> apart(PublishedState published, List<ParseResult> results, Builder diff) {
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
        return result.fact() != null && result.fact().isListed();
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

    /** Gathers what is new in one answer: the events, and the state once they are published. */
    public static final class Builder {

        private final List<OutgoingEvent> items = new ArrayList<>();
        private final List<ParseResult> rejected = new ArrayList<>();
        private final Map<String, StepWindow> steps = new TreeMap<>();
        private final Set<String> unnumbered = new HashSet<>();
        private final PublishedState start;
        private PublishedState published;
        private OutgoingEvent end;
        private int known;

        /** @param published before the answer */
        public Builder(PublishedState published) {
            this.published = published;
            this.start = published;
        }

        /** So many records were published before. */
        public void known(int more) {
            known += more;
        }

        /** A record that a list has grown by. */
        public void line(ParseResult result, Long sequence) {
            if (result.fact() == null) {
                reject(result.at(sequence));
                return;
            }
            if (result.fact().kind() == FactType.METRICS_RECORDED) {
                metrics(result.fact(), true);
                return;
            }
            items.add(new OutgoingEvent(result.fact(), null, sequence));
            result.fact().metrics().forEach(measured -> metrics(measured, true));
            result.fact().derived().stream().filter(derived -> isStatus(derived) && !published.isCurrent(derived))
                    .forEach(this::derived);
        }

        /** Of each step and origin there is one event. What has no step is named by its record, which is new. */
        private void metrics(Fact fact, boolean ordered) {
            JsonNode step = fact.data().path("step");
            if (StepWindow.isMeasured(fact) && (step.isMissingNode() ? unnumbered.add(fact.id())
                    : steps.computeIfAbsent(StepWindow.origin(fact), origin -> StepWindow.of(start, origin))
                            .add(step.longValue(), ordered))) {
                items.add(new OutgoingEvent(fact, null, null));
            }
        }

        /**
         * A record that may have been read before, since it is new by its id or its time and not by its place. One that a
         * replay published is known, though no cursor names it.
         */
        public void named(ParseResult result, Long sequence) {
            if (result.fact() != null && published.isRecovered(result.id())) {
                known++;
            } else {
                recover(result);
                line(result, sequence);
            }
        }

        /** A list that is asked by position was read so far. */
        public void reached(String resource, Cursor before, long position, List<ParseResult> passed) {
            if (!passed.isEmpty() || position != before.position()) {
                Instant newest = passed.stream().map(ParseResult::fact).filter(Objects::nonNull).map(Fact::time)
                        .filter(Objects::nonNull).max(Instant::compareTo).orElse(null);
                published = published.withCursor(resource, before.advanced(position,
                        passed.stream().map(ParseResult::id).toList(), newest));
            }
        }

        /** The difference. */
        public StateDiff done() {
            if (end != null) {
                items.add(end);
            }
            steps.forEach((origin, window) -> published = window.written(published, origin));
            return new StateDiff(List.copyOf(items), List.copyOf(rejected), published, known);
        }

        /** Every id of the newest moment is kept: records of one moment may come later, and in between. */
        void read(String resource, Cursor before, List<ParseResult> fresh) {
            if (fresh.isEmpty()) {
                return;
            }
            Instant newest = fresh.stream().map(one -> one.fact().time()).filter(Objects::nonNull)
                    .max(Instant::compareTo).orElse(null);
            boolean same = newest == null || before.newest() != null && !newest.isAfter(before.newest());
            int first = 0;
            while (newest != null && first < fresh.size() && !newest.equals(fresh.get(first).fact().time())) {
                first++;
            }
            int moment = same ? before.last().size() + fresh.size() : fresh.size() - first;
            published = published.withCursor(resource, before.advanced(before.position() + fresh.size(),
                    fresh.stream().map(ParseResult::id).toList(), newest, moment));
        }

        void state(ParseResult result, boolean mayReturn) {
            recover(result);
            if (result.fact() == null) {
                reject(result);
            } else if (isStatus(result.fact())) {
                status(result.fact(), mayReturn);
            } else if (isCheckpoint(result)) {
                checkpoint(result.fact());
            }
        }

        /** A list that lags behind shows a job that has ended as it was before: two reads in a row have to show it. */
        private void status(Fact fact, boolean mayReturn) {
            if (published.isCurrent(fact)) {
                known++;
                published = published.withLeaving(null);
            } else if (!mayReturn && !published.isNew(fact)) {
                known++;
            } else if (published.isUnsure(fact)) {
                published = published.withLeaving(fact);
            } else {
                end(fact);
            }
        }

        void end(Fact fact) {
            if (published.leaving() != null) {
                Fact first = FactCodec.read(published.leaving(), fact.job());
                if (!first.statusKey().equals(fact.statusKey())) {
                    publish(first);
                }
            }
            if (!published.isCurrent(fact)) {
                publish(fact);
            }
        }

        private void publish(Fact fact) {
            items.add(new OutgoingEvent(fact.occurrence(published.times(fact.statusKey()) + 1), published.status(), null));
            published = published.withJobStatus(fact.status(), fact.statusKey());
        }

        /** The ids of derived statuses are made of their line, so they are not counted. An end waits for the other lines. */
        private void derived(Fact fact) {
            if (end != null) {
                items.add(end);
                end = null;
            }
            var event = new OutgoingEvent(fact, published.status(), null);
            published = published.withJobStatus(fact.status(), fact.statusKey());
            if (fact.isEnding()) {
                end = event;
            } else {
                items.add(event);
            }
        }

        private void checkpoint(Fact fact) {
            String name = thing(fact);
            List<String> before = published.statuses(name);
            Instant appeared = fact.appeared() == null ? fact.time() : fact.appeared();
            // By what was forgotten before this answer: it may hold more things than are kept.
            boolean isNew = before.isEmpty() && !start.isForgotten(name, appeared);
            if ((isNew || !before.isEmpty()) && !before.contains(fact.statusKey())) {
                items.add(new OutgoingEvent(isNew ? fact.asFirstOfItsThing() : fact, null, null));
                published = published.withStatus(name, fact.statusKey(), appeared);
            } else {
                known++;
            }
            if (isNew || published.awaitsMetrics(name)) {
                List<Fact> metrics = fact.metrics();
                metrics.forEach(measured -> metrics(isNew ? measured : measured.undated(), false));
                published = published.withMetricsAwaited(name, metrics.stream().anyMatch(one -> !StepWindow.isMeasured(one)));
            }
        }

        /** A record that was rejected once can be read today: its dead letter has nothing left to publish. */
        private void recover(ParseResult result) {
            if (result.fact() != null && !result.raw().isNull() && published.hasRejected()) {
                String name = ParseResult.nameOf(result.raw());
                published = published.rejected().contains(name) ? published.withRecovered(name, result.id()) : published;
            }
        }

        void reject(ParseResult result) {
            if (!published.rejected().contains(result.id())) {
                rejected.add(result);
                published = published.withRejected(result.id());
            } else {
                known++;
            }
        }
    }
}
