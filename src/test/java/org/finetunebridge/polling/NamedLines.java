package org.finetunebridge.polling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.StateDiff;

/** Lines of a log that have names of their own, and the pages that show them. */
final class NamedLines {

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    private NamedLines() {}

    /** A line with this name, so many seconds after the start. */
    static ParseResult line(String name, long second) {
        return line(name, START.plusSeconds(second));
    }

    /** @param time null for none */
    static ParseResult line(String name, Instant time) {
        var data = JsonNodeFactory.instance.objectNode().put("message", name);
        var fact = new Fact(FactType.LOG_APPENDED, "job-1", null, time, null, null, null, data, Map.of(), List.of());
        return new ParseResult(fact, NullNode.getInstance(), name, null, "job-1", null);
    }

    /** A record that cannot be used. */
    static ParseResult bad(String name) {
        return new ParseResult(null, NullNode.getInstance(), name, "no line", "job-1", null);
    }

    /**
     * A page.
     *
     * @param next        what the next one is asked with; null at the end
     * @param mark        what is asked with later; may be null
     * @param newestFirst null if it does not show it
     */
    static RecordPage page(String next, String mark, Boolean newestFirst, ParseResult... lines) {
        return new RecordPage(List.of(lines), next, false, false, null, mark, newestFirst);
    }

    /** The names of the lines that are published. */
    static List<String> published(StateDiff diff) {
        return diff.items().stream().map(item -> item.fact().data().path("message").asText()).toList();
    }
}
