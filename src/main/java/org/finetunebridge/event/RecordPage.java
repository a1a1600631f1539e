package org.finetunebridge.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One page of a provider's answer, mapped and checked. Its JSON form, what a mapping returns, is
 * {@code schemas/page.schema.json}: the only interface between a provider's files and the rest.
 *
 * @param results  the records, oldest first where the list has an order
 * @param next      what the next page of this list is asked with; null at the end
 * @param more      whether a list that pages by position says there is more
 * @param unsure    the list does not say whether there is more; {@code next} is what the next page would be asked with
 * @param requestId the provider's name for this request; may be null
 * @param mark      what the records after this page will be asked with, in a list of named records; may be null
 * @param newestFirst whether the list shows the newest first; null if the page does not show it
 */
public record RecordPage(List<ParseResult> results, String next, boolean more, boolean unsure, String requestId,
        String mark, Boolean newestFirst) {

    private static final int ROUND = 10;

    /** Checks what a mapping made of an answer. */
    public static RecordPage of(JsonNode mapped, FactParser reader) {
        return of(mapped, reader, RecordKeyStrategy.PLAIN);
    }

    /** Checks what a mapping made of an answer, and names the records that have no name of their own. */
    public static RecordPage of(JsonNode mapped, FactParser reader, RecordKeyStrategy naming) {
        JsonNode newestFirst = mapped.path("newestFirst");
        return new RecordPage(naming.records(mapped).stream().map(reader::read).toList(), text(mapped.path("next")),
                mapped.path("more").asBoolean(), mapped.path("more").isTextual(), mapped.path("requestId").textValue(), text(mapped.path("mark")),
                newestFirst.isBoolean() ? newestFirst.booleanValue() : null);
    }

    /** The same page with other records. */
    public RecordPage with(List<ParseResult> others) {
        return new RecordPage(others, next, more, unsure, requestId, mark, newestFirst);
    }

    /**
     * Where the list does not say whether there is more: only a full page may have another. A page is full if it has as
     * many records as were asked for, or a round number of them, since a server may allow fewer.
     *
     * @param size how many records a page is asked for; 0 if nobody knows
     */
    public RecordPage supposing(int size) {
        int count = results.size();
        boolean full = count > 0 && (size == 0 || count >= size || count % ROUND == 0);
        return !unsure ? this : new RecordPage(results, full ? next : null, full, true, requestId, mark, newestFirst);
    }

    private static String text(JsonNode scalar) {
        return scalar.isValueNode() && !scalar.isNull() ? scalar.asText() : null;
    }

    /**
     * What the place of a record in its list adds to its name, where the provider gives it none of its own.
     *
     * @param newestFirst how the list is ordered, unless the page says it
     * @param numbered    whether the ordinal of a log's record among equal ones, from the oldest on, is part of its key
     * @param from        the position of the page's first record, where positions are part of the key; else negative
     */
    public record RecordKeyStrategy(boolean newestFirst, boolean numbered, long from) {

        /** Names as the mapping makes them, in the order of the page. */
        public static final RecordKeyStrategy PLAIN = new RecordKeyStrategy(false, false, -1);

        /** The records of a page, oldest first. */
        List<JsonNode> records(JsonNode mapped) {
            List<JsonNode> records = new ArrayList<>(mapped.path("facts").size());
            mapped.path("facts").forEach(records::add);
            if (mapped.path("newestFirst").asBoolean(newestFirst)) {
                Collections.reverse(records);
            }
            return numbered || from >= 0 ? named(records) : records;
        }

        private List<JsonNode> named(List<JsonNode> records) {
            Map<String, Integer> equals = new HashMap<>();
            List<JsonNode> named = new ArrayList<>(records.size());
            for (JsonNode record : records) {
                boolean listed = record.path("key").isArray() && (FactType.LOG_APPENDED.word().equals(kind(record))
                        || isNamedByPlace(record));
                named.add(!listed ? record : with(record, numbered
                        ? equals.merge(EventId.canonical(record.get("key")), 1, Integer::sum) - 1
                        : from + named.size()));
            }
            return named;
        }

        private static String kind(JsonNode record) {
            return record.path("kind").asText();
        }

        /** Metrics are named by their step, unless they have none. */
        private static boolean isNamedByPlace(JsonNode record) {
            return FactType.METRICS_RECORDED.word().equals(kind(record)) && MetricValues.step(record.path("data")) == null;
        }

        private static JsonNode with(JsonNode record, long place) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            copy.setAll((ObjectNode) record);
            JsonNode derived = record.path("derived");
            if (!derived.isMissingNode()) {
                ArrayNode placed = JsonNodeFactory.instance.arrayNode();
                (derived.isArray() ? derived : List.of(derived)).forEach(one -> placed.add(
                        isNamedByPlace(one) && one.path("key").isArray() ? with(one, place) : one));
                copy.set("derived", placed);
            }
            ArrayNode key = JsonNodeFactory.instance.arrayNode();
            key.addAll((ArrayNode) record.get("key"));
            // Beside one whose key ends in its step.
            (isNamedByPlace(record) ? key.add("place") : key).add(place);
            return copy.set("key", key);
        }
    }
}
