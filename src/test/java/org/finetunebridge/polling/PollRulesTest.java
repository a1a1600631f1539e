package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.polling.RetryPolicy.Failures;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.DeferredEvent;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobState.Retired;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.Suspension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a job is read, by the settings and by what is remembered of it. */
class PollRulesTest {

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final Duration PERIOD = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final List<String> FOLLOW = List.of("checkpoints", "events");
    private static final long SECOND = 1_000_000_000L;
    private static final long NOW = 1_000_000 * SECOND;
    private static final Moment MOMENT = new Moment(NOW, START);

    @ParameterizedTest
    @CsvSource({"0, 0", "7, 7", "3000000000, 3000000000", "3000000001, 0", "-1, 3000000000"})
    void waitsATenthOfThePeriodAtMostBeforeACycle(long seed, long jitter) {
        assertThat(watching(listed(PERIOD).build(), seed).jitter())
                .isEqualTo(jitter);
    }

    @Test
    void doesNotWaitBeforeACatchUp() {
        assertThat(new PollRules(listed(PERIOD).build(), RetryBudget.ONCE, 7).jitter()).isZero();
    }

    @Test
    void readsARetiredJobOnlyWhileACheckpointOfItIsAboutToExpire() {
        PollRules rules = watching(listed(PERIOD).timed(Duration.ZERO, HOUR));
        JobState retired = ended(4, null).retired(Retired.FINISHED);

        assertThat(rules.isOver(ended(4, null), MOMENT)).isFalse();
        assertThat(rules.isOver(retired, MOMENT)).isTrue();
        assertThat(rules.isOver(retired.expiring(START.plus(HOUR)), MOMENT)).isFalse();
        assertThat(rules.isOver(retired.expiring(START.plus(HOUR).plusSeconds(1)), MOMENT)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"PENDING, 90", "QUEUED, 90"})
    void readsAJobThatWaitsInEveryThirdPeriod(String status, long seconds) {
        assertThat(watching(listed(PERIOD)).nextAfter(state(status), 2, NOW)).isEqualTo(NOW + seconds * SECOND);
    }

    @Test
    void readsAJobThatRunsInEveryCycle() {
        assertThat(watching(listed(PERIOD)).nextAfter(state("RUNNING"), 2, NOW)).isEqualTo(-1);
        assertThat(watching(listed(PERIOD)).nextAfter(blank(), 2, NOW)).isEqualTo(-1);
    }

    @Test
    void readsAJobThatIsGivenInEveryCycleThoughItWaits() {
        assertThat(watching(new SourceBuilder().jobs("job-1")).nextAfter(state("QUEUED"), 2, NOW)).isEqualTo(-1);
    }

    @Test
    void readsAJobThatWaitsInEveryCycleOfACronExpression() {
        assertThat(watching(listed(PERIOD).cron("0 0 * * * ?")).nextAfter(state("QUEUED"), 2, NOW)).isEqualTo(-1);
    }

    /** "a", "b" and "c" have hash codes that follow each other. */
    @Test
    void spreadsTheJobsThatWaitOverThreePeriodsAfterTheFirstCycle() {
        PollRules rules = watching(listed(PERIOD));
        assertThat(List.of("a", "b", "c")).extracting(job -> (rules.nextAfter(of(job, "QUEUED"), 1,
                NOW) - NOW) / SECOND)
                .containsExactlyInAnyOrder(30L, 60L, 90L);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 30", "2, 120", "3, 480", "4, 3600"})
    void readsAJobThatEndedAtGrowingIntervals(int reads, long seconds) {
        assertThat(watching(listed(PERIOD)).nextAfter(ended(reads, START), 2, NOW)).isEqualTo(NOW + seconds * SECOND);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "3, 0", "4, 3600"})
    void readsAJobThatEndedInEachCycleOfACronExpressionAndThenEveryHour(int reads, long seconds) {
        assertThat(watching(listed(PERIOD).cron("0 0 * * * ?")).nextAfter(ended(reads, START), 2, NOW))
                .isEqualTo(NOW + seconds * SECOND);
    }

    /** Since the read that showed its end; seconds passed, and seconds left. */
    @ParameterizedTest
    @CsvSource({"1, 0, 30", "1, 10, 20", "1, 40, 0", "2, 0, 150", "2, 100, 50", "3, 0, 630", "3, 700, 0",
            "4, 630, 3600",
            "4, 631, 3599", "4, 4229, 1", "4, 4230, 3600", "4, 4231, 3599", "4, 0, 630", "4, 629, 1"})
    void keepsTheIntervalsOfAJobOfWhichOnlyTheStateIsKnown(int reads, long passed, long left) {
        assertThat(nextOf(watching(listed(PERIOD)), ended(reads, START.minusSeconds(passed))))
                .isEqualTo(NOW + left * SECOND);
    }

