package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.camel.FailureClassifier;
import org.finetunebridge.camel.http.Answered;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.event.cloudevents.EventMetadata;
import org.finetunebridge.provider.ErrorTable;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.Provider;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobStateSerde;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a provider sends ends as facts, as dead letters or as an error with a name: for every page that a provider
 * has a mapping for, through the beans of a real bridge. More: {@code mvn test -Dtest=FuzzIT -Dfuzz.tries=100000}
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FuzzIT {

    private static final int TRIES = Integer.getInteger("fuzz.tries", 150);
    private static final long SEED = Long.getLong("fuzz.seed", 42);
    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final ObjectMapper PLAIN = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
    private static final Instant NOW = Instant.parse("2026-03-01T04:05:06Z");

    private Bridge bridge;
    private ObjectMapper json;
    private JsltMapper mappings;

    /** A page of a provider: what is asked for, and where true answers to that are. */
    private record Kind(SourceSettings source, String resource, Path fixtures) {

        @Override
        public String toString() {
            return source.name() + ' ' + resource;
        }
    }

    @BeforeAll
    void prepare(@TempDir Path folder) throws IOException {
        var files = new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(), List.of());
        Map<String, String> keys = new TreeMap<>(Map.of("bridge.state.directory", folder.toString(), "bridge.sources",
                String.join(",", new ProviderRegistry(files).names())));
        for (String name : new ProviderRegistry(files).names()) {
            keys.put(name + ".api-key", "sk-fuzz");
            keys.put(name + ".base-url", "http://127.0.0.1:1");
            new ProviderRegistry(files).read(name).keys().forEach((key, fallback) ->
                    keys.put(name + '.' + key, fallback.equals(Provider.REQUIRED) ? "fuzz" : fallback));
        }
        bridge = new Bridge(files, keys, true, () -> NOW).unwatched();
        bridge.init();
        json = bean("json", ObjectMapper.class);
        mappings = bean("mapper", JsltMapper.class);
    }

    @AfterAll
    void close() {
        bridge.close();
    }

    Stream<Kind> kinds() {
        return bridge.settings().sources().stream().flatMap(source -> Stream.concat(
                Stream.of(source.provider().list(), source.provider().job()).filter(Objects::nonNull),
                source.provider().follow().stream()).distinct().map(resource -> new Kind(source, resource, fixtures(
                        source.provider().name(), resource))));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void endsAsFactsOrAsAnErrorWithAName(Kind kind) {
        var garbler = new Garbler(SEED, answers(kind.fixtures()));
        assertTimeoutPreemptively(Duration.ofSeconds(60 + TRIES / 100), () -> {
            int facts = 0;
            for (int attempt = 0; attempt < TRIES; attempt++) {
                facts += publish(kind, garbler.next(), attempt);
            }
            assertThat(facts).as("some of it can be told").isGreaterThan(TRIES / 100);
        });
    }

    private int publish(Kind kind, byte[] answer, int attempt) {
        try {
            Batch batch = read(kind, answer);
            batch.events().forEach(FuzzIT::check);
            batch.deadLetters().forEach(FuzzIT::check);
            for (JobState state : batch.states()) {
                assertThat(JobStateSerde.read(JobStateSerde.write(state))).isEqualTo(state);
            }
            return batch.events().size() + batch.states().size();
        } catch (IOException | RuntimeException | StackOverflowError e) {
            var poll = new PollTask(kind.source().name(), "", List.of(kind.resource()), kind.source().provider().ways());
            assertThat(FailureClassifier.classify(e, kind.source(), poll.getAttempt()).getMessage()).as("try %d of %s: %s", attempt, kind,
                    new String(answer, 0, Math.min(answer.length, 4000), StandardCharsets.UTF_8))
                    .doesNotStartWith(FailureClassifier.OURS);
            return 0;
        }
    }

    /** As poll.camel.yaml and fetch.camel.yaml do. */
    private Batch read(Kind kind, byte[] answer) throws IOException {
        SourceSettings source = kind.source();
        JsonNode tree = json.readTree(answer);
        ErrorTable errors = source.provider().errors();
        errors.means(200, errors.said(tree));
        if (errors.hides(tree)) {
            throw ProviderException.of(errors.means(200, errors.said(tree)), errors.said(tree).message(), answer);
        }
        JsonNode page = mappings.mapResource(tree, JsltMapper.asked("ft-1", ""), source.provider().name(),
                kind.resource());
        boolean list = kind.resource().equals(source.provider().list());
        var poll = new PollTask(source.name(), list ? "" : page.at("/facts/0/job").asText("ft-1"),
                List.of(kind.resource(), "another"), source.provider().ways());
        poll.ready(SinkSession.blank());
        poll.listing(new ListSnapshot(true));
        Answered.at(NOW, poll.getAttempt());
        return bridge.accounts().of(source.name()).detector().observe(page, poll);
    }

    private static void check(EncodedEvent event) {
        try {
            assertThat(PLAIN.readTree(event.value()).path("id").asText()).hasSize(26);
            assertThat(EventMetadata.of(event).time()).isNotNull();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private <T> T bean(String name, Class<T> type) {
        return bridge.context().getRegistry().lookupByNameAndType(name, type);
    }

    private static Path fixtures(String provider, String resource) {
        // What a provider has no answers of its own for is in the dialect that most of them speak.
        return Stream.of(provider, "openai").map(FIXTURES::resolve).flatMap(folder -> Stream.of(folder.resolve(resource), folder.resolve(resource + 's')))
                .filter(Files::isDirectory).findFirst().orElseThrow();
    }

    private static List<JsonNode> answers(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".response.json")).sorted().map(FuzzIT::tree).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode tree(Path file) {
        try {
            return PLAIN.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
