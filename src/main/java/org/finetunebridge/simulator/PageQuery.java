package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** One question, answered as things stand at one instant. */
final class PageQuery {

    private final String job;
    private final String after;
    private final long from;
    private final int limit;
    private final boolean newestFirst;
    private final long before;
    private final int overlap;
    private final Instant now;

    PageQuery(JsonNode question, Instant now) {
        this.job = question.path("job").asText();
        this.after = question.path("after").asText();
        this.from = question.path("offset").asLong();
        this.limit = question.path("limit").asInt();
        this.newestFirst = question.path("newestFirst").asBoolean();
        this.before = question.path("before").asLong(Long.MAX_VALUE);
        this.overlap = question.path("overlap").asInt();
        this.now = now;
    }

    /** A slice of the jobs; it begins after a named job, or at the offset. */
    ObjectNode list(Collection<SimulatedJob> ordered, Map<String, SimulatedJob> byId) {
        List<SimulatedJob> visible = ordered.stream().filter(one -> one.status(now) != null).toList();
        SimulatedJob before = byId.get(after);
        long first = before == null ? from : visible.indexOf(before) + 1L;
        return overlapping(facts(visible, Math.max(0, first - overlap), first),
                PageFactory.of("jobs", facts(visible, first, first + limit), first, limit, visible.size()));
    }

    private ArrayNode facts(List<SimulatedJob> jobs, long from, long to) {
        ArrayNode items = PageFactory.items();
        jobs.stream().limit(to).skip(from).forEach(one -> items.add(one.facts(now)));
        return items;
    }

    /** The page with some of the one before at its head. */
    private static ObjectNode overlapping(ArrayNode earlier, ObjectNode page) {
        page.set("items", earlier.addAll((ArrayNode) page.path("items")));
        return page;
    }

    /** The job asked for, or a part of it. */
    ObjectNode at(Map<String, SimulatedJob> byId, String resource) {
        SimulatedJob asked = byId.get(job);
        if (asked == null || asked.status(now) == null) {
            return PageFactory.problem("unknown-job");
        }
        ObjectNode page = part(asked, resource);
        page.set("job", asked.facts(now));
        return page;
    }

    private ObjectNode part(SimulatedJob asked, String resource) {
        return switch (resource) {
            case "job" -> PageFactory.whole("jobs", PageFactory.items().add(asked.facts(now)));
            case "checkpoints" -> PageFactory.whole("checkpoints", asked.checkpoints(now));
            case "events" -> newestFirst ? latest(asked) : earliest(asked);
            case "whole" -> whole(asked);
            default -> throw new IllegalArgumentException("no such resource: " + resource);
        };
    }

    /** The job with everything it told and reached, newest first. */
    private ObjectNode whole(SimulatedJob asked) {
        ObjectNode page = PageFactory.whole("jobs", PageFactory.items().add(asked.facts(now)));
        page.set("events", reversed(asked.lines(0, Integer.MAX_VALUE, now)));
        page.set("checkpoints", asked.checkpoints(now));
        return page;
    }

    private ObjectNode earliest(SimulatedJob asked) {
        ArrayNode earlier = asked.lines(Math.max(0, from - overlap), (int) Math.min(from, overlap), now);
        return overlapping(earlier, PageFactory.of("events", asked.lines(from, limit, now), from, limit, asked.published(now)));
    }

    /** A slice of the lines that ends before a given one, newest first. */
    private ObjectNode latest(SimulatedJob asked) {
        int total = asked.published(now);
        long end = Math.min(before, total);
        long start = Math.max(0, end - limit);
        ArrayNode lines = asked.lines(start, (int) (end - start), now);
        return overlapping(reversed(asked.lines(end, overlap, now)),
                PageFactory.of("events", reversed(lines), total - end, limit, total));
    }

    private static ArrayNode reversed(ArrayNode items) {
        ArrayNode reversed = PageFactory.items();
        for (int i = items.size() - 1; i >= 0; i--) {
            reversed.add(items.get(i));
        }
        return reversed;
    }
}
