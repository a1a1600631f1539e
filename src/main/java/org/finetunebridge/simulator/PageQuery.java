package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** One query, answered for one instant by a page in the simulation's own format. */
final class PageQuery {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final String job;
    private final String after;
    private final long from;
    private final int limit;
    private final boolean newestFirst;
    private final long before;
    private final int overlap;
    private final Instant now;

    PageQuery(JsonNode query, Instant now) {
        this.job = query.path("job").asText();
        this.after = query.path("after").asText();
        this.from = query.path("offset").asLong();
        this.limit = query.path("limit").asInt();
        this.newestFirst = query.path("newestFirst").asBoolean();
        this.before = query.path("before").asLong(Long.MAX_VALUE);
        this.overlap = query.path("overlap").asInt();
        this.now = now;
    }

    /** In place of a page: why there is none, such as {@code unauthorized}. */
    static ObjectNode problem(String problem) {
        return JSON.objectNode().put("problem", problem);
    }

    /** A slice of the jobs; it begins after a named job, or at the offset. */
    ObjectNode list(Collection<SimulatedJob> ordered, Map<String, SimulatedJob> byId) {
        List<SimulatedJob> visible = ordered.stream().filter(one -> one.status(now) != null).toList();
        SimulatedJob before = byId.get(after);
        long first = before == null ? from : visible.indexOf(before) + 1L;
        return overlapping(facts(visible, Math.max(0, first - overlap), first),
                page("jobs", facts(visible, first, first + limit), first, limit, visible.size()));
    }

    /** The job that the query names, or a part of it. */
    ObjectNode of(Map<String, SimulatedJob> byId, String resource) {
        SimulatedJob asked = byId.get(job);
        if (asked == null || asked.status(now) == null) {
            return problem("unknown-job");
        }
        ObjectNode page = part(asked, resource);
        page.set("job", asked.facts(now));
        return page;
    }

    private ArrayNode facts(List<SimulatedJob> jobs, long from, long to) {
        ArrayNode items = JSON.arrayNode();
        jobs.stream().limit(to).skip(from).forEach(one -> items.add(one.facts(now)));
        return items;
    }

    private ObjectNode part(SimulatedJob asked, String resource) {
        return switch (resource) {
            case "job" -> whole("jobs", JSON.arrayNode().add(asked.facts(now)));
            case "checkpoints" -> whole("checkpoints", asked.checkpoints(now));
            case "events" -> newestFirst ? latest(asked) : earliest(asked);
            case "results" -> whole("results", asked.lines(0, Integer.MAX_VALUE, now));
            case "whole" -> everything(asked);
            default -> throw new IllegalArgumentException("no such resource: " + resource);
        };
    }

    /** The job with all its log lines and checkpoints, newest first. */
    private ObjectNode everything(SimulatedJob asked) {
        ObjectNode page = whole("jobs", JSON.arrayNode().add(asked.facts(now)));
        page.set("events", reversed(asked.lines(0, Integer.MAX_VALUE, now)));
        page.set("checkpoints", asked.checkpoints(now));
        return page;
    }

    private ObjectNode earliest(SimulatedJob asked) {
        ArrayNode earlier = asked.lines(Math.max(0, from - overlap), (int) Math.min(from, overlap), now);
        return overlapping(earlier, page("events", asked.lines(from, limit, now), from, limit, asked.events(now)));
    }

    /** A slice of the log that ends before a given line, newest first. */
    private ObjectNode latest(SimulatedJob asked) {
        int total = asked.events(now);
        long end = Math.min(before, total);
        long start = Math.max(0, end - limit);
        ArrayNode lines = asked.lines(start, (int) (end - start), now);
        return overlapping(reversed(asked.lines(end, overlap, now)),
                page("events", reversed(lines), total - end, limit, total));
    }

    private static ObjectNode page(String kind, ArrayNode items, long offset, int limit, int total) {
        ObjectNode page = JSON.objectNode();
        page.put("kind", kind).put("offset", offset).put("limit", limit).put("total", total);
        page.put("more", offset + items.size() < total);
        page.set("items", items);
        return page;
    }

    private static ObjectNode whole(String kind, ArrayNode items) {
        return page(kind, items, 0, items.size(), items.size());
    }

    /** The page, beginning with records of the page before it. */
    private static ObjectNode overlapping(ArrayNode earlier, ObjectNode page) {
        page.set("items", earlier.addAll((ArrayNode) page.path("items")));
        return page;
    }

    private static ArrayNode reversed(ArrayNode items) {
        ArrayNode reversed = JSON.arrayNode();
        for (int i = items.size() - 1; i >= 0; i--) {
            reversed.add(items.get(i));
        }
        return reversed;
    }
}
