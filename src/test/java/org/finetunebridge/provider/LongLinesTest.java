package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The regular expressions of the mappings, on texts as long as an answer may be. */
@Timeout(30)
class LongLinesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ENTRIES = 20_000;

    private final JsltMapper mappings = new JsltMapper(new RouteFiles(LongLinesTest.class.getClassLoader(), List.of(),
            List.of(Path.of("routes"))));

    LongLinesTest() throws IOException {}

    /** The stack overflowed from some thousand entries on, five times, and the job's log was not read any more. */
    @Test
    void parsesALineOfThousandsOfEntries() {
        JsonNode data = line("{" + entries("'key-%d': 0.5") + "}");

        assertThat(data.path("message").textValue()).hasSizeGreaterThan(300_000);
        assertThat(data.path("parsed")).hasSize(ENTRIES);
        assertThat(data.at("/parsed/key-19999").asDouble()).isEqualTo(0.5);
    }

    @Test
    void leavesALineOfThousandsOfEntriesAloneIfItIsNone() {
        for (String line : List.of("{" + entries("'key-%d': 0.5") + "x", "{" + "'".repeat(100_000) + "}", "{'a': " + "1".repeat(200_000),
                " ".repeat(200_000) + "{", "{'" + " ".repeat(200_000) + "': ", "2026-01-15 10:00:00," + "1".repeat(200_000))) {
            JsonNode data = line(line);
            assertThat(data.path("message").textValue()).isEqualTo(line);
            assertThat(data.has("parsed")).isFalse();
        }
    }

    @Test
    void readsACheckpointWhoseNameIsLong() {
        for (String name : List.of("1".repeat(100_000), "a1".repeat(50_000), "a".repeat(100_000) + "7")) {
            ObjectNode checkpoint = JSON.createObjectNode().put("checkpoint", name).put("status", "PENDING");
            ObjectNode answer = JSON.createObjectNode();
            answer.putArray("output").add(checkpoint);
            assertThat(mappings.map(answer, JsltMapper.asked("job-1", ""), "dashscope-checkpoints").at("/facts/0/data/checkpoint")
                    .textValue()).isEqualTo(name);
        }
    }

    private JsonNode line(String line) {
        ObjectNode answer = JSON.createObjectNode();
        answer.putObject("output").put("total", 1).putArray("logs").add(line);
        return mappings.map(answer, JsltMapper.asked("job-1", "0"), "dashscope-logs").at("/facts/0/data");
    }

    private static String entries(String form) {
        return IntStream.range(0, ENTRIES).mapToObj(form::formatted).collect(Collectors.joining(", "));
    }
}
