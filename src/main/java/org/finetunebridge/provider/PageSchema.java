package org.finetunebridge.provider;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The outline of a page, as {@code schemas/page.schema.json} says it. A mapping that misspells {@code facts} or
 * {@code next} would otherwise lose records in silence. The records themselves are checked where they are read.
 */
final class PageSchema {

    private static final Predicate<JsonNode> CURSOR = node -> node.isTextual() || node.isNumber();
    private static final Map<String, Predicate<JsonNode>> MEMBERS = Map.of("facts", JsonNode::isArray,
            "next", CURSOR, "mark", CURSOR, "more", node -> node.isBoolean() || "unknown".equals(node.textValue()), "newestFirst", JsonNode::isBoolean,
            "requestId", anything -> true);

    private PageSchema() {}

    /** What is wrong with it; null if nothing is. */
    static String problem(JsonNode page) {
        if (!page.isObject() || !page.has("facts")) {
            return "facts is missing";
        }
        for (Iterator<Map.Entry<String, JsonNode>> members = page.fields(); members.hasNext(); ) {
            Map.Entry<String, JsonNode> member = members.next();
            Predicate<JsonNode> fits = MEMBERS.get(member.getKey());
            if (fits == null) {
                return "it has no member " + member.getKey() + ", only " + String.join(", ", new TreeSet<>(MEMBERS.keySet()));
            } else if (!fits.test(member.getValue())) {
                return member.getKey() + " is of the wrong type";
            }
        }
        return null;
    }
}
