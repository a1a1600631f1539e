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
    private final List<ParseResult> refused = new ArrayList<>();
    private PublishedState told;
    private int known;

    StateDiffBuilder(PublishedState told) {
        this.told = told;
    }

    /** So many records were told before. */
    void known(int more) {
        known += more;
    }

    /** A record that shows how a job or a checkpoint stands. */
    void state(ParseResult finding) {
        if (finding.fact() == null) {
            refuse(finding);
        } else if (finding.fact().kind() == FactType.JOB_STATUS_CHANGED) {
            if (!told.statuses("").contains(finding.fact().statusKey())) {
                jobStatus(finding.fact());
            } else {
                known++;
            }
        } else if (finding.fact().kind() == FactType.CHECKPOINT_CHANGED) {
            checkpoint(finding.fact());
        }
    }

    /** A record that a list has grown by. */
    void growth(ParseResult finding, Long sequence) {
        if (finding.fact() == null) {
            refuse(finding);
            return;
        }
        items.add(new OutgoingEvent(finding.fact(), null, sequence));
        Fact derived = finding.fact().derived();
        if (derived != null && !lastStatusKey().equals(derived.statusKey())) {
            jobStatus(derived);
        }
    }

    /** A list that is asked by position was read so far. */
    void reached(String resource, Cursor before, long end, List<ParseResult> passed) {
        if (!passed.isEmpty() || end != before.position()) {
            Instant newest = passed.stream().map(ParseResult::fact).filter(Objects::nonNull).map(Fact::time)
                    .filter(Objects::nonNull).max(Instant::compareTo).orElse(null);
            told = told.withCursor(resource, before.advanced(end, passed.stream().map(ParseResult::id).toList(), newest));
        }
    }

    /** Every name of the newest moment is kept: records of one moment may come later, and in between. */
    void told(String resource, Cursor before, List<ParseResult> fresh) {
        if (!fresh.isEmpty()) {
            Instant newest = fresh.stream().map(one -> one.fact().time()).filter(Objects::nonNull)
                    .max(Instant::compareTo).orElse(null);
            boolean same = newest == null || before.newest() != null && !newest.isAfter(before.newest());
            int first = 0;
            while (newest != null && first < fresh.size() && !newest.equals(fresh.get(first).fact().time())) {
                first++;
            }
            int moment = same ? before.last().size() + fresh.size() : fresh.size() - first;
            told = told.withCursor(resource, before.advanced(before.position() + fresh.size(),
                    fresh.stream().map(ParseResult::id).toList(), newest, moment));
        }
    }

    StateDiff done() {
        return new StateDiff(List.copyOf(items), List.copyOf(refused), told, false, known);
    }

    private void jobStatus(Fact fact) {
        items.add(new OutgoingEvent(fact, told.status(), null));
        told = told.withJobStatus(fact.status(), fact.statusKey());
    }

    private void checkpoint(Fact fact) {
        String name = fact.data().path("checkpoint").textValue();
        List<String> before = told.statuses(name);
        if (!before.contains(fact.statusKey())) {
            items.add(new OutgoingEvent(before.isEmpty() ? fact.asFirstOfItsThing() : fact, null, null));
            told = told.withStatus(name, fact.statusKey());
        } else {
            known++;
        }
    }

    private void refuse(ParseResult finding) {
        if (!told.refused().contains(finding.id())) {
            refused.add(finding);
            told = told.withRefused(finding.id());
        } else {
            known++;
        }
    }

    private String lastStatusKey() {
        List<String> statuses = told.statuses("");
        return statuses.isEmpty() ? "" : statuses.get(statuses.size() - 1);
    }
}
