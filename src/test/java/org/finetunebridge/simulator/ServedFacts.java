package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/** Every fact that a readable response has shown. */
final class ServedFacts {

    private final Map<String, ExpectedFacts> jobs = new TreeMap<>();

    synchronized void add(JsonNode page) {
        add(page, page.path("kind").asText(), page.path("items"));
        add(page, "checkpoints", page.path("checkpoints"));
        add(page, "events", page.path("events"));
    }

    private void add(JsonNode page, String kind, JsonNode items) {
        for (JsonNode item : items) {
            switch (kind) {
                case "jobs" -> facts(item).statuses().add(text(item, "status"));
                case "checkpoints" -> facts(page.path("job")).checkpoint(text(item, "name"), text(item, "status"));
                case "events" -> facts(page.path("job")).events().set(item.path("index").asInt());
                // What its lines show is served as events.
                case "results" -> { }
                default -> throw new IllegalArgumentException("no kind of page: " + kind);
            }
        }
    }

    synchronized Map<String, ExpectedFacts> all() {
        Map<String, ExpectedFacts> copies = new TreeMap<>();
        jobs.forEach((job, facts) -> copies.put(job, facts.copy()));
        return copies;
    }

    private ExpectedFacts facts(JsonNode job) {
        return jobs.computeIfAbsent(text(job, "id"), unseen -> ExpectedFacts.nothing());
    }

    private static String text(JsonNode of, String name) {
        return of.path(name).asText();
    }
}
