package org.finetunebridge.state;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.OutgoingEvent;
import org.finetunebridge.event.ParseResult;

/** The news of one answer as they are gathered: what is told, and the memory of it. */
final class StateDiffBuilder {

    private final List<OutgoingEvent> items = new ArrayList<>();
    private final List<ParseResult> rejected = new ArrayList<>();
    private PublishedState published;
    private int known;

    StateDiffBuilder(PublishedState published) {
        this.published = published;
    }

    /** So many records were told before. */
    void known(int more) {
        known += more;
    }

    /** A record that shows how a job or a checkpoint stands. */
    void state(ParseResult result) {
        if (result.fact() == null) {
            refuse(result);
            return;
        }
        recover(result);
        if (result.fact().kind() == FactType.JOB_STATUS_CHANGED) {
            if (!published.statuses("").contains(result.fact().statusKey())) {
                jobStatus(result.fact());
            } else {
                known++;
            }
        } else if (result.fact().kind() == FactType.CHECKPOINT_CHANGED) {
            checkpoint(result.fact());
        }
    }

    /** A record that a list has grown by. */
    void growth(ParseResult result, Long sequence) {
        if (result.fact() == null) {
            refuse(result.at(sequence));
            return;
        }
        items.add(new OutgoingEvent(result.fact(), null, sequence));
        Fact derived = result.fact().derived();
        if (derived != null && !lastStatusKey().equals(derived.statusKey())) {
            jobStatus(derived);
        }
    }

    /**
     * A record that may have been read before, since it is new by its name or its time and not by its place. One that a
     * replay published is known, though no cursor names it.
     */
    void named(ParseResult result, Long sequence) {
        if (result.fact() != null && published.isRecovered(result.id())) {
            known++;
        } else {
            recover(result);
            growth(result, sequence);
        }
    }

    /** A list that is asked by position was read so far. */
    void reached(String resource, Cursor before, long end, List<ParseResult> passed) {
        if (!passed.isEmpty() || end != before.position()) {
            Instant newest = passed.stream().map(ParseResult::fact).filter(Objects::nonNull).map(Fact::time)
                    .filter(Objects::nonNull).max(Instant::compareTo).orElse(null);
            published = published.withCursor(resource, before.advanced(end, passed.stream().map(ParseResult::id).toList(), newest));
        }
    }

    /** Every name of the newest moment is kept: records of one moment may come later, and in between. */
    void published(String resource, Cursor before, List<ParseResult> fresh) {
        if (!fresh.isEmpty()) {
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
    }

    StateDiff done() {
        return new StateDiff(List.copyOf(items), List.copyOf(rejected), published, false, known);
    }

    private void jobStatus(Fact fact) {
        items.add(new OutgoingEvent(fact, published.status(), null));
        published = published.withJobStatus(fact.status(), fact.statusKey());
    }

    private void checkpoint(Fact fact) {
        String name = fact.data().path("checkpoint").textValue();
        List<String> before = published.statuses(name);
        if (!before.contains(fact.statusKey())) {
            items.add(new OutgoingEvent(before.isEmpty() ? fact.asFirstOfItsThing() : fact, null, null));
            published = published.withStatus(name, fact.statusKey());
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

    private void refuse(ParseResult result) {
        if (!published.rejected().contains(result.id())) {
            rejected.add(result);
            published = published.withRejected(result.id());
        } else {
            known++;
        }
    }

    private String lastStatusKey() {
        List<String> statuses = published.statuses("");
        return statuses.isEmpty() ? "" : statuses.get(statuses.size() - 1);
    }
}
