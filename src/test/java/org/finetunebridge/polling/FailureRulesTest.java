package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.polling.RetryPolicy.Decision;
import org.finetunebridge.polling.RetryPolicy.Failures;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.Suspension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a cycle gives up, what it says of that, and what a failure means. */
class FailureRulesTest {

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final Duration PERIOD = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final long SECOND = 1_000_000_000L;
    private static final long NOW = 1_000_000 * SECOND;
    private static final Moment MOMENT = new Moment(NOW, START);
    private static final SourceHold FREE = SourceHold.NONE;
    private static final JobState RUNNING = JobState.blank("acme", "job-1")
            .with(new PublishedState("RUNNING", Map.of("", List.of("RUNNING")), List.of(), Map.of()));

    /** Two minutes after the cycle began, at most, or a period if that is shorter. */
    @ParameterizedTest
    @CsvSource({"30, true", "31, false"})
    void givesUpWhatIsNotDueBeforeTheNextCycle(long seconds, boolean kept) {
        JobSchedule job = left("events").with("events", failures(1, NOW + seconds * SECOND, null));
        assertThat(watching().kept(job, FREE, NOW, MOMENT)).isEqualTo(kept ? List.of("events") : List.of());
        SourceHold held = FREE.heldUntil(NOW + seconds * SECOND);
        assertThat(watching().kept(left("events"), held, NOW, MOMENT)).hasSize(kept ? 1 : 0);
    }

    /** A rest is no failure. */
    @Test
    void waitsForTheEndOfARestInAWatchAndNotInACatchUp() {
        SourceHold resting = FREE.answered(Duration.ofMinutes(3), MOMENT);
        assertThat(watching().kept(left("events"), resting, NOW, MOMENT)).containsExactly("events");
        assertThat(once().kept(left("events"), resting, NOW, MOMENT)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"119, true", "120, true", "121, false"})
    void triesARequestTwoMinutesInACatchUpFromItsFirstFailure(long seconds, boolean kept) {
        JobSchedule job = left("events").with("events", new Failures(2, 0, 0, NOW - SECOND,
                NOW + (seconds - 1) * SECOND, null, "", false));
        assertThat(once().kept(job, FREE, NOW - 1_000 * SECOND, MOMENT)).hasSize(kept ? 1 : 0);
    }

