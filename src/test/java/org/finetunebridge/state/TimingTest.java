package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimingTest {

    private static final Instant NEWS = Instant.parse("2026-03-02T00:00:00Z");
    private static final Instant SOON = Instant.parse("2026-03-09T00:00:00Z");

    /** Two episodes never begin at one moment, but a clock that was set back by more than a day is believed. */
    @ParameterizedTest
    @CsvSource({"2026-03-02T00:00:01Z, 2026-03-02T00:00:01Z", "2026-03-02T00:00:00Z, 2026-03-02T00:00:00.001Z",
        "2026-03-01T12:00:00Z, 2026-03-02T00:00:00.001Z", "2026-03-01T00:00:00Z, 2026-03-02T00:00:00.001Z",
        "2026-02-28T23:59:59Z, 2026-02-28T23:59:59Z"})
    void beginsAnEpisodeOfItsOwn(Instant at, Instant begins) {
        Timing stalled = Timing.NONE.progressed(NEWS).asStalled();
        assertThat(stalled).isEqualTo(new Timing(NEWS, true, null, Map.of(), null));
        assertThat(stalled.progressed(at)).isEqualTo(new Timing(begins, false, null, Map.of(), null));
    }

    @Test
    void isNothingOnceNothingOfItCounts() {
        assertThat(Timing.NONE.progressed(NEWS).quiet()).isSameAs(Timing.NONE);
        assertThat(Timing.NONE.expires(SOON).expires(null)).isSameAs(Timing.NONE);
        assertThat(Timing.NONE.progressed(NEWS).tombstone()).isSameAs(Timing.NONE);
    }

    @Test
    void keepsWhatExpiresWhenTheJobEnds() {
        Timing timing = Timing.NONE.published("c-1", SOON).expires(SOON.plusSeconds(1));
        assertThat(timing.progressed(NEWS).quiet()).isEqualTo(timing);
        assertThat(timing.quiet()).isSameAs(timing);
        assertThat(timing).isEqualTo(new Timing(null, false, SOON.plusSeconds(1), Map.of("c-1", SOON), null));
        assertThat(Timing.NONE.published("c-1", SOON).quiet().expiring()).containsOnlyKeys("c-1");
    }

    @Test
    void remembersAMomentInThePlaceOfNamesOnceTheJobIsReadNoMore() {
        Timing kept = Timing.NONE.published("a", SOON).published("b", SOON.plusSeconds(1)).published("c",
                NEWS).tombstone();
        assertThat(kept).isEqualTo(new Timing(null, false, null, Map.of(), SOON.plusSeconds(1)));
        assertThat(kept.isPublished("any", SOON.plusSeconds(1))).isTrue();
        assertThat(kept.isPublished("any", SOON.plusSeconds(2))).isFalse();
        assertThat(kept.tombstone()).isEqualTo(kept);
        assertThat(kept.published("d", NEWS).tombstone()).isEqualTo(kept);
    }

    @Test
    void publishesACheckpointOnceWheneverItExpires() {
        Timing timing = Timing.NONE.published("c-1", SOON);
        assertThat(timing.isPublished("c-1", SOON.plusSeconds(9))).isTrue();
        assertThat(timing.isPublished("c-2", SOON)).isFalse();
    }

    /** What is forgotten is what expires first, and still counts as published. */
    @Test
    void forgetsTheNameThatExpiresFirstOfMoreThanItKeeps() {
        Map<String, Instant> full = IntStream.range(0, 4095).boxed()
                .collect(Collectors.toMap(n -> "c-" + n, n -> SOON.plusSeconds(n)));
        Timing timing = new Timing(null, false, null, full, null).published("c-4095", SOON.plusSeconds(4095));
        assertThat(timing.expiring()).hasSize(4096).containsKey("c-0");
        assertThat(timing.expiringUntil()).isNull();
        Timing more = timing.published("c-4096", SOON.plusSeconds(4096));
        assertThat(more.expiring()).hasSize(4096).doesNotContainKey("c-0").containsKeys("c-1", "c-4096");
        assertThat(more.expiringUntil()).isEqualTo(SOON);
        assertThat(more.isPublished("c-0", SOON)).isTrue();
    }
}
