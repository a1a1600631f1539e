package org.finetunebridge.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One thing a provider's answer says, checked and ready to be published.
 *
 * @param kind        what sort of thing
 * @param job         the job it is about, as the provider names it
 * @param name        its {@link #id}
 * @param time        when it happened, UTC; null if the provider does not say
 * @param timeRaw     {@code time} as received; null if it is unset, not null if it cannot be read
 * @param appeared    when the thing itself (say, the checkpoint) appeared: dates the first fact published of it; may be null
 * @param appearedRaw {@code appeared} as received, in the same way
 * @param data        the event's own fields, clocks as received
 * @param once        what resources that are read once, after the end of a job, are asked with; by resource
 * @param derived     facts that the record shows besides, published only if this one is
 */
public record Fact(FactType kind, String job, EventId.Deferred name, Instant time, JsonNode timeRaw, Instant appeared,
        JsonNode appearedRaw, JsonNode data, Map<String, String> once, List<Fact> derived) {

    private static final Set<String> TERMINAL = Set.of("SUCCEEDED", "FAILED", "CANCELLED");

    /** Its name for ever, see {@link EventId}. */
    public String id() {
        return name.text();
    }

    /** The job's or checkpoint's status in our words; for kinds that have one. */
    public String status() {
        return data.path("status").textValue();
    }

    /** Whether it is a record of a list that grows, such as a line of a log: what is new of such a list is published. */
    public boolean isListed() {
        return kind == FactType.LOG_APPENDED || kind == FactType.METRICS_RECORDED;
    }

    /** Whether this status, in our words, ends a job. It may still change: providers restart jobs. */
    public static boolean isTerminal(String status) {
        return status != null && TERMINAL.contains(status);
    }

    /** Whether it says that a job has ended. */
    public boolean isEnding() {
        return kind == FactType.JOB_STATUS_CHANGED && isTerminal(status());
    }

    /** Our word for the status, or for one we do not know the provider's own: two unknown words are two statuses. */
    public String statusKey() {
        return "UNKNOWN".equals(status()) ? "UNKNOWN " + data.path("statusRaw").asText() : status();
    }

    /** What of its training the record shows besides. */
    public List<Fact> metrics() {
        return derived.isEmpty() ? derived : derived.stream().filter(one -> one.kind == FactType.METRICS_RECORDED).toList();
    }

    /** Whether it shows what was measured in validation, in an event or a line of its own. */
    public boolean isOfValidation() {
        return MetricValues.isOfValidation(data);
    }

    /** This fact dated by the poll that sees it. */
    public Fact undated() {
        return new Fact(kind, job, name, null, null, null, null, data, once, derived);
    }

    /** This fact dated by the appearance of its thing, if it has no time of its own. */
    public Fact asFirstOfItsThing() {
        return time != null || appeared == null ? this
                : new Fact(kind, job, name, appeared, appearedRaw, appeared, appearedRaw, data, once, derived);
    }

    /**
     * This status of a job as it is published for the n-th time. The first keeps its id; later ones count in theirs. The
     * time of a status that is no end is that of its first occurrence: a later one is dated by the poll that saw it.
     */
    public Fact occurrence(int number) {
        boolean dated = number == 1 || isEnding();
        return number == 1 ? this : new Fact(kind, job, new EventId.Deferred(() -> EventId.ofOccurrence(id(), number)),
                dated ? time : null, dated ? timeRaw : null, appeared, appearedRaw, data, once, derived);
    }

    /**
     * A fact about to be published, with what only the state knows of it.
     *
     * @param previous the job's status before; null if this is its first, or the fact has no job status
     * @param sequence where in its list the record stands, from 0; null if its list does not grow at the end
     * @param summary  what the event of an end says of the whole training; null if it is no end, or there is nothing to say
     */
    public record OutgoingEvent(Fact fact, String previous, Long sequence, JsonNode summary) {

        /** Without a summary. */
        public OutgoingEvent(Fact fact, String previous, Long sequence) {
            this(fact, previous, sequence, null);
        }

        /** The same, with a summary. */
        public OutgoingEvent with(JsonNode ofAll) {
            return new OutgoingEvent(fact, previous, sequence, ofAll);
        }
    }
}
