package org.finetunebridge.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.event.RecordPage.RecordKeyStrategy;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A hundred random records of each resource, made by the vendors' public schemas: every field they name, absent, null
 * or of any value they allow. {@code fixtures/<provider>/random/<resource>.json}.
 */
class RandomAnswersTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Path SCHEMAS = Path.of("src/main/resources/schemas");
    private static final Instant OBSERVED = Instant.parse("2026-04-05T06:07:08.009Z");
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final RouteFiles files = routes();
    private final JsltMapper mappings = new JsltMapper(files);

    @TestFactory
    Stream<DynamicTest> publishesEachOnceWithoutADeadLetterAndWithoutDrift() {
        return resources().map(file -> dynamicTest(FIXTURES.relativize(file).toString(), () -> {
            ArrayNode records = (ArrayNode) JSON.readTree(file.toFile());
            assertThat(records).hasSize(100);
            String name = file.getParent().getParent().getFileName().toString();
            String resource = file.getFileName().toString().replace(".json", "");
            Provider provider = new ProviderRegistry(files).read(name);
            var writer = new CloudEventWriter(name, "team-a", provider.zone(), false);
            List<ParseResult> results = results(provider, resource, records);

            assertThat(results.stream().filter(one -> one.fact() == null).map(ParseResult::reason).distinct())
                    .isSubsetOf("the status is missing or not a text");
            assertThat(results).filteredOn(one -> one.fact() == null).as("dead letters")
                    .allSatisfy(one -> assertThat(isNonsenseThatTheSchemaAllows(name, resource, one.raw())).isTrue());
            assertThat(results).extracting(ParseResult::id).doesNotHaveDuplicates();
            assertThat(strangers(provider, resource, results)).as("drift").isEmpty();
            for (ParseResult result : results) {
                if (result.fact() != null && result.fact().kind() != FactType.JOB_SEEN) {
                    assertThat(result.fact().status()).isNotEqualTo("UNKNOWN");
                    assertFits(result.fact(), writer);
                    for (Fact derived : result.fact().derived()) {
                        assertFits(derived, writer);
                    }
                }
            }
        }));
    }

    /** Azure's schema does not require a job's status: one without it says nothing that could be published. */
    private static boolean isNonsenseThatTheSchemaAllows(String provider, String resource, JsonNode record) {
        return provider.equals("azure-openai") && resource.equals("jobs") && !record.has("status");
    }

    private List<ParseResult> results(Provider provider, String resource, ArrayNode records) {
        var parser = new FactParser(provider.name(), provider.zone());
        String way = provider.name().equals("mistral") ? "job" : resource;
        var naming = new RecordKeyStrategy(false, provider.ways().numbered().contains(way),
                provider.ways().indexed().contains(way) ? 0 : -1);
        List<ParseResult> results = new ArrayList<>();
        for (JsonNode answer : answers(provider.name(), resource, records)) {
            JsonNode asked = JsltMapper.asked(answer.path("id").asText("job-1"), "");
            RecordPage page = RecordPage.of(mappings.mapResource(answer, asked, provider.name(), resource), parser, naming);
            results.addAll(page.results());
        }
        return results;
    }

    /** As the provider shows the records: in a list, or one job after the other where only that shows all of it. */
    private static List<JsonNode> answers(String provider, String resource, ArrayNode records) {
        var answer = JSON.createObjectNode();
        switch (provider) {
            case "mistral" -> {
                List<JsonNode> jobs = new ArrayList<>();
                records.forEach(jobs::add);
                return jobs;
            }
            case "dashscope" -> {
                if (resource.equals("checkpoints")) {
                    answer.set("output", records);
                } else {
                    answer.putObject("output").put("total", 100).set(resource, records);
                }
            }
            case "fireworks" -> answer.set(resource.equals("jobs") ? "supervisedFineTuningJobs" : "checkpoints", records);
            case "qianfan" -> answer.putObject("result").set("taskList", records);
            case "minimax" -> answer.put("has_more", false).set(resource.equals("jobs") ? "job_list" : "event_list", records);
            default -> answer.put("object", "list").put("has_more", false).set("data", records);
        }
        return List.of(answer);
    }

    private static Set<String> strangers(Provider provider, String resource, List<ParseResult> results) {
        Set<String> names = new TreeSet<>();
        results.stream().map(ParseResult::raw).filter(JsonNode::isObject)
                .forEach(record -> record.fieldNames().forEachRemaining(names::add));
        names.removeAll(provider.fields().getOrDefault(resource, Set.of()));
        return resource.equals("logs") ? Set.of() : names;
    }

    private static void assertFits(Fact fact, CloudEventWriter writer) throws IOException {
        JsonNode event = JSON.readTree(new String(writer.of(new OutgoingEvent(fact, null, null), OBSERVED, null).value(), UTF_8));
        assertThat(schema(fact.kind().word()).validate(event.path("data"))).as("%s", event).isEmpty();
    }

    private static JsonSchema schema(String kind) throws IOException {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(SCHEMAS.resolve(kind + ".v1.schema.json")));
    }

    private static Stream<Path> resources() {
        try (Stream<Path> all = Files.walk(FIXTURES)) {
            return all.filter(file -> file.getParent().endsWith("random")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RouteFiles routes() {
        try {
            return new RouteFiles(RandomAnswersTest.class.getClassLoader(), List.of(), List.of(Path.of("routes")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
