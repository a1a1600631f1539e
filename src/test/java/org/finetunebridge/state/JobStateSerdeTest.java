package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.sessions.JqwikSession;
import org.finetunebridge.CompatibilityWorld;
import org.finetunebridge.state.JobState.Retired;
import org.junit.jupiter.api.Test;

class JobStateSerdeTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Property
    void readsWhatItWrote(@ForAll("states") JobState state) throws IOException {
        String json = JobStateSerde.write(state);

        assertThat(JobStateSerde.read(json)).isEqualTo(state);
        assertThat(json).doesNotContain("\n");
    }

    @Test
    void isSmall() {
        Map<String, List<String>> things = new TreeMap<>();
        things.put("", List.of("PENDING", "QUEUED", "RUNNING"));
        IntStream.range(1, 11).forEach(n -> things.put("checkpoint-" + n * 100, List.of("AVAILABLE_NOT_EXPORTED")));
        List<String> last = IntStream.range(0, Cursor.BOUNDARY)
                .mapToObj(n -> "abcdefghijklmnopqrstuvwx" + (10 + n)).toList();
        var cursor = new Cursor(12_345, last, Instant.parse("2026-03-01T08:00:00.123Z"), null, null);
        var published = new PublishedState("RUNNING", things, List.of(), Map.of("events", cursor),
                Map.of(), null, cursor.newest(), null, TrainingSummary.NONE);
        var state = JobState.blank("dashscope", "ft-202603010800-1a2b").with(published);

        assertThat(JobStateSerde.write(state).getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(1_050);
        assertThat(JobStateSerde.write(state.retired(Retired.FINISHED)).getBytes(StandardCharsets.UTF_8))
                .as("a tombstone").hasSizeLessThan(400);
    }

    /** What is held is the whole job as a provider's list shows it: here a common one, with all its fields. */
    @Test
    void isSmallAlsoWhileAnEndIsHeldBack() {
        String fact = "{\"id\":\"abcdefghijklmnopqrstuvwxyz\",\"time\":\"2026-03-01T08:00:00.123Z\",\"timeRaw\":"
                + "\"2026-03-01 16:00:00.123\",\"data\":{\"status\":\"" + "x".repeat(547) + "\"}}";
        var deferred = new DeferredEvent("SUCCEEDED", Instant.parse("2026-03-01T08:00:01.123Z"),
                "6f0a1b2c-3d4e-5f60-7182-93a4b5c6d7e8", fact);

        assertThat(JobStateSerde.write(JobState.blank("dashscope", "ft-202603010800-1a2b").deferring(deferred)))
                .hasSizeLessThan(1_050);
    }

    @Test
    void doesNotReadWhatItDoesNotUnderstand() {
        assertThatIOException().isThrownBy(() -> JobStateSerde.read("{\"source\":\"a\"}"));
        assertThatIOException()
                .isThrownBy(() -> JobStateSerde.read("{\"source\":\"a\",\"job\":\"b\",\"retired\":\"SOLD\"}"))
                .withMessageContaining("another version");
        assertThatIOException().isThrownBy(() -> JobStateSerde.read(
                "{\"source\":\"a\",\"job\":\"b\",\"cursors\":{\"events\":{\"position\":1,\"newest\":\"soon\"}}}"));
    }

    /** Half a character, as a text that was cut leaves it, would become a question mark in UTF-8. */
    @Test
    void keepsHalfACharacterThroughBytes() throws IOException {
        var state = JobState.blank("acme", "job-\ud83d").with(new PublishedState("RUNNING", Map.of("", List.of("RUNNING"),
                "c-\ude00", List.of("UNKNOWN \ud83d")), List.of(), Map.of()));

        byte[] bytes = JobStateSerde.write(state).getBytes(StandardCharsets.UTF_8);
        assertThat(JobStateSerde.read(new String(bytes, StandardCharsets.UTF_8))).isEqualTo(state);
    }

    /** As versions before wrote it: one suspension of a job, and that of a list in, or in place of, its source's. */
    @Test
    void readsTheSuspensionsOfVersionsBefore() throws IOException {
        String trouble = "\"error\":\"e\",\"reason\":\"r\",\"attempts\":2,\"parked\":true,\"until\":\"2026-03-01T00:00:00Z\"";
        Suspension job = new Suspension("job", "e", "r", 2, true, Instant.parse("2026-03-01T00:00:00Z"));
        Suspension source = new Suspension("source", "e", "r", 2, true, Instant.parse("2026-03-01T00:00:00Z"));

        assertThat(JobStateSerde.read("{\"source\":\"a\",\"job\":\"b\",\"graceReads\":2,\"trouble\":{\"means\":\"job\","
                + trouble + "}}")).satisfies(state -> {
                    assertThat(state.suspensions()).isEqualTo(Map.of(JobState.WHOLE, job));
                    assertThat(state.suspensionOf("events")).isEqualTo(job);
                    assertThat(state.graceReads()).isEqualTo(2);
                });
        assertThat(JobStateSerde.read("{\"source\":\"a\",\"job\":\"\",\"trouble\":{\"means\":\"job\"," + trouble + "}}")
                .suspensions()).isEqualTo(Map.of(JobState.LIST, job));
        assertThat(JobStateSerde.read("{\"source\":\"a\",\"job\":\"\",\"trouble\":{\"means\":\"source\"," + trouble
                + ",\"list\":{\"means\":\"job\"," + trouble + "}}}").suspensions())
                .isEqualTo(Map.of(JobState.WHOLE, source, JobState.LIST, job));
    }

    @Provide
    Arbitrary<JobState> states() {
        return Combinators.combine(texts(), texts(), published(), Arbitraries.integers().between(0, 4),
                Arbitraries.of(Retired.class).injectNull(0.5), suspensions(), deferred().injectNull(0.5),
                Combinators.combine(instants().injectNull(0.5), instants().injectNull(0.5), timings()).as(Arrays::<Object>asList))
                .as((source, job, published, reads, retired, suspensions, deferred, times) -> new JobState(source, job,
                        published, reads, retired, suspensions, deferred, (Instant) times.get(0), (Instant) times.get(1),
                        (Timing) times.get(2)))
                // An error of the kind job, of a source as a whole, is what versions before wrote of its list.
                .filter(state -> !state.job().isEmpty() || !state.suspensions().containsKey(JobState.WHOLE)
                        || !state.suspensions().get(JobState.WHOLE).means().equals("job"));
    }

    private static Arbitrary<Timing> timings() {
        return Combinators.combine(instants().injectNull(0.5), Arbitraries.of(true, false), instants().injectNull(0.5),
                Arbitraries.maps(texts(), instants()).ofMaxSize(3), instants().injectNull(0.5)).as(Timing::new);
    }

    /** Most jobs have nothing of it, and their states must not grow. */
    @Test
    void writesNothingOfATimingThatSaysNothing() throws IOException {
        String text = JobStateSerde.write(JobState.blank("a", "b"));
        assertThat(text).isEqualTo("{\"source\":\"a\",\"job\":\"b\"}");
        assertThat(JobStateSerde.read(text).timing()).isSameAs(Timing.NONE);
    }

    private static Arbitrary<DeferredEvent> deferred() {
        return Combinators.combine(texts(), instants(), texts().injectNull(0.3), texts()).as(DeferredEvent::new);
    }

    private static Arbitrary<PublishedState> published() {
        Arbitrary<List<String>> lists = texts().list().ofMaxSize(4);
        Arbitrary<Map<String, Integer>> returns = Arbitraries.maps(texts(), Arbitraries.integers().between(1, 9)).ofMaxSize(2);
        return Combinators.combine(texts().injectNull(0.3), Arbitraries.maps(texts(), lists).ofMaxSize(4), lists,
                Arbitraries.maps(texts(), cursors()).ofMaxSize(2), returns, texts().injectNull(0.7), instants().injectNull(0.5),
                Combinators.combine(instants().injectNull(0.7), summaries()).as(Arrays::<Object>asList))
                .as((status, things, rejected, cursors, returned, leaving, newest, rest) -> new PublishedState(status, things, rejected,
                        cursors, returned, leaving, newest, (Instant) rest.get(0), (TrainingSummary) rest.get(1)));
    }

    private static Arbitrary<TrainingSummary> summaries() {
        // Steps are written among losses, as numbers of a double's precision.
        Arbitrary<Long> steps = Arbitraries.longs().between(-1, 1L << 53);
        Arbitrary<TrainingSummary.Losses> losses = Combinators.combine(Arbitraries.doubles(), steps, Arbitraries.doubles(), steps)
                .as(TrainingSummary.Losses::new);
        Arbitrary<TrainingSummary.Best> best = Combinators.combine(texts(), steps, Arbitraries.doubles(),
                texts().injectNull(0.5)).as(TrainingSummary.Best::new);
        return Combinators.combine(instants().injectNull(0.5), instants().injectNull(0.5), losses.injectNull(0.5), losses.injectNull(0.5),
                best.injectNull(0.5), Arbitraries.of(true, false)).as(TrainingSummary::new);
    }

    /** docs/compatibility.md: whatever may stand in a state, as each version wrote it. */
    @Test
    void readsWhatEachVersionWrote() throws IOException {
        Path kept = CompatibilityWorld.KEPT.resolve(System.getProperty("compatibility.write", "none")).resolve("states.ndjson");
        if (Files.isDirectory(kept.getParent()) && Files.notExists(kept)) {
            JqwikSession.start();
            CompatibilityWorld.write(kept, states().generator(1000).stream(new Random(1)).map(Shrinkable::value)
                    .limit(25).map(JobStateSerdeTest::ascii).toList());
            JqwikSession.finish();
        }
        try (Stream<Path> versions = Files.walk(CompatibilityWorld.KEPT)) {
            assertThat(versions.filter(file -> file.endsWith("states.ndjson"))).isNotEmpty().allSatisfy(file ->
                    assertThat(CompatibilityWorld.lines(file)).isNotEmpty().allSatisfy(line ->
                            assertThat(JSON.readTree(JobStateSerde.write(JobStateSerde.read(line)))).isEqualTo(JSON.readTree(line))));
        }
    }

    private static String ascii(JobState state) {
        try {
            return JSON.writer().with(JsonGenerator.Feature.ESCAPE_NON_ASCII).writeValueAsString(JSON.readTree(JobStateSerde.write(state)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** So a version can be taken back: what only a later one knows costs that, and nothing else. */
    @Test
    void readsAStateWithFieldsOfALaterVersion() throws IOException {
        String known = "{\"source\":\"a\",\"job\":\"b\",\"status\":\"RUNNING\",\"told\":{\"\":[\"RUNNING\"]},\"newest\":\"2026-03-01T00:00:00Z\"";
        assertThat(JobStateSerde.read(known + ",\"mood\":{\"of\":[1,\"good\"]},\"cursors\":{\"events\":{\"position\":3,\"last\":[],"
                + "\"lap\":7}}}")).isEqualTo(JobStateSerde.read(known + ",\"cursors\":{\"events\":{\"position\":3,\"last\":[]}}}"));
    }

    private static Arbitrary<Cursor> cursors() {
        return Combinators.combine(Arbitraries.longs().between(0, Long.MAX_VALUE), texts().list().ofMaxSize(5),
                instants().injectNull(0.3), texts().injectNull(0.7), texts().injectNull(0.7)).as(Cursor::new);
    }

    private static Arbitrary<Map<String, Suspension>> suspensions() {
        return Arbitraries.maps(Arbitraries.of("", "list", "events", "check points"), oneTrouble()).ofMaxSize(3)
                .map(Map::copyOf);
    }

    private static Arbitrary<Suspension> oneTrouble() {
        return Combinators.combine(texts(), texts(), texts(), Arbitraries.integers(), Arbitraries.of(true, false),
                instants()).as(Suspension::new);
    }

    private static Arbitrary<Instant> instants() {
        return Arbitraries.longs().between(0, 253_402_300_799_000L).map(Instant::ofEpochMilli);
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.strings().all().excludeChars(loneSurrogates()).ofMaxLength(12);
    }

    private static char[] loneSurrogates() {
        char[] all = new char[0xE000 - 0xD800];
        IntStream.range(0, all.length).forEach(n -> all[n] = (char) (0xD800 + n));
        return all;
    }
}
