package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/** Remembers every fact an honest answer has shown. */
final class ServedFacts {

    private final Map<String, ExpectedFacts> jobs = new TreeMap<>();

    synchronized void see(JsonNode page) {
        see(page, page.path("kind").asText(), page.path("items"));
        see(page, "checkpoints", page.path("checkpoints"));
        see(page, "events", page.path("events"));
    }

    private void see(JsonNode page, String kind, JsonNode items) {
        for (JsonNode item : items) {
            switch (kind) {
                case "jobs" -> published(item).statuses().add(text(item, "status"));
                case "checkpoints" -> published(page.path("job")).checkpoint(text(item, "name"), text(item, "status"));
                case "events" -> published(page.path("job")).events().set(item.path("index").asInt());
                default -> throw new IllegalArgumentException("no kind of page: " + kind);
            }
        }
    }

    synchronized Map<String, ExpectedFacts> all() {
        Map<String, ExpectedFacts> copies = new TreeMap<>();
        jobs.forEach((job, published) -> copies.put(job, published.copy()));
        return copies;
    }

    private ExpectedFacts published(JsonNode job) {
        return jobs.computeIfAbsent(text(job, "id"), unseen -> ExpectedFacts.nothing());
    }

    private static String text(JsonNode of, String name) {
        return of.path(name).asText();
    }
}
