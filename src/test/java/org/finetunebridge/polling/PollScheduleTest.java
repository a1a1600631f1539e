package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.finetunebridge.polling.PollHistory.Kind;
import org.finetunebridge.provider.ErrorAction;

/**
 * What a schedule promises over any history. A thousand histories and more in {@code mvn test};
 * {@code mvn test -Dtest=PollScheduleTest -Dhistories=100000} plays so many.
 */
class PollScheduleTest {

    private static final int TRIES = 100;
    private static final int HISTORIES = Math.max(1, Integer.getInteger("histories", 1_200) / TRIES / 3);
    private static final Duration WEEK = Duration.ofDays(7);
    private static final List<ErrorAction> FAULTS = List.of(ErrorAction.TRANSIENT, ErrorAction.THROTTLED, ErrorAction.JOB,
            ErrorAction.SOURCE, ErrorAction.ODD);

    /** Invariants 1, 2 and 6: nothing too early, never too much at once, and every job that runs in time. */
    @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
    void asksNothingTooEarlyAndEveryJobInTime(@ForAll long seed) {
        for (int history = 0; history < HISTORIES; history++) {
            disturbed(seed + history);
        }
    }

    private static void disturbed(long seed) {
        var random = new Random(seed);
        // What was written before the wall clock was set back lasts longer after a restart, a day at most.
        boolean restarts = random.nextBoolean();
        var history = new PollHistory(new Kind(random.nextBoolean(), false, true, restarts, WEEK), seed);
        List<String> jobs = List.copyOf(history.lives.keySet());
        for (int change = 0; change < 8; change++) {
            String job = jobs.get(random.nextInt(jobs.size()));
            Duration time = Duration.ofSeconds(random.nextInt(random.nextInt(4) == 0 ? 10_000 : 200));
            String what = List.of(" jobs", "all", job + " events", job + " checkpoints", job + " job").get(random.nextInt(5));
            switch (random.nextInt(8)) {
                case 0, 1 -> history.fail(what, FAULTS.get(random.nextInt(FAULTS.size())), time);
                case 2 -> history.fail("sink", ErrorAction.TRANSIENT, time);
                case 3 -> history.become(job, List.of("SUCCEEDED", "FAILED").get(random.nextInt(2)));
                case 4 -> history.become(job, "RUNNING");
                case 5, 6 -> {
                    if (restarts) {
                        history.restart();
                    } else {
                        history.stepWall(Duration.ofSeconds(random.nextInt(2_000_000) - 1_000_000));
                    }
                }
                default -> history.vanish(job);
            }
            history.play(Duration.ofSeconds(random.nextInt(600)));
        }
        history.play(Duration.ofMinutes(5)).requireInTime();
    }

    /** Invariants 3 and 6: exactly the promised reads, over restarts and steps of the wall clock. */
    @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
    void readsWhatEndedAtThePromisedIntervals(@ForAll long seed) {
        for (int history = 0; history < HISTORIES; history++) {
            ended(seed + history);
        }
    }

    private static void ended(long seed) {
        var random = new Random(seed);
        Duration during = random.nextBoolean() ? Duration.ZERO : Duration.ofMinutes(60 + random.nextInt(60));
        boolean restarts = random.nextBoolean();
        var history = new PollHistory(new Kind(random.nextBoolean(), false, false, restarts, during), seed);
        history.play(Duration.ofSeconds(random.nextInt(100)));
        String job = history.lives.keySet().iterator().next();
        history.become(job, "SUCCEEDED");
        for (int part = 0; part < 8; part++) {
            history.play(Duration.ofSeconds(100 + random.nextInt(900)));
            if (restarts) {
                history.restart();
            } else {
                history.stepWall(Duration.ofSeconds(during.isZero() ? random.nextInt(200_000) - 100_000 : 0));
            }
        }
        if (!restarts) {
            requirePromised(history, job, during);
        }
        assertThat(history.state(job).graceReads()).isBetween(3, 4);
    }

    /** Counted in cycles from the read that showed the end: 0, 1, 5, 21, and then every 30. */
    private static void requirePromised(PollHistory history, String job, Duration during) {
        List<Long> reads = history.wholeReads.get(job);
        int last = reads.size() - 1;
        int rechecks = (int) (during.toNanos() / PollHistory.RECHECK.toNanos());
        int from = Math.max(0, last - 3 - rechecks);
        List<Long> gaps = new ArrayList<>();
        for (int read = from + 1; read <= last; read++) {
            gaps.add(Math.round((reads.get(read) - reads.get(read - 1)) / (double) PollHistory.PERIOD.toNanos()));
        }
        if (during.isZero()) {
            assertThat(gaps).as("cycles between the last reads").containsExactly(1L, 4L, 16L);
            assertThat(history.state(job).retired()).isNotNull();
        } else {
            assertThat(gaps).filteredOn(gap -> gap > 16).allMatch(gap -> gap == 30L);
        }
    }

    /** Invariant 4: the waits grow to five minutes for what may pass, and to an hour for what may not. */
    @Property(tries = TRIES / 5, shrinking = ShrinkingMode.OFF)
    void asksWhatFailsForEverLessAndLess(@ForAll long seed) {
        var random = new Random(seed);
        ErrorAction how = FAULTS.get(random.nextInt(FAULTS.size()));
        var history = new PollHistory(new Kind(random.nextBoolean(), false, false, false, WEEK), seed);
        String what = List.of(history.kind.listed() ? " jobs" : "job-0 job", "job-0 events").get(random.nextInt(2));
        // A key that is refused is refused for everything.
        history.fail("all", how, how == ErrorAction.SOURCE ? Duration.ofDays(1) : Duration.ZERO);
        history.play(Duration.ofMinutes(2)).become("job-0", "RUNNING");
        history.fail(what, how, Duration.ofDays(1));
        int before = history.attempts.getOrDefault(what, 0);
        history.play(Duration.ofHours(2));

        // The slowest waits are 2.5 to 5 minutes, and 30 to 60.
        boolean suspends = how == ErrorAction.JOB || how == ErrorAction.SOURCE || how == ErrorAction.ODD;
        assertThat(history.attempts.getOrDefault(what, 0) - before).as("%s %s", what, how)
                .isLessThanOrEqualTo(suspends ? 12 + 4 : 14 + 48);
    }

    /** Invariant 5: it ends, and every job is counted once. */
    @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
    void endsACatchUpAndCountsEveryJobOnce(@ForAll long seed) {
        for (int history = 0; history < HISTORIES; history++) {
            var random = new Random(seed + history);
            var played = new PollHistory(new Kind(random.nextBoolean(), true, true, false, WEEK), seed + history);
            List<String> jobs = List.copyOf(played.lives.keySet());
            for (int faults = random.nextInt(4); faults > 0; faults--) {
                String job = jobs.get(random.nextInt(jobs.size()));
                played.fail(List.of(job + " events", job + " checkpoints", job + " job", " jobs", "all").get(random.nextInt(5)),
                        FAULTS.get(random.nextInt(FAULTS.size())), Duration.ofSeconds(random.nextInt(1_000)));
            }
            boolean listed = played.kind.listed();
            CycleResult result = played.playOnce().result();
            int failed = result.failed();
            assertThat(result.read() + failed).as("%s", result)
                    .isIn(listed ? List.of(1, jobs.size(), jobs.size() + 1) : List.of(jobs.size()));
            assertThat(failed == 0).isEqualTo(result.reason() == null);
        }
    }
}
