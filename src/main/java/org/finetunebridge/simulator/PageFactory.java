package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What the world answers, in its own words: a slice of items, or a problem. */
final class PageFactory {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private PageFactory() {
    }

    static ObjectNode of(String kind, ArrayNode items, long offset, int limit, int total) {
        ObjectNode page = JSON.objectNode();
        page.put("kind", kind).put("offset", offset).put("limit", limit).put("total", total);
        page.put("more", offset + items.size() < total);
        page.set("items", items);
        return page;
    }

    static ObjectNode whole(String kind, ArrayNode items) {
        return of(kind, items, 0, items.size(), items.size());
    }

    static ObjectNode problem(String problem) {
        return JSON.objectNode().put("problem", problem);
    }

    static ArrayNode items() {
        return JSON.arrayNode();
    }
}
