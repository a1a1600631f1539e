package org.finetunebridge.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;

/**
 * One record of an answer: a fact, or what is wrong with it.
 *
 * @param fact   null if the record cannot be used
 * @param raw    the record as received
 * @param id     the fact's id, or a name for the bad record: the same raw JSON has the same
 * @param reason what is wrong; null if nothing is
 * @param job    the job the record says it is about; null if it does not say
 * @param position where in its list a record that cannot be used stands, from 0; null if its list is not asked by position
 */
public record ParseResult(Fact fact, JsonNode raw, String id, String reason, String job, Long position) {

    /** A fact whose record is not at hand any more. */
    public static ParseResult of(Fact fact) {
        return good(fact, NullNode.getInstance());
    }

    static ParseResult good(Fact fact, JsonNode raw) {
        return new ParseResult(fact, raw, fact.id(), null, fact.job(), null);
    }

    /** The same record, at this place of its list. */
    public ParseResult at(Long place) {
        return new ParseResult(fact, raw, id, reason, job, place);
    }

    /** The same record, not to be used after all. */
    public ParseResult rejected(String why) {
        return bad(raw, why, job);
    }

    /** The name a record has while it cannot be used. */
    public static String nameOf(JsonNode raw) {
        return EventId.hash(EventId.canonical(raw));
    }

    static ParseResult bad(JsonNode raw, String reason, String job) {
        return new ParseResult(null, raw, nameOf(raw), reason, job, null);
    }
}