    @Test
    void readsAJobAtOnceThatEndedBeforeItsReadsWereCounted() {
        assertThat(nextOf(watching(listed(PERIOD)), ended(0, START))).isEqualTo(NOW);
        assertThat(nextOf(watching(listed(PERIOD)), ended(2, null))).isEqualTo(NOW);
    }

    /** The wall clock was set back: what is further ahead than a day, and than the interval itself, is void. */
    @ParameterizedTest
    @CsvSource({"30, 86370, 86400", "30, 86371, 0", "172800, 0, 172800", "172800, 1, 0", "172800, -86401, 86399"})
    void believesNoWaitThatIsLongerThanADayAndThanItsInterval(long period, long ahead, long left) {
        assertThat(nextOf(watching(listed(Duration.ofSeconds(period))), ended(1, START.plusSeconds(ahead))))
                .isEqualTo(NOW + left * SECOND);
    }

    @Test
    void keepsToWhatWasPlannedForAJobThatEnded() {
        long planned = NOW + 77 * SECOND;
        assertThat(next(ended(2, START), planned)).isEqualTo(planned);
        assertThat(next(ended(2, START), 0)).isZero();
        assertThat(next(ended(0, START), planned)).as("something came after its end").isEqualTo(NOW);
    }

    @ParameterizedTest
    @CsvSource({"QUEUED, 90, 90", "QUEUED, 91, ", "RUNNING, 60, "})
    void forgetsWhatWasPlannedForAJobThatWaitedBefore(String status, long planned, Long kept) {
        assertThat(next(state(status), NOW + planned * SECOND)).isEqualTo(kept == null ? -1 : NOW + kept * SECOND);
    }

