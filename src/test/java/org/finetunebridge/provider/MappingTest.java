package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.finetunebridge.TextFiles.text;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.schibsted.spt.data.jslt.Expression;
import com.schibsted.spt.data.jslt.JsltException;
import com.schibsted.spt.data.jslt.Parser;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every mapping in {@code routes/}, held against its fixtures. A case is files: {@code <case>.response.json} beside the
 * page it becomes, or beside a part of the error it ends in. A new provider adds no line here.
 */
class MappingTest {

    private static final Path ROUTES = Path.of("routes");
    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Path SCHEMAS = Path.of("src/main/resources/schemas");

    /** Keeps every digit of every number: 1.50 and 1.5 are two texts. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /** As the pages are written: two spaces, lists without line breaks of their own. */
    private static final PrettyPrinter PRETTY = new DefaultPrettyPrinter(Separators.createDefaultInstance()
            .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
            .withObjectIndenter(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE.withLinefeed("\n"));

    private static final List<JsonNode> ANYTHING = Stream.of(
                    "null", "true", "0", "42", "-1.5", "1e400", "99999999999999999999", "\"\"", "\"x\"", "\"5\"",
                    "\"2026-01-01 00:00:00\"", "[]", "[null]", "[\"x\", 5]", "{}", "{\"a\": null}", "{\"status\": 5}")
            .map(MappingTest::json)
            .toList();

    private final Map<String, Expression> mappings = new ConcurrentHashMap<>();
    private final JsonSchema page = schema(read(SCHEMAS.resolve("page.schema.json")));
    private final JsonSchema fact = schema(definition("fact"));
    private final Map<String, JsonSchema> events = Map.of(
            "job.status-changed", event("job.status-changed"),
            "checkpoint.changed", event("checkpoint.changed"),
            "log.appended", event("log.appended"));

    @TestFactory
    Stream<DynamicTest> mapsEveryAnswerToItsGoldenPage() {
        return answers(answer -> {
            Path golden = beside(answer, ".page.json");
            JsonNode response = read(answer);
            String mapped = pretty(json(map(answer, response).toString()));
            if (!Files.exists(golden) || !mapped.equals(pretty(read(golden)))) {
                Golden.update(golden, mapped + '\n');
            }
            assertThat(golden).as("%s is missing; %s. It would be%n%s", golden, Golden.HOW, mapped).exists();
            assertThat(mapped).isEqualTo(pretty(read(golden)));
            assertThat(response).as("the answer after it was mapped").isEqualTo(read(answer));
            assertThat(map(answer, response)).as("mapped again").isEqualTo(map(answer, response));
            assertThat(page.validate(json(mapped))).as("against the page schema").isEmpty();
        });
    }

    @TestFactory
    Stream<DynamicTest> refusesEveryAnswerOfAnotherShape() {
        return cases(MappingTest::isRefused, answer -> assertThatThrownBy(() -> map(answer, read(answer)))
                .isInstanceOf(JsltException.class)
                .hasMessageContaining(text(beside(answer, ".error.txt")).strip()));
    }

    /** But for artifacts that share a name: which of them has it, only the list they are in shows. */
    @TestFactory
    Stream<DynamicTest> mapsEveryRecordAloneAsItDidInItsPage() {
        return cases(answer -> !isRefused(answer) && !name(answer).contains("/twins-"), answer -> {
            for (JsonNode expected : map(answer, read(answer)).path("facts")) {
                assertThat(pretty(map(answer, alone(expected.get("raw"))).path("facts")))
                        .isEqualTo(pretty(JSON.createArrayNode().add(expected)));
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> publishesEveryRecordThatIsNotMalformedAsAnEventThatFitsItsSchema() {
        return answers(answer -> {
            if (!answer.getFileName().toString().startsWith("malformed")) {
                for (JsonNode published : map(answer, read(answer)).path("facts")) {
                    assertThat(fact.validate(published)).as("%s", published).isEmpty();
                    assertThatItsEventsFitTheirSchemas(published);
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> makesOneRecordOfAnyRecordWhateverItsFieldsHold() {
        Map<String, Integer> seen = new ConcurrentHashMap<>();
        return answers(answer -> {
            for (JsonNode published : map(answer, read(answer)).path("facts")) {
                JsonNode record = published.path("raw");
                for (String field : (Iterable<String>) record::fieldNames) {
                    // A second record alike shows nothing that the first does not.
                    if (seen.merge(answer.getParent() + " " + field + " " + record.path("status"), 1, Integer::sum) > 1) {
                        continue;
                    }
                    ANYTHING.forEach(value -> assertThatItMakesOneRecord(answer,
                            ((ObjectNode) record.deepCopy()).set(field, value)));
                    assertThatItMakesOneRecord(answer, ((ObjectNode) record.deepCopy()).without(field));
                }
            }
            ANYTHING.forEach(record -> assertThatItMakesOneRecord(answer, record));
        });
    }

    @TestFactory
    Stream<DynamicTest> readsTheUsualSpellingsOnATurkishMachine() {
        return Stream.of(
                        "dashscope/jobs/list-every-status",
                        "dashscope/checkpoints/every-status",
                        "minimax/events/whole-life")
                .map(name -> dynamicTest(name, () -> {
                    Path answer = FIXTURES.resolve(name + ".response.json");
                    Locale here = Locale.getDefault();
                    Locale.setDefault(Locale.forLanguageTag("tr-TR"));
                    try {
                        assertThat(pretty(map(answer, read(answer))))
                                .isEqualTo(pretty(read(beside(answer, ".page.json"))));
                    } finally {
                        Locale.setDefault(here);
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> hasFixturesForEveryMapping() {
        return files(ROUTES, "-[a-z]+\\.jslt").map(mapping -> dynamicTest(mapping.getFileName().toString(), () -> {
            String[] name = mapping.getFileName().toString().replace(".jslt", "").split("-", 2);
            Path folder = FIXTURES.resolve(name[0]).resolve(name[1]);
            assertThat(folder).as("the fixtures of %s", mapping).isDirectory();
            assertThat(files(folder, ".*\\.page\\.json")).as("pages in %s", folder).isNotEmpty();
            assertThat(files(folder, ".*\\.error\\.txt")).as("refused answers in %s", folder).isNotEmpty();
        }));
    }

    @TestFactory
    Stream<DynamicTest> writesEverySchemaInTheDraftItNames() {
        String draft = "https://json-schema.org/draft/2020-12/schema";
        JsonSchema meta = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(SchemaLocation.of(draft));
        return files(SCHEMAS, "\\.schema\\.json").map(file -> dynamicTest(file.getFileName().toString(), () -> {
            assertThat(read(file).path("$schema").asText()).isEqualTo(draft);
            assertThat(read(file).path("$id").asText()).matches("urn:finetunebridge:schema:[a-z.-]+:v1");
            assertThat(meta.validate(read(file))).isEmpty();
        }));
    }

    @Test
    void asksOfAnEnvelopeThatItNamesTheSchemaOfItsData() {
        JsonSchema envelope = schema(read(SCHEMAS.resolve("cloudevent.schema.json")));
        ObjectNode event = (ObjectNode) json("""
                {"specversion": "1.0", "id": "abcdefghijklmnopqrstuvwx27", "source": "urn:finetune:minimax:team-b",
                 "type": "org.finetunebridge.log.appended.v1", "subject": "17", "time": "2026-01-15T03:00:10.25Z",
                 "datacontenttype": "application/json", "dataschema": "urn:finetunebridge:schema:log.appended:v1",
                 "partitionkey": "17", "data": {}}""");
        assertThat(envelope.validate(event)).isEmpty();
        assertThat(envelope.validate(event.deepCopy().put("id", "A"))).isNotEmpty();
        assertThat(envelope.validate(event.deepCopy().put("time", "2026-01-15T11:00:10+08:00"))).isNotEmpty();
        assertThat(envelope.validate(event.deepCopy().put("dataschema", "urn:finetunebridge:schema:dead-letter:v1")))
                .isNotEmpty();
        assertThat(envelope.validate(event.deepCopy().without("subject"))).isNotEmpty();
        assertThat(envelope.validate(event.deepCopy().put("type", "org.finetunebridge.dead-letter.v1")
                .put("dataschema", "urn:finetunebridge:schema:dead-letter:v1").without("subject"))).isEmpty();
    }

    private void assertThatItMakesOneRecord(Path answer, JsonNode record) {
        JsonNode mapped = map(answer, alone(record));
        assertThat(mapped.path("facts")).as("facts of %s", record).hasSize(1);
        assertThat(page.validate(mapped)).as("page of %s", record).isEmpty();
        JsonNode only = mapped.path("facts").get(0);
        assertThat(only.path("raw")).isEqualTo(record.isNull() ? only.path("none") : record);
        if (fact.validate(only).isEmpty()) {
            assertThatItsEventsFitTheirSchemas(only);
        }
    }

    /** The clocks are left out: they go out as received and are parsed after the mapping. */
    private void assertThatItsEventsFitTheirSchemas(JsonNode published) {
        JsonSchema schema = events.get(published.path("kind").asText());
        if (schema != null) {
            ObjectNode data = published.path("data").deepCopy();
            data.remove(List.of("createdAt", "startedAt", "finishedAt", "estimatedFinishAt", "expiresAt"));
            data.put("provider", "any").put("account", "any").put("jobId", published.path("job").asText());
            data.put("observedAt", "2026-01-01T00:00:00Z").putNull("occurredAt");
            if (data.has("status") && !data.has("checkpoint")) {
                data.put("terminal", false);
            }
            assertThat(schema.validate(data)).as("event of %s", published).isEmpty();
        }
        JsonNode derived = published.path("derived");
        (derived.isObject() ? List.of(derived) : derived).forEach(this::assertThatItsEventsFitTheirSchemas);
    }

    private JsonNode map(Path answer, JsonNode response) {
        Path resource = answer.getParent();
        return mappings.computeIfAbsent(resource.getParent().getFileName() + "-" + resource.getFileName(),
                MappingTest::compile).apply(Map.of("asked", asked(answer)), response);
    }

    /** What the answer answers: {@code <case>.asked.json}, if that matters. */
    static JsonNode asked(Path answer) {
        Path asked = beside(answer, ".asked.json");
        return Files.exists(asked) ? read(asked) : JsltMapper.asked("job-of-the-fixtures", "0");
    }

    private static Expression compile(String mapping) {
        try (Reader source = Files.newBufferedReader(ROUTES.resolve(mapping + ".jslt"))) {
            return new Parser(source).withSource(mapping).withObjectFilter(". != null").compile();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<DynamicTest> answers(Consumer<Path> test) {
        return cases(Predicate.not(MappingTest::isRefused), test);
    }

    private static Stream<DynamicTest> cases(Predicate<Path> which, Consumer<Path> test) {
        return files(FIXTURES, "\\.response\\.json")
                .filter(which)
                .map(answer -> dynamicTest(name(answer), () -> test.accept(answer)));
    }

    private static Stream<Path> files(Path folder, String ending) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.getFileName().toString().matches(".*" + ending)).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode alone(JsonNode record) {
        return JSON.createObjectNode().set("record", record);
    }

    private static Path beside(Path answer, String ending) {
        return answer.resolveSibling(answer.getFileName().toString().replace(".response.json", ending));
    }

    private static boolean isRefused(Path answer) {
        return Files.exists(beside(answer, ".error.txt"));
    }

    private static String name(Path answer) {
        return FIXTURES.relativize(beside(answer, "")).toString();
    }

    private static JsonSchema event(String kind) {
        return schema(read(SCHEMAS.resolve(kind + ".v1.schema.json")));
    }

    private static JsonNode definition(String name) {
        ObjectNode schema = JSON.createObjectNode().put("$ref", "#/$defs/" + name);
        return schema.set("$defs", read(SCHEMAS.resolve("page.schema.json")).get("$defs"));
    }

    private static JsonSchema schema(JsonNode schema) {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema);
    }

    private static JsonNode read(Path file) {
        return json(text(file));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pretty(JsonNode node) {
        try {
            return JSON.writer(PRETTY).writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
