package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.finetunebridge.state.JobState.Retired;
import org.junit.jupiter.api.Test;

class JobStateSerdeTest {

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
                Map.of(), null, cursor.newest(), null);
        var state = new JobState("dashscope", "ft-202603010800-1a2b", published, 0, null, null, null);

        assertThat(JobStateSerde.write(state).getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(1_050);
        assertThat(JobStateSerde.write(state.retired(Retired.FINISHED)).getBytes(StandardCharsets.UTF_8))
                .as("a tombstone").hasSizeLessThan(400);
    }

    /** What is held is the whole job as a provider's list shows it: here a common one, with all its fields. */
    @Test
    void isSmallAlsoWhileAnEndIsHeldBack() {
        String fact = "{\"id\":\"abcdefghijklmnopqrstuvwxyz\",\"time\":\"2026-03-01T08:00:00.123Z\",\"timeRaw\":"
                + "\"2026-03-01 16:00:00.123\",\"data\":" + "x".repeat(560) + '}';
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

    @Provide
    Arbitrary<JobState> states() {
        return Combinators.combine(texts(), texts(), published(), Arbitraries.integers().between(0, 2),
                Arbitraries.of(Retired.class).injectNull(0.5), suspension().injectNull(0.5), deferred().injectNull(0.5))
                .as(JobState::new);
    }

    private static Arbitrary<DeferredEvent> deferred() {
        return Combinators.combine(texts(), instants(), texts().injectNull(0.3), texts()).as(DeferredEvent::new);
    }

    private static Arbitrary<PublishedState> published() {
        Arbitrary<List<String>> lists = texts().list().ofMaxSize(4);
        return Combinators.combine(texts().injectNull(0.3), Arbitraries.maps(texts(), lists).ofMaxSize(4), lists,
                Arbitraries.maps(texts(), cursors()).ofMaxSize(2)).as(PublishedState::new);
    }

    private static Arbitrary<Cursor> cursors() {
        return Combinators.combine(Arbitraries.longs().between(0, Long.MAX_VALUE), texts().list().ofMaxSize(5),
                instants().injectNull(0.3), texts().injectNull(0.7), texts().injectNull(0.7)).as(Cursor::new);
    }

    private static Arbitrary<Suspension> suspension() {
        return Combinators.combine(oneTrouble(), oneTrouble().injectNull(0.7)).as(Suspension::beside);
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