    @Test
    void triesARequestTwoMinutesInACatchUpThatFailedFirstAtTheVeryBeginning() {
        JobSchedule job = left("events").with("events", new Failures(2, 0, 0, 0, 121 * SECOND, null, "", false));
        assertThat(once().kept(job, FREE, 0, new Moment(60 * SECOND, START))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"120, true", "121, false"})
    void waitsTwoMinutesFromNowInACatchUpForWhatDidNotFail(long seconds, boolean kept) {
        SourceHold held = FREE.heldUntil(NOW + seconds * SECOND);
        assertThat(once().kept(left("events"), held, NOW - 1_000 * SECOND, MOMENT)).hasSize(kept ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({"20, true", "21, false"})
    void waitsTwoMinutesInACatchUpForTheSinkFromItsFirstFailure(long seconds, boolean kept) {
        SourceHold held = FREE.unwritable("full", NOW - 100 * SECOND).heldUntil(NOW + seconds * SECOND);
        assertThat(once().kept(left("events"), held, NOW - 1_000 * SECOND, MOMENT)).hasSize(kept ? 1 : 0);
    }

    @Test
    void saysThatTheSinkFailsBeforeWhatElseIsWrong() {
        assertThat(once().whyNot(failing("busy"), List.of(), FREE.unwritable("full", NOW)))
                .isEqualTo("nothing can be written: full");
    }

    @Test
    void saysWhatTheResourceFailedWithThatIsGivenUp() {
        JobSchedule job = left("checkpoints", "events").with("checkpoints", failures(1, NOW, "kept"))
                .with("events", failures(1, NOW, "busy"));
        assertThat(once().whyNot(job, List.of("checkpoints"), FREE)).isEqualTo("acme job job-1: busy");
    }

    @Test
    void saysWhatKeepsTheAccountFromBeingReadIfNothingElseIsWrong() {
        SourceHold suspended = new SourceHold(0, 0, parked(), false, null, 0, 0, 0, null);
        assertThat(once().whyNot(left("events"), List.of(), suspended)).isEqualTo("refused");
        assertThat(once().whyNot(left("events"), List.of(), FREE)).isNull();
    }

    /** A file may be refused to a key that may read everything else. */
    @Test
    void takesTheRefusalOfAFileForTheJobsAlone() {
        PollRules rules = new PollRules(new SourceBuilder().once("results").build(), RetryBudget.ONCE, 7);
        assertThat(rules.decide(left("results"), "results", refused(), FREE, RUNNING, 1, MOMENT).ofAll()).isFalse();
        assertThat(rules.decide(left("events"), "events", refused(), FREE, RUNNING, 1, MOMENT).ofAll()).isTrue();
    }

    /** Whoever is refused the list again, and was answered since, is refused the list alone. */
    @Test
    void takesTheSecondRefusalOfTheListForTheListsAlone() {
        JobSchedule again = list(new Failures(1, 0, 0, NOW, NOW, null, "other", true));
        JobSchedule parked = list(new Failures(1, 0, 0, NOW, NOW, parked(), "other", false));
        JobSchedule busy = list(failures(1, NOW, "busy"));
        JobSchedule read = list(new Failures(0, 0, 0, NOW, NOW, parked(), "other", true));
        JobSchedule job = left("events").with("events", again.failures("jobs"));

        assertThat(List.of(list(null), again, parked, busy, read, job))
                .extracting(one -> decide(one, refused(), FREE, RUNNING).ofAll())
                .containsExactly(true, false, false, true, true, true);
    }

    @Test
    void takesTheSecondRefusalOfTheListForTheAccountsIfNothingWasReadSince() {
        JobSchedule again = list(new Failures(1, 0, 0, NOW, NOW, null, "other", true));
        SourceHold refused = new SourceHold(0, 0, parked(), false, null, 0, 0, 0, null);

        assertThat(decide(again, refused(), refused, RUNNING).ofAll()).isTrue();
    }

    /** The dead letter of the account's refusal said the same. */
    @Test
    void deadLettersTheRefusalOfTheListOnce() {
        JobSchedule same = list(new Failures(1, 0, 0, NOW, NOW, null, "no", true));
        JobSchedule other = list(new Failures(1, 0, 0, NOW, NOW, null, "other", true));
        JobSchedule own = list(new Failures(1, 0, 0, NOW, NOW, parked(), "no", false));

        assertThat(List.of(same, other, own)).extracting(one -> decide(one, refused(), FREE, RUNNING).publish())
                .containsExactly(false, true, true);
    }

    @Test
    void deadLettersOneErrorOfAJobOnceHoweverManyResourcesHaveIt() {
        Decision first = decide(left("events"), notThere("a"), FREE, RUNNING);
        JobState told = RUNNING.suspended("checkpoints", first.suspension());
        JobState waiting = RUNNING.suspended("checkpoints",
                new Suspension("job", first.suspension().error(), "no", 1, false, START));

        assertThat(first.publish()).isTrue();
        assertThat(decide(left("events"), notThere("a"), FREE, told).publish()).isFalse();
        assertThat(decide(left("events"), notThere("b"), FREE, told).publish()).isTrue();
        assertThat(decide(left("events"), notThere("a"), FREE, waiting).publish()).isTrue();
    }

    @Test
    void deadLettersTheRefusalOfTheAccountWhateverIsRememberedOfTheJob() {
        Suspension refusal = decide(left("events"), refused(), FREE, RUNNING).suspension();

        JobState told = RUNNING.suspended("checkpoints", refusal);

        assertThat(decide(left("events"), refused(), FREE, told).publish()).isTrue();
    }

    /** What is remembered of the list is not what is remembered of a resource of that name. */
    @Test
    void countsTheFailuresOfTheListThatTheStateRemembers() {
        JobState account = JobState.blank("acme", "");
        Suspension first = decide(list(null), notThere("a"), FREE, account).suspension();

        assertThat(List.of(JobState.LIST, "jobs")).extracting(name ->
                decide(list(null), notThere("a"), FREE, account.suspended(name, first)).suspension().attempts())
                .containsExactly(2, 1);
    }

    /** Others were asked at the same time: theirs is the same failure. */
    @Test
    void countsARefusalOnceHoweverManyWereAskedBeforeIt() {
        Suspension known = decide(left("events"), refused(), FREE, RUNNING).suspension();
        SourceHold held = new SourceHold(NOW + SECOND, 0, known, false, null, 1, 0, 0, null);
        SourceHold over = new SourceHold(0, 0, known, false, null, 1, 0, 0, null);
        JobSchedule waiting = left("events").with("events", failures(1, NOW + SECOND, "no"));

        assertThat(decide(left("events"), refused(), held, RUNNING).suspension()).isEqualTo(known);
        assertThat(decide(waiting, refused(), over, RUNNING).suspension().attempts()).isEqualTo(2);
    }

    private static Decision decide(JobSchedule job, ProviderException failure, SourceHold hold, JobState state) {
        return once().decide(job, job.left().get(0), failure, hold, state, 1, MOMENT);
    }

    private static JobSchedule list(Failures before) {
        return JobSchedule.of("").beginning(List.of("jobs"), false).with("jobs", before);
    }

    private static ProviderException refused() {
        return new ProviderException(ErrorAction.SOURCE, "no", 401, "", null, null, null);
    }

    private static ProviderException notThere(String code) {
        return new ProviderException(ErrorAction.JOB, "not there", 404, code, null, null, null);
    }

    private static JobSchedule left(String... resources) {
        return JobSchedule.of("job-1").beginning(List.of(resources), false);
    }

    private static JobSchedule failing(String reason) {
        return left("events").with("events", failures(1, NOW, reason));
    }

    private static Failures failures(int count, long until, String reason) {
        return new Failures(count, 0, 0, -1, until, null, reason, false);
    }

    private static Suspension parked() {
        return new Suspension("source", "error", "refused", 1, true, START.plus(HOUR));
    }

    private static PollRules watching() {
        return new PollRules(source(), RetryBudget.watching(source()), 7);
    }

    private static PollRules once() {
        return new PollRules(source(), RetryBudget.ONCE, 7);
    }

    private static SourceSettings source() {
        return new SourceBuilder().build();
    }
}
