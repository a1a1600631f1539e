package org.finetunebridge.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.finetunebridge.camel.Account;
import org.finetunebridge.camel.Accounts;
import org.finetunebridge.camel.http.ApiKey;
import org.finetunebridge.camel.http.ProviderClient;
import org.finetunebridge.deadletter.DeadLetterFactory;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.event.RecordPage.RecordKeyStrategy;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.polling.ListReader;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every fixture, published by a bridge that knows nothing yet: {@code <case>.events.ndjson} holds the lines it publishes,
 * {@code <case>.dead-letters.ndjson} the records it cannot use. Byte for byte, for consumers rely on every byte.
 */
class GoldenEventsTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Path SCHEMAS = Path.of("src/main/resources/schemas");
    private static final Instant OBSERVED = Instant.parse("2026-04-05T06:07:08.009Z");
    /** As the bridge reads answers. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();
    /** As the SDK reads events: with numbers of a double's precision. */
    private static final ObjectMapper SDK = new ObjectMapper();

    private final RouteFiles files = routes();
    private final JsltMapper mappings = new JsltMapper(files);
    private final Map<String, SourceSettings> sources = new ConcurrentHashMap<>();
    private final Map<String, JsonSchema> schemas = Stream.of("job.status-changed", "checkpoint.changed",
            "log.appended", "metrics.recorded", "dead-letter").collect(Collectors.toMap(word -> "urn:finetunebridge:schema:" + word + ":v1",
                    word -> schema(word + ".v1")));
    private final JsonSchema envelope = schema("cloudevent");

    @TestFactory
    Stream<DynamicTest> publishesEveryAnswerAsItsGoldenEvents() {
        return answers().map(answer -> dynamicTest(name(answer), () -> {
            var published = new Pipe(answer);
            Path deadLetters = beside(answer, ".dead-letters.ndjson");
            assertThatItIsGolden(published.events, beside(answer, ".events.ndjson"));
            if (published.deadLetters.isEmpty()) {
                Golden.update(deadLetters, null);
                assertThat(deadLetters).doesNotExist();
            } else {
                assertThatItIsGolden(published.deadLetters, deadLetters);
            }
        }));
    }

    private static void assertThatItIsGolden(List<String> lines, Path golden) {
        String text = lines.stream().map(line -> line + '\n').collect(Collectors.joining());
        Golden.update(golden, text);
        assertThat(golden).as("%s is missing; %s. It would be%n%s", golden, Golden.HOW, text).exists();
        assertThat(text).isEqualTo(text(golden));
    }

    @TestFactory
    Stream<DynamicTest> writesEventsThatFitTheSchemaTheyName() {
        return golden().map(file -> dynamicTest(name(file), () -> {
            for (JsonNode event : lines(file)) {
                assertThat(envelope.validate(event)).as("envelope of %s", event).isEmpty();
                assertThat(schemas.get(event.path("dataschema").asText()).validate(event.path("data")))
                        .as("data of %s", event).isEmpty();
                assertThat(event.path("dataschema").asText()).isEqualTo(event.path("type").asText()
                        .replaceAll("org\\.finetunebridge\\.(.*)\\.v1", "urn:finetunebridge:schema:$1:v1"));
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> writesEventsThatTheCloudEventsSdkReadsBack() {
        return golden().map(file -> dynamicTest(name(file), () -> {
            for (JsonNode json : lines(file)) {
                CloudEvent event = new JsonFormat().deserialize(json.toString().getBytes(UTF_8));
                assertThat(event.getId()).isEqualTo(json.path("id").asText());
                assertThat(event.getSource()).isEqualTo(URI.create(json.path("source").asText()));
                assertThat(event.getType()).isEqualTo(json.path("type").asText());
                assertThat(event.getSubject()).isEqualTo(json.path("subject").textValue());
                assertThat(event.getTime().toInstant()).isEqualTo(json.path("time").asText());
                assertThat(event.getExtension("partitionkey")).isEqualTo(json.path("partitionkey").textValue());
                assertThat(SDK.readTree(event.getData().toBytes())).isEqualTo(asTheSdkReadsNumbers(json.path("data")));
                assertThat(event.getExtensionNames()).isSubsetOf("partitionkey");
            }
        }));
    }

    private static JsonNode asTheSdkReadsNumbers(JsonNode data) throws IOException {
        return SDK.readTree(SDK.writeValueAsBytes(SDK.readTree(data.toString())));
    }

    /** A pipe that swaps two facts' ids, or gives one to both, would pass every other check here. */
    @TestFactory
    Stream<DynamicTest> givesEveryFactOfAnAnswerAnIdOfItsOwn() {
        return golden().map(file -> dynamicTest(name(file),
                () -> assertThat(lines(file)).extracting(event -> event.path("id").asText()).doesNotHaveDuplicates()));
    }

    /** What the bridge makes of one answer. */
    private final class Pipe {
        private final List<String> events = new ArrayList<>();
        private final List<String> deadLetters = new ArrayList<>();

        Pipe(Path answer) throws Exception {
            SourceSettings source = source(answer.getName(FIXTURES.getNameCount()).toString());
            String resource = answer.getParent().getFileName().toString();
            var provider = source.provider();
            var attempt = new RequestAttempt();
            byte[] body = answered(source, resource, Files.readAllBytes(answer), attempt);
            var ways = provider.ways();
            // A job without a mapping of its own is mapped like a list of one, but asked in its own way.
            String way = resource.equals(provider.list()) && answer.toString().contains("-embedded")
                    || answer.getFileName().toString().startsWith("detail") ? "job" : resource;
            RecordPage page = RecordPage.of(mappings.mapResource(JSON.readTree(body), MappingTest.asked(answer),
                    provider.name(), resource), new FactParser(provider.name(), source.zone()),
                    new RecordKeyStrategy(ways.recent().contains(way), ways.numbered().contains(way),
                            ways.indexed().contains(way) ? MappingTest.asked(answer).path("cursor").asLong() : -1));
            var writer = new CloudEventWriter(provider.name(), source.name(), source.zone(), false);
            String requestId = page.requestId() == null ? attempt.requestId() : page.requestId();
            for (StateDiff diff : diff(page, way, provider)) {
                diff.items().forEach(item -> events.add(text(writer.of(item, OBSERVED, requestId))));
                for (ParseResult rejected : diff.rejected()) {
                    deadLetters.add(text(new DeadLetterFactory(writer).ofRecord(rejected, "", resource, attempt, OBSERVED)));
                }
            }
        }

        /** A list shows many jobs, each with a state of its own; anything else is about one. */
        private static List<StateDiff> diff(RecordPage page, String resource, Provider provider) {
            if (provider.ways().recent().contains(resource)) {
                return List.of(StateDiff.ofList(PublishedState.NOTHING, page.results(), resource, false));
            }
            if (!resource.equals(provider.list())) {
                ListReader reader = ListReader.of(resource, provider.ways());
                return List.of(reader.read(reader.begin(Cursor.START), PublishedState.NOTHING, page, true).diff());
            }
            var groups = new LinkedHashMap<String, List<ParseResult>>();
            page.results().forEach(result -> groups.computeIfAbsent(String.valueOf(result.job()), job -> new ArrayList<>()).add(result));
            return groups.values().stream().map(results -> StateDiff.ofState(PublishedState.NOTHING, results)).toList();
        }
    }

    private static byte[] answered(SourceSettings source, String resource, byte[] body, RequestAttempt attempt)
            throws Exception {
        var accounts = new Accounts();
        accounts.add(new Account(source, new ApiKey(source.name(), source.apiKey(), null), null, null,
                "60s", Map.of()));
        var client = new ProviderClient(accounts, JSON, () -> OBSERVED);
        try (var context = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(context);
            exchange.getMessage().setHeader(Exchange.HTTP_METHOD, "GET");
            exchange.getMessage().setHeader(Exchange.HTTP_PATH, "/" + resource);
            exchange.setVariable("source", source.name());
            exchange.setVariable("attempt", attempt);
            client.ask(exchange);
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
            exchange.getMessage().setBody(body);
            client.answered(exchange);
            return exchange.getMessage().getBody(byte[].class);
        }
    }

    private SourceSettings source(String provider) {
        return sources.computeIfAbsent(provider, name -> {
            Map<String, String> keys = new TreeMap<>(Map.of("bridge.sources", "team-a", "team-a.provider", name, "team-a.api-key", "sk"));
            try {
                new ProviderRegistry(files).read(name).keys().entrySet().stream().filter(key -> key.getValue().equals(Provider.REQUIRED))
                        .forEach(key -> keys.put("team-a." + key.getKey(), "sandbox"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new SettingsReader(new ProviderRegistry(files), (cron, zone, now) -> null, () -> OBSERVED).read(keys).sources().get(0);
        });
    }

    private static RouteFiles routes() {
        try {
            return new RouteFiles(GoldenEventsTest.class.getClassLoader(), List.of(), List.of(Path.of("routes")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> answers() {
        return files("\\.response\\.json").filter(answer -> !Files.exists(beside(answer, ".error.txt")));
    }

    private static Stream<Path> golden() {
        return files("\\.ndjson");
    }

    private static Stream<Path> files(String ending) {
        try (Stream<Path> all = Files.walk(FIXTURES)) {
            return all.filter(file -> file.toString().matches(".*" + ending)).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path beside(Path answer, String ending) {
        return answer.resolveSibling(answer.getFileName().toString().replace(".response.json", ending));
    }

    private static String name(Path file) {
        return FIXTURES.relativize(file).toString();
    }

    private static List<JsonNode> lines(Path file) {
        return text(file).lines().map(GoldenEventsTest::json).toList();
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonSchema schema(String name) {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(json(text(SCHEMAS.resolve(name + ".schema.json"))));
    }

    private static String text(EncodedEvent event) {
        return new String(event.value(), UTF_8);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
