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
            boolean log = FactType.LOG_APPENDED.word().equals(record.path("kind").asText()) && record.path("key").isArray();
            named.add(!log ? record : with(record, numbered
                    ? equals.merge(EventId.canonical(record.get("key")), 1, Integer::sum) - 1
                    : from + named.size()));
        }
        return named;
    }

    private static JsonNode with(JsonNode record, long place) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        copy.setAll((ObjectNode) record);
        ArrayNode key = JsonNodeFactory.instance.arrayNode();
        key.addAll((ArrayNode) record.get("key")).add(place);
        return copy.set("key", key);
    }
}
