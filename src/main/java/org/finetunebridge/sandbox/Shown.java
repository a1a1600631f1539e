package org.finetunebridge.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/** Remembers every fact an honest answer has shown. */
final class Shown {

    private final Map<String, Told> jobs = new TreeMap<>();

    synchronized void see(JsonNode page) {
        String kind = page.path("kind").asText();
        for (JsonNode item : page.path("items")) {
            switch (kind) {
                case "jobs" -> told(item.path("id").asText()).statuses().add(item.path("status").asText());
                case "checkpoints" -> told(job(page)).checkpoint(item.path("name").asText(), item.path("status").asText());
                case "events" -> told(job(page)).events().set(item.path("index").asInt());
                default -> throw new IllegalArgumentException("no kind of page: " + kind);
            }
        }
    }

    synchronized Map<String, Told> all() {
        Map<String, Told> copies = new TreeMap<>();
        jobs.forEach((job, told) -> copies.put(job, told.copy()));
        return copies;
    }

    private Told told(String job) {
        return jobs.computeIfAbsent(job, unseen -> Told.nothing());
    }

    private static String job(JsonNode page) {
        return page.path("job").path("id").asText();
    }
}
