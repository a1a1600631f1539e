package org.finetunebridge.state;

import java.util.ArrayList;
import java.util.List;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.ParseResult;

/**
 * What a replay publishes of a record that was dead-lettered and can be read today: a pure function.
 *
 * <p>A status is published unless the state holds it. Of any other record the state only knows the last ones by name, so
 * such a record is published if the state says that it was rejected and not published since. Where the state says
 * neither, nothing is published and nothing is proved.
 *
 * @param items     the events to publish, in order
 * @param published the job's state once they are published
 * @param proved    whether the record is published with these events or was published before
 */
public record ReplayDiff(List<OutgoingEvent> items, PublishedState published, boolean proved) {

    /** Job and checkpoint statuses in the order in which they usually come; what is not listed comes before all. */
    private static final List<List<String>> LIFE = List.of(List.of("PENDING"), List.of("QUEUED"), List.of("RUNNING"),
            List.of("PAUSED"), List.of("CANCELLING"), List.of("SUCCEEDED", "FAILED", "CANCELLED"),
            List.of("AVAILABLE_NOT_EXPORTED"), List.of("EXPORTING"), List.of("READY", "EXPORT_FAILED", "UNSUPPORTED"));

    /**
     * Decides.
     *
     * @param state    of the job that the record is about
     * @param result   the record as today's mapping reads it; can be used
     * @param resource the list that the record is from
     * @param sequence where in its list the record stands, from 0; null if that is not known
     * @param rejected whether the state holds that the record was rejected and not published since
     */
    public static ReplayDiff of(JobState state, ParseResult result, String resource, Long sequence, boolean rejected) {
        PublishedState published = state.published();
        Fact fact = result.fact();
        if (published.isRecovered(fact.id())) {
            return new ReplayDiff(List.of(), published, true);
        }
        return switch (fact.kind()) {
            case JOB_SEEN -> new ReplayDiff(List.of(), published, published.status() != null || !published.things().isEmpty());
            case JOB_STATUS_CHANGED, CHECKPOINT_CHANGED -> ofStatus(state, fact, rejected);
            default -> ofListed(published, fact, resource, sequence, rejected);
        };
    }

    /** Of a job that is read no more the statuses of its checkpoints may be forgotten. */
    private static ReplayDiff ofStatus(JobState state, Fact fact, boolean rejected) {
        PublishedState published = state.published();
        boolean unsure = state.retired() != null && !rejected && fact.kind() == FactType.CHECKPOINT_CHANGED
                && published.statuses(thing(fact)).isEmpty();
        if (unsure) {
            return new ReplayDiff(List.of(), published, false);
        }
        List<OutgoingEvent> items = new ArrayList<>();
        return new ReplayDiff(items, with(published, fact, items), true);
    }

    private static ReplayDiff ofListed(PublishedState published, Fact fact, String resource, Long sequence,
            boolean rejected) {
        if (published.cursor(resource).last().contains(fact.id())) {
            return new ReplayDiff(List.of(), published, true);
        }
        if (!rejected) {
            return new ReplayDiff(List.of(), published, false);
        }
        List<OutgoingEvent> items = new ArrayList<>();
        if (fact.kind() == FactType.METRICS_RECORDED) {
            return new ReplayDiff(items, measured(published, List.of(fact), items), true);
        }
        items.add(new OutgoingEvent(fact, null, sequence));
        PublishedState after = measured(published, fact.metrics(), items);
        for (Fact derived : fact.derived()) {
            after = derived.kind() == FactType.JOB_STATUS_CHANGED ? with(after, derived, items) : after;
        }
        return new ReplayDiff(items, after, true);
    }

    /** Steps below those that are kept may be those of records that were rejected. */
    private static PublishedState measured(PublishedState published, List<Fact> metrics, List<OutgoingEvent> items) {
        PublishedState after = published;
        for (Fact fact : metrics) {
            String origin = StepWindow.origin(fact);
            StepWindow window = StepWindow.of(after, origin);
            boolean hasStep = fact.data().has("step");
            if (StepWindow.isMeasured(fact) && (!hasStep || window.add(fact.data().path("step").longValue(), false))) {
                items.add(new OutgoingEvent(fact, null, null));
                after = window.written(after, origin);
            }
        }
        return after;
    }

    /**
     * A status that belongs before the last one must not become the last: the job would seem to run again. Its previous
     * status is not known.
     */
    private static PublishedState with(PublishedState published, Fact fact, List<OutgoingEvent> items) {
        String thing = thing(fact);
        List<String> known = published.statuses(thing);
        if (known.contains(fact.statusKey())) {
            return published;
        }
        boolean job = fact.kind() == FactType.JOB_STATUS_CHANGED;
        boolean last = known.isEmpty() || rank(fact.statusKey()) > rank(known.get(known.size() - 1));
        items.add(new OutgoingEvent(job || !known.isEmpty() ? fact : fact.asFirstOfItsThing(),
                job && last ? published.status() : null, null));
        PublishedState measured = known.isEmpty() ? measured(published, fact.metrics(), items) : published;
        if (!last) {
            return measured.withEarlierStatus(thing, fact.statusKey());
        }
        return job ? measured.withJobStatus(fact.status(), fact.statusKey()) : measured.withStatus(thing, fact.statusKey(),
                fact.appeared() == null ? fact.time() : fact.appeared());
    }

    private static String thing(Fact fact) {
        return fact.data().path("checkpoint").asText();
    }

    private static int rank(String statusKey) {
        for (int rank = 0; rank < LIFE.size(); rank++) {
            if (LIFE.get(rank).contains(statusKey)) {
                return rank;
            }
        }
        return -1;
    }
}
