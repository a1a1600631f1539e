package org.finetunebridge.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.finetunebridge.simulator.ExpectedFacts;

/** What a consumer of committed records learned, held against what there was to publish. */
public final class ReceivedEvents {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, List<JsonNode>> jobs;

    ReceivedEvents(List<ConsumerRecord<byte[], byte[]>> records) {
        jobs = records.stream().map(record -> json(record.value()))
                .collect(Collectors.groupingBy(event -> event.path("subject").asText()));
    }

    /** From the lines of event files. */
    public static ReceivedEvents of(List<String> lines) {
        return new ReceivedEvents(lines.stream().map(line -> json(line.getBytes(StandardCharsets.UTF_8)))
                .collect(Collectors.groupingBy(event -> event.path("subject").asText())));
    }

    private ReceivedEvents(Map<String, List<JsonNode>> jobs) {
        this.jobs = jobs;
    }

    public List<JsonNode> all() {
        return jobs.values().stream().flatMap(List::stream).toList();
    }

    /** Each fact once: by its name, and by what it says. */
    public void holdEachFactOnce() {
        assertThat(repeated(event -> event.path("source").asText() + ' ' + event.path("id").asText())).isEmpty();
        assertThat(repeated(event -> event.path("subject").asText() + ' ' + fact(event))).isEmpty();
    }

    /** The same without what was published again under its same id. */
    public ReceivedEvents withoutRepeats() {
        Map<String, List<JsonNode>> once = new TreeMap<>();
        jobs.forEach((job, events) -> {
            Set<String> ids = new HashSet<>();
            once.put(job, events.stream().filter(event -> ids.add(event.path("id").asText())).toList());
        });
        return new ReceivedEvents(once);
    }

    /** Nothing but what can be seen, and all of it; a job's lines in their order. */
    public void holdAllOf(Map<String, ExpectedFacts> world) {
        assertThat(jobs.keySet()).isEqualTo(world.keySet());
        world.forEach((job, published) -> {
            assertThat(statuses(job)).as("statuses of " + job).containsAll(published.statuses());
            published.checkpoints().forEach((name, statuses) -> assertThat(checkpoint(job, name))
                    .as(job + " " + name).containsAll(statuses));
            if (jobs.get(job).get(0).at("/data/provider").asText().equals("minimax")) {
                assertThat(lines(job)).as("lines of " + job).isEqualTo(bits(published.events()));
            }
        });
    }

    private List<List<JsonNode>> repeated(Function<JsonNode, String> name) {
        return all().stream().collect(Collectors.groupingBy(name)).values().stream().filter(same -> same.size() > 1)
                .toList();
    }

    private List<String> statuses(String job) {
        return jobs.get(job).stream().map(event -> event.path("data"))
                .filter(data -> data.has("status") && !data.has("checkpoint")).map(data -> data.path("status").asText())
                .toList();
    }

    private TreeSet<String> checkpoint(String job, String name) {
        return jobs.get(job).stream().map(event -> event.path("data"))
                .filter(data -> data.path("checkpoint").asText().equals(name)).map(data -> data.path("status").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private List<Integer> lines(String job) {
        return jobs.get(job).stream().filter(event -> event.at("/data/sequence").isInt())
                .map(event -> event.at("/data/sequence").asInt()).toList();
    }

    private static String fact(JsonNode event) {
        JsonNode data = event.path("data");
        return data.has("origin") ? "measured " + data.path("origin").asText() + ' ' + data.path("step") + ' ' + data.path("values")
                : data.has("sequence") ? "line " + data.path("sequence").asInt()
                : data.path("checkpoint").asText() + ' ' + data.path("status").asText();
    }

    private static List<Integer> bits(BitSet set) {
        List<Integer> bits = new ArrayList<>();
        set.stream().forEach(bits::add);
        return bits;
    }

    private static JsonNode json(byte[] event) {
        try {
            return JSON.readTree(event);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
