package org.finetunebridge.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * One page of a provider's answer, mapped and checked. Its JSON form, what a mapping returns, is
 * {@code schemas/page.schema.json}: the only interface between a provider's files and the rest.
 *
 * @param findings  the records in the order of the answer
 * @param next      what the next page of this list is asked with; null at the end
 * @param more      whether a list that pages by position says there is more
 * @param requestId the provider's name for this request; may be null
 */
public record Page(List<Finding> findings, String next, boolean more, String requestId) {

    /** Checks what a mapping made of an answer. */
    public static Page of(JsonNode mapped, FactReader reader) {
        List<Finding> findings = new ArrayList<>(mapped.path("facts").size());
        mapped.path("facts").forEach(record -> findings.add(reader.read(record)));
        JsonNode next = mapped.path("next");
        return new Page(List.copyOf(findings), next.isValueNode() && !next.isNull() ? next.asText() : null,
                mapped.path("more").asBoolean(), mapped.path("requestId").textValue());
    }
}
