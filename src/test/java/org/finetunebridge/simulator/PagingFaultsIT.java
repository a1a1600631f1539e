package org.finetunebridge.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Whoever tests against a list that does not keep still has to know that it does not. */
class PagingFaultsIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Instant now = Instant.parse("2026-03-01T04:05:06Z");
    private final Simulation world = Simulation.at(() -> now);
    @AutoClose
    private final FaultySandbox sandbox = FaultySandbox.start(world);

    @Test
    void growsBetweenTwoPages() throws Exception {
        SimulatedJob job = job("openai", 5);
        sandbox.faults().times(1, "/events", PagingFaults.meanwhile(() -> job.publish("INFO", "later")));

        assertThat(numbers(events("openai", job, "?limit=3"))).containsExactly(5, 4, 3);
        assertThat(numbers(events("openai", job, "?limit=3"))).containsExactly(6, 5, 4);
    }

    @Test
    void beginsAPageWithTheLastRecordsOfTheOneBefore() throws Exception {
        sandbox.faults().always(".", PagingFaults.overlapping(2));
        SimulatedJob openai = job("openai", 8);
        assertThat(numbers(events("openai", openai, "?limit=3"))).containsExactly(8, 7, 6);
        assertThat(numbers(events("openai", openai, "?limit=3&after=ftevent-x-6"))).containsExactly(7, 6, 5, 4, 3);
        SimulatedJob azure = job("azure-openai", 8);
        assertThat(numbers(events("azure-openai", azure, "?limit=3"))).containsExactly(0, 1, 2);
        JsonNode second = events("azure-openai", azure, "?limit=3&after=ftevent-x-2");
        assertThat(numbers(second)).containsExactly(1, 2, 3, 4, 5);
        assertThat(second.path("has_more").asBoolean()).isTrue();

        SimulatedAccount mistral = world.account("mistral");
        List<String> ids = IntStream.range(0, 5).mapToObj(one -> mistral.create()).map(SimulatedJob::id).toList();
        List<String> newestFirst = mistral.jobs().stream().map(SimulatedJob::id).toList();
        assertThat(ids).containsExactlyInAnyOrderElementsOf(newestFirst);
        JsonNode page = get("mistral", "/v1/fine_tuning/jobs?page=1&page_size=3");
        assertThat(page.path("data").findValuesAsText("id")).isEqualTo(newestFirst.subList(1, 5));
        assertThat(page.path("total").asInt()).isEqualTo(5);
    }

    @Test
    void changesPlacesOfWhatHasNoOther() throws Exception {
        SimulatedJob job = job("openai", 0);
        IntStream.range(0, 40).forEach(line -> {
            now = line % 20 == 0 ? now.plusSeconds(1) : now;
            job.publish("INFO", "line");
        });
        sandbox.faults().always(".", PagingFaults.shuffled(7));

        List<Integer> once = numbers(events("openai", job, "?limit=100"));
        List<Integer> again = numbers(events("openai", job, "?limit=100"));
        assertThat(once).hasSize(41).isNotEqualTo(again).containsExactlyInAnyOrderElementsOf(again);
        assertThat(once.subList(0, 20)).allMatch(number -> number > 20);
        assertThat(once.get(40)).isZero();
    }

    @Test
    void listsFromTheOtherEnd() throws Exception {
        sandbox.faults().always(".", PagingFaults.turned());
        SimulatedJob openai = job("openai", 4);
        assertThat(numbers(events("openai", openai, "?limit=3"))).containsExactly(0, 1, 2);
        assertThat(numbers(events("openai", openai, "?limit=3&after=ftevent-x-2"))).containsExactly(3, 4);
        SimulatedJob azure = job("azure-openai", 4);
        assertThat(numbers(events("azure-openai", azure, "?limit=3"))).containsExactly(4, 3, 2);
        assertThat(numbers(events("azure-openai", azure, "?limit=3&after=ftevent-x-2"))).containsExactly(1, 0);
        SimulatedJob mistral = job("mistral", 2);
        assertThat(get("mistral", "/v1/fine_tuning/jobs/" + mistral.id()).path("events").findValuesAsText("name"))
                .containsExactly("status-updated", "line 1", "line 2");
    }

    private SimulatedJob job(String provider, int lines) {
        SimulatedJob job = world.account(provider).create();
        IntStream.rangeClosed(1, lines).forEach(line -> job.publish("INFO", "line " + line));
        return job;
    }

    private JsonNode events(String provider, SimulatedJob job, String query) throws IOException, InterruptedException {
        return get(provider, (provider.equals("openai") ? "/fine_tuning" : "/openai/fine_tuning") + "/jobs/" + job.id()
                + "/events" + query + "&api-version=1");
    }

    private JsonNode get(String provider, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(sandbox.url(provider) + path))
                .header("Authorization", "Bearer " + Simulation.KEY).header("api-key", Simulation.KEY).build();
        return JSON.readTree(CLIENT.send(request, BodyHandlers.ofByteArray()).body());
    }

    /** An event's id ends in its number. */
    private static List<Integer> numbers(JsonNode page) {
        return Stream.of(page.path("data")).flatMap(data -> data.findValuesAsText("id").stream())
                .map(id -> Integer.parseInt(id.substring(id.lastIndexOf('-') + 1))).toList();
    }
}
