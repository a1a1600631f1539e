package org.finetunebridge.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.finetunebridge.camel.http.Answered;
import org.finetunebridge.deadletter.DeadLetter;
import org.finetunebridge.deadletter.DeadLetterFactory;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.polling.ListReader;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.Provider;
import org.finetunebridge.provider.Provider.PaginationConfig;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RequestAttempt;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.AccessSettings;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.settings.TimedSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.FlakySink;
import org.finetunebridge.sink.FlakySink.Commit;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.StateDiff;

/** Over any history of records, polls, broken and mended mappings, resets, lost commits and replays. */
@Label("Replaying dead letters")
class RecordReplayerPropertyTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-03-01T04:05:06Z");
    private static final String JOB = "1768446000123456";
    private static final String EVENTS = "events";

    private static Path folder;
    private static JsltMapper good;
    private static JsltMapper broken;
    private static Provider minimax;

    /** What happens next. */
    enum Step {
        GOOD_LINE, WARNING, OF_ANOTHER_JOB, POLL, BREAK, MEND, RESET_JOB, RESET_ALL, REPLAY, REPLAY_WITHOUT_REMOVING,
        REPLAY_LOST, REPLAY_UNHEARD, REPLAY_REJECTED
    }

    @BeforeContainer
    static void mappings() throws IOException {
        folder = Files.createTempDirectory("mappings");
        String mapping = Files.readString(Path.of("routes/minimax-events.jslt"));
        String key = "\"key\": $moment";
        assertThat(mapping).contains(key);
        Files.writeString(folder.resolve("minimax-events.jslt"),
                mapping.replace(key, "\"key\": (if (.level == \"warn\") [null] else $moment)"));
        var packed = new RouteFiles(RouteFiles.class.getClassLoader(), RouteFiles.packed(), List.of());
        good = new JsltMapper(packed);
        broken = new JsltMapper(new RouteFiles(RouteFiles.class.getClassLoader(), RouteFiles.packed(), List.of(folder)));
        minimax = new ProviderRegistry(packed).read("minimax");
    }

    @AfterContainer
    static void clean() throws IOException {
        Files.delete(folder.resolve("minimax-events.jslt"));
        Files.delete(folder);
    }

    @Property
    void removesNothingThatIsNotPublished(@ForAll("histories") List<Step> history) {
        var run = new Run();
        history.forEach(run::step);

        run.assertThatEverythingIsPublishedOrKept();
    }

    /**
     * A mapping that could read a record and cannot any more may have it dead-lettered after it was published; what the
     * cursor has forgotten by then is published twice under its one id, rather than never.
     */
    @Property
    void publishesNothingTwiceUnlessTheStateIsReset(@ForAll("withoutResets") List<Step> history) {
        var run = new Run();
        history.forEach(run::step);
        run.step(Step.MEND);
        run.step(Step.POLL);
        run.step(Step.REPLAY);

        assertThat(run.published()).doesNotHaveDuplicates();
        assertThat(run.letters()).allMatch(letter -> !letter.record().path("id").asText().equals(JOB));
        assertThat(run.published()).containsAll(run.lines.stream().filter(line -> line.path("id").asText().equals(JOB))
                .map(line -> run.id(line)).toList());
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        return Arbitraries.of(Step.class).list().ofMaxSize(40);
    }

    @Provide
    Arbitrary<List<Step>> withoutResets() {
        return Arbitraries.of(Step.class).filter(step -> !Set.of(Step.RESET_JOB, Step.RESET_ALL, Step.BREAK).contains(step))
                .list().ofMaxSize(40);
    }

    /** One history. The provider shows everything it ever showed. */
    private static final class Run {

        private final FlakySink sink = new FlakySink();
        private final List<JsonNode> lines = new ArrayList<>();
        private final Set<String> deadLettered = new HashSet<>();
        private final SourceSettings source = new SourceSettings("minimax", minimax, "http://127.0.0.1", "key", List.of(),
                List.of(), null, Duration.ofSeconds(30), null, ZoneOffset.UTC, 4, 0, ZoneOffset.UTC, Duration.ofSeconds(60),
                Map.of(), Duration.ofHours(1), Duration.ofDays(7), Set.copyOf(SourceSettings.EVENTS.values()), AccessSettings.NONE, TimedSettings.NONE);
        private final CloudEventWriter envelope = new CloudEventWriter("minimax", "minimax", ZoneOffset.UTC, false);
        private final FactParser parser = new FactParser("minimax", ZoneOffset.UTC);
        private Publisher publisher = new Publisher(sink);
        private JsltMapper mapping = broken;

        void step(Step step) {
            switch (step) {
                case GOOD_LINE -> lines.add(line(JOB, "info"));
                case WARNING -> lines.add(line(JOB, "warn"));
                case OF_ANOTHER_JOB -> lines.add(line("999", "info"));
                case POLL -> poll();
                case BREAK -> mapping = broken;
                case MEND -> mapping = good;
                case RESET_JOB -> reset(JobState.name("minimax", JOB));
                case RESET_ALL -> sink.peek().stream().map(JobState::name).toList().forEach(this::reset);
                case REPLAY -> replay(Commit.GOOD, true);
                case REPLAY_WITHOUT_REMOVING -> replay(Commit.GOOD, false);
                case REPLAY_LOST -> replay(Commit.LOST, true);
                case REPLAY_UNHEARD -> replay(Commit.UNHEARD, true);
                case REPLAY_REJECTED -> replay(Commit.REJECTED, true);
            }
        }

        private JsonNode line(String job, String level) {
            ObjectNode line = JSON.createObjectNode();
            return line.put("id", job).put("created_at", NOW.toEpochMilli() + lines.size()).put("level", level)
                    .put("message", lines.size() % 4 == 3 ? "{\"status\": \"running\"}" : "line").put("object", "finetune.event");
        }

        private void poll() {
            SinkSession session = publisher.session();
            JobState state = session.of("minimax", JOB);
            int from = (int) Math.max(0, state.published().cursor(EVENTS).position() - 1);
            ArrayNode page = JSON.createArrayNode().addAll(lines.subList(from, lines.size()));
            JsonNode answer = JSON.createObjectNode().set("event_list", page);
            RecordPage read = RecordPage.of(mapping.mapResource(answer, JsltMapper.asked(JOB, ""), "minimax", EVENTS), parser);
            List<ParseResult> results = read.results().stream().map(result -> result.fact() == null
                    || result.job().equals(JOB) ? result
                    : result.rejected("it is about another job than the one asked for")).toList();
            ListReader reader = ListReader.of(EVENTS, new PaginationConfig(Set.of(EVENTS), Set.of(), Set.of(), Set.of(),
                    Set.of(), Set.of(), Set.of(), Map.of()));
            StateDiff diff = reader.read(reader.begin(state.published().cursor(EVENTS)), state.published(),
                    read.with(results), false).diff();
            var attempt = new RequestAttempt();
            Answered.at(NOW, attempt);
            List<EncodedEvent> letters = diff.rejected().stream()
                    .map(result -> new DeadLetterFactory(envelope).ofRecord(result, JOB, EVENTS, attempt, NOW)).toList();
            publisher.publish(new Batch(session, diff.items().stream().map(item -> envelope.of(item, NOW, null)).toList(),
                    letters, List.of(state.with(diff.published()))));
            diff.rejected().forEach(result -> deadLettered.add(result.id()));
        }

        private void reset(String name) {
            publisher.close();
            sink.open();
            sink.forget(List.of(name));
            publisher = new Publisher(sink);
        }

        private void replay(Commit first, boolean removing) {
            publisher.session();
            List<DeadLetter> letters = letters();
            var outcome = new ReplayOutcome(letters.size());
            sink.next(List.of(first));
            try {
                new RecordReplayer(source, mapping, envelope, publisher, () -> NOW).replay(letters, outcome);
            } catch (SinkUnavailableException e) {
                assertThat(first).isIn(Commit.LOST, Commit.UNHEARD);
            }
            sink.heal();
            if (removing) {
                sink.removeDeadLetters(outcome::isPublished);
            }
            assertThatEverythingIsPublishedOrKept();
        }

        private List<DeadLetter> letters() {
            return sink.deadLetters().stream().map(DeadLetter::read).toList();
        }

        private List<String> published() {
            return sink.events().stream().map(event -> {
                try {
                    return JSON.readTree(new String(event.value(), UTF_8)).path("id").asText();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }).toList();
        }

        /** The id of a line's event, by the mapping that can read it. */
        private String id(JsonNode line) {
            JsonNode answer = JSON.createObjectNode().set("record", line);
            return RecordPage.of(good.mapResource(answer, JsltMapper.asked(JOB, ""), "minimax", EVENTS), parser).results().get(0).id();
        }

        void assertThatEverythingIsPublishedOrKept() {
            Set<String> kept = new HashSet<>();
            letters().forEach(letter -> kept.add(ParseResult.nameOf(letter.record())));
            Set<String> published = new HashSet<>(published());
            for (JsonNode line : lines) {
                String name = ParseResult.nameOf(line);
                assertThat(!deadLettered.contains(name) || kept.contains(name) || published.contains(id(line)))
                        .as("the letter of %s is gone, and it was never published", line).isTrue();
            }
        }
    }
}
