package org.finetunebridge.state;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.FactCodec;
import org.finetunebridge.event.ParseResult;

/** Gathers what is new in one answer: the events, and the state once they are published. */
public final class StateDiffBuilder {

    private final List<OutgoingEvent> items = new ArrayList<>();
    private final List<ParseResult> rejected = new ArrayList<>();
    private final PublishedState start;
    private PublishedState published;
    private OutgoingEvent end;
    private int known;

    /** @param published before the answer */
    public StateDiffBuilder(PublishedState published) {
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
        items.add(new OutgoingEvent(result.fact(), null, sequence));
        Fact derived = result.fact().derived();
        if (derived != null && !published.isCurrent(derived)) {
            derived(derived);
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
        } else if (StateDiff.isStatus(result.fact())) {
            status(result.fact(), mayReturn);
        } else if (StateDiff.isCheckpoint(result)) {
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
        String name = StateDiff.thing(fact);
        List<String> before = published.statuses(name);
        Instant appeared = fact.appeared() == null ? fact.time() : fact.appeared();
        // By what was forgotten before this answer: it may hold more things than are kept.
        if (!(before.isEmpty() && start.isForgotten(name, appeared)) && !before.contains(fact.statusKey())) {
            items.add(new OutgoingEvent(before.isEmpty() ? fact.asFirstOfItsThing() : fact, null, null));
            published = published.withStatus(name, fact.statusKey(), appeared);
        } else {
            known++;
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
