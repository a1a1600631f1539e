package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.LongStream;
import org.finetunebridge.polling.PollClock.Moment;
import org.junit.jupiter.api.Test;

class PollClockTest {

    private static final Instant WALL = Instant.parse("2026-03-01T00:00:00Z");

    /** The origin is its own making: a long that begins anywhere could overflow in a sum. */
    @Test
    void countsFromItsMakingWhateverTheWallClockSays() {
        long before = System.nanoTime();
        PollClock clock = PollClock.of(() -> WALL);
        long first = clock.nanos();
        long second = clock.nanos();

        assertThat(first).isBetween(0L, System.nanoTime() - before);
        assertThat(second).isBetween(first, System.nanoTime() - before);
        assertThat(LongStream.generate(clock::nanos).limit(100_000)).as("time passes").anyMatch(nanos -> nanos > first);
        assertThat(clock.instant()).isEqualTo(WALL);
    }

    @Test
    void isItselfIfItCountsAlready() {
        var clock = new PollClock() {
            @Override
            public Instant instant() {
                return WALL;
            }

            @Override
            public long nanos() {
                return Duration.ofSeconds(1).toNanos();
            }
        };

        assertThat(PollClock.of(clock)).isSameAs(clock);
        assertThat(clock.now()).isEqualTo(new Moment(1_000_000_000L, WALL));
    }
}