    @ParameterizedTest
    @CsvSource({"0, true", "15, true", "16, false"})
    void readsAJobHalfAPeriodBeforeItsTime(long seconds, boolean read) {
        JobSchedule job = watching(listed(PERIOD)).beginning(ended(2, START), planned(seconds), FOLLOW, MOMENT);
        assertThat(!job.left().isEmpty()).isEqualTo(read);
        assertThat(job.counted()).as("one whose turn it is not is not missed").isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, false"})
    void readsAJobNotBeforeItsTimeInACycleOfACronExpression(long seconds, boolean read) {
        JobSchedule job = watching(listed(PERIOD).cron("0 0 * * * ?")).beginning(ended(2, START), planned(seconds),
                FOLLOW, MOMENT);
        assertThat(!job.left().isEmpty()).isEqualTo(read);
    }

    @Test
    void readsAJobBeforeItsTimeInACatchUp() {
        assertThat(once().beginning(ended(2, START), planned(1_000), FOLLOW, MOMENT).left()).isEqualTo(FOLLOW);
    }

    @Test
    void readsAJobBeforeItsTimeWhoseEndIsNotPublishedYet() {
        JobState deferred = new JobState("acme", "job-1", published("SUCCEEDED"), 2, null, Map.of(),
                new DeferredEvent("FAILED", START, null, "{}"), START, START);
        assertThat(watching(listed(PERIOD)).beginning(deferred, planned(1_000), FOLLOW, MOMENT).left())
                .isEqualTo(FOLLOW);
    }

    @Test
    void readsAJobBeforeItsTimeIfACheckpointOfItIsAboutToExpire() {
        JobState state = ended(2, START).expiring(START.plus(HOUR));
        assertThat(watching(listed(PERIOD).timed(Duration.ZERO, HOUR)).beginning(state, planned(1_000), FOLLOW, MOMENT)
                .left())
                .isEqualTo(FOLLOW);
        assertThat(watching(listed(PERIOD)).beginning(state, planned(1_000), FOLLOW, MOMENT).left()).isEmpty();
    }

    @Test
    void readsWhatFailedAfterWhatDidNotAndLastWhatHasToWait() {
        JobSchedule known = JobSchedule.of("job-1").with("waits", failures(1, NOW + 1))
                .with("failed", failures(1, NOW));
        List<String> resources = List.of("waits", "failed", "good");
        JobSchedule job = watching(listed(PERIOD)).beginning(state("RUNNING"), known, resources, MOMENT);

        assertThat(job.left()).containsExactly("good", "failed", "waits");
        assertThat(job.counted()).isFalse();
    }

    @Test
    void countsAJobAsNotReadThatIsSuspendedInPart() {
        JobState state = state("RUNNING").suspended("events", suspended());
        JobSchedule job = watching(listed(PERIOD)).beginning(state, JobSchedule.of("job-1"), FOLLOW, MOMENT);

        assertThat(job.left()).containsExactly("checkpoints");
        assertThat(job.counted()).isTrue();
        assertThat(job.failures("events").until()).isEqualTo(NOW + HOUR.toNanos());
    }

    @Test
    void readsWhatIsSuspendedInACatchUp() {
        JobState state = state("RUNNING").suspended("events", suspended());
        JobSchedule job = once().beginning(state, JobSchedule.of("job-1"), FOLLOW, MOMENT);

        assertThat(job.left()).isEqualTo(FOLLOW);
        assertThat(job.counted()).isFalse();
        assertThat(job.failures("events").suspension()).as("it is no new trouble").isNotNull();
    }

    /** What this process knows of a resource is newer than what the state says. */
    @Test
    void doesNotTakeASuspensionFromTheStateOfWhichItKnowsMore() {
        JobSchedule known = JobSchedule.of("job-1").with("events", failures(3, NOW + 5));
        assertThat(once().remembered(known, "events", suspended(), true, MOMENT)).isEqualTo(known);
        assertThat(once().remembered(JobSchedule.of("job-1"), "events", null, true, MOMENT))
                .isEqualTo(JobSchedule.of("job-1"));
    }

    @Test
    void namesTheSourceWhereTheListIsMeant() {
        assertThat(once().name("")).isEqualTo("acme");
        assertThat(once().name("job\n1")).startsWith("acme job job").doesNotContain("\n");
    }

    /** What failed together must not be tried again together. */
    @Test
    void saltsEachResourceAndEachCycleOtherwise() {
        long salt = once().salt("job-1 events", 1);
        assertThat(once().salt("job-1 events", 2)).isEqualTo(salt + 1);
        assertThat(once().salt("job-2 events", 1)).isNotEqualTo(salt);
        assertThat(new PollRules(listed(PERIOD).build(), RetryBudget.ONCE, 8).salt("job-1 events", 1))
                .isEqualTo(salt + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"results", "events"})
    void knowsWhatIsReadOnceAfterTheEnd(String resource) {
        assertThat(new PollRules(new SourceBuilder().once("results").build(), RetryBudget.ONCE, 7).isOnce(resource))
                .isEqualTo(resource.equals("results"));
    }

    @Test
    void readsAfterTheOthersWhatAnEndSaysIsToBeReadOnce() {
        PollRules rules = new PollRules(new SourceBuilder().once("results").build(), RetryBudget.ONCE, 7);
        PublishedState ended = new PublishedState("SUCCEEDED", Map.of(), List.of(),
                Map.of("results", new Cursor(0, List.of(), null, "file-1", null)));

        assertThat(rules.withOnce(blank().with(ended), FOLLOW)).containsExactly("checkpoints", "events", "results");
        assertThat(rules.withOnce(blank().with(ended.withDone("results")), FOLLOW)).isEqualTo(FOLLOW);
    }

    @Test
    void asksAJobForItselfBeforeWhatIsFollowedOfIt() {
        assertThat(once().resourcesWithoutAList()).containsExactly("job", "checkpoints", "events");
    }

    private static long nextOf(PollRules rules, JobState state) {
        return rules.beginning(state, JobSchedule.of("job-1"), FOLLOW, MOMENT).next();
    }

    private static long next(JobState state, long planned) {
        return watching(listed(PERIOD)).beginning(state, JobSchedule.of("job-1").next(planned), FOLLOW, MOMENT).next();
    }

    private static JobSchedule planned(long seconds) {
        return JobSchedule.of("job-1").next(NOW + seconds * SECOND);
    }

    private static Failures failures(int count, long until) {
        return new Failures(count, 0, 0, -1, until, null, "busy", false);
    }

    private static Suspension suspended() {
        return new Suspension("job", "error", "not there", 1, true, START.plus(HOUR));
    }

    private static JobState blank() {
        return JobState.blank("acme", "job-1");
    }

    private static JobState state(String status) {
        return of("job-1", status);
    }

    private static JobState of(String job, String status) {
        return JobState.blank("acme", job).with(published(status));
    }

    private static JobState ended(int reads, Instant quietSince) {
        return new JobState("acme", "job-1", published("SUCCEEDED"), reads, null, Map.of(), null, START, quietSince);
    }

    private static PublishedState published(String status) {
        return new PublishedState(status, Map.of("", List.of(status)), List.of(), Map.of());
    }

    private static PollRules watching(SourceBuilder source) {
        return watching(source.build(), 7);
    }

    private static PollRules watching(SourceSettings source, long seed) {
        return new PollRules(source, RetryBudget.watching(source), seed);
    }

    private static PollRules once() {
        return new PollRules(listed(PERIOD).build(), RetryBudget.ONCE, 7);
    }

    private static SourceBuilder listed(Duration period) {
        return new SourceBuilder().period(period);
    }
}
