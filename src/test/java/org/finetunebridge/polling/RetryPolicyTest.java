package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.polling.RetryPolicy.Decision;
import org.finetunebridge.polling.RetryPolicy.Failures;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.state.Suspension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryPolicyTest {

    private static final Moment NOW = new Moment(7_000_000_000L, Instant.parse("2026-03-01T00:00:00Z"));
    /** What SplittableRandom adds to its seed before it gives the first number. */
    private static final long GAMMA = 0x9e3779b97f4a7c15L;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);

    /** The last two would be no time at all, and years, if a step were doubled for every failure. */
    @ParameterizedTest
    @CsvSource({"1,500", "2,1000", "3,2000", "9,128000", "10,256000", "11,300000", "65,300000", "1000,300000"})
    void waitsTwiceAsLongAfterEachFailureUpToFiveMinutes(int failures, long step) {
        List<Duration> waits = LongStream.range(0, 100).mapToObj(salt ->
                wait(decide(failure(ErrorAction.TRANSIENT, null), after(failures - 1), null, 0, 1, salt))).toList();

        assertThat(waits).allSatisfy(wait -> assertThat(wait)
                .isBetween(Duration.ofMillis(step / 2), Duration.ofMillis(step)));
    }

    /** The JDK's own numbers: those of seeds that differ by one have nothing in common. */
    @Test
    void spreadsWaitsAsSplittableRandomDoes() {
        for (long salt = -500; salt < 500; salt++) {
            long number = new SplittableRandom(salt + 1 - GAMMA).nextLong();
            assertThat(RetryPolicy.sinkWait(1, salt))
                    .isEqualTo(Duration.ofMillis(250 + Math.floorMod(number, 251)).toNanos());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 100})
    void triesTheSinkEveryFewSecondsHoweverLongItTakes(int failures) {
        assertThat(Duration.ofNanos(RetryPolicy.sinkWait(failures, 1)))
                .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
    }

    @Test
    void waitsAsLongAsTheProviderAsksIfThatIsLonger() {
        assertThat(wait(decide(failure(ErrorAction.TRANSIENT, HOUR), Failures.NONE))).isEqualTo(HOUR);
        assertThat(wait(decide(failure(ErrorAction.JOB, HOUR), Failures.NONE))).isEqualTo(HOUR);
        assertThat(wait(decide(failure(ErrorAction.TRANSIENT, Duration.ofMillis(1)), Failures.NONE)))
                .isGreaterThanOrEqualTo(Duration.ofMillis(250));
    }

    @Test
    void suspendsWhatMadeNoSenseFiveTimesInARow() {
        Failures before = Failures.NONE;
        for (int time = 1; time <= 4; time++) {
            Decision decision = decide(failure(ErrorAction.ODD, null), before);
            assertThat(decision.suspends()).as("after %d", time).isFalse();
            before = decision.failures();
        }
        Decision fifth = decide(failure(ErrorAction.ODD, null), before);

        assertThat(fifth.suspends()).isTrue();
        assertThat(fifth.suspension().means()).isEqualTo("job");
        assertThat(fifth.failures().odd()).isEqualTo(5);
        assertThat(decide(failure(ErrorAction.TRANSIENT, null), before).failures().odd())
                .as("after one that did").isZero();
    }

    @Test
    void remembersWhenTheFirstOfTheFailuresWas() {
        assertThat(decide(failure(ErrorAction.TRANSIENT, null), Failures.NONE).failures().since())
                .isEqualTo(NOW.nanos());
        Failures atTheOrigin = new Failures(1, 0, 0, 0, 0, null, "busy", false);
        assertThat(decide(failure(ErrorAction.TRANSIENT, null), atTheOrigin).failures().since()).isZero();
    }

    @Test
    void countsFailuresAndKeepsWhatTheLastSays() {
        ProviderException failure = failure(ErrorAction.TRANSIENT, null);
        Failures failures = RetryPolicy.decide(failure, after(2), null, 0, false, 4, 1, NOW, 1).failures();

        assertThat(failures.count()).isEqualTo(3);
        assertThat(failures.page()).isEqualTo(4);
        assertThat(failures.reason()).isEqualTo("no such job");
        assertThat(failures.until()).isGreaterThan(NOW.nanos());
    }

    @Test
    void publishesAnErrorOnceHoweverOftenItComes() {
        Decision first = decide(failure(ErrorAction.JOB, null), Failures.NONE);
        assertThat(first.publish()).isTrue();
        assertThat(again(first, "E1").publish()).as("with another message").isFalse();
        assertThat(again(first, "E2").publish()).as("another error").isTrue();
        Suspension waiting = waiting(first.suspension());
        assertThat(decide(failure(ErrorAction.JOB, null), Failures.NONE, waiting, 0, 1, 1).publish())
                .as("known as one that only waits").isTrue();
    }

    /** By status, code and meaning; a message may hold the id of the request. */
    @Test
    void tellsErrorsApartByWhatTheyAre() {
        assertThat(decide(failure(ErrorAction.JOB, null), Failures.NONE).suspension().error())
                .isEqualTo("job HTTP error 400 E1");
    }

    @Test
    void letsASuspensionThatLastsStillTakeItsTime() {
        Suspension known = decide(failure(ErrorAction.JOB, null), Failures.NONE).suspension();
        long until = NOW.nanos() + 1;
        Decision meanwhile = decide(failure(ErrorAction.JOB, null), Failures.NONE, known, until, 1, 1);
        Decision afterwards = decide(failure(ErrorAction.JOB, null), Failures.NONE, known, NOW.nanos(), 1, 1);

        assertThat(meanwhile.suspension()).isSameAs(known);
        assertThat(meanwhile.until()).isEqualTo(until);
        assertThat(meanwhile.publish()).isFalse();
        assertThat(meanwhile.ofAll()).isFalse();
        assertThat(afterwards.suspension().attempts()).isEqualTo(2);
        assertThat(decide(failure(ErrorAction.SOURCE, null), Failures.NONE, known("source"), until, 1, 1).ofAll())
                .isTrue();
    }

    @Test
    void publishesAnotherErrorThoughASuspensionLastsStill() {
        Decision decision = decide(failure(ErrorAction.JOB, null), after(2), known("source"), NOW.nanos() + 1, 1, 1);

        assertThat(decision.publish()).isTrue();
        assertThat(decision.suspension().attempts()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"1,10", "2,20", "3,40", "4,60", "30,60"})
    void asksWhatIsSuspendedMoreAndMoreSeldomUpToOnceAnHour(int attempts, long minutes) {
        var known = new Suspension("job", "job HTTP error 400 E1", "no", attempts, true, NOW.wall());
        Decision decision = decide(failure(ErrorAction.JOB, null), Failures.NONE, known, 0, 1, 1);

        assertThat(wait(decision)).isBetween(MINUTE.multipliedBy(minutes).dividedBy(2), MINUTE.multipliedBy(minutes));
        assertThat(decision.suspension().until()).isEqualTo(NOW.wall().plus(wait(decision)));
    }

    @Test
    void asksAgainWithinFiveMinutesAfterASuspensionBegan() {
        assertThat(wait(decide(failure(ErrorAction.JOB, null), after(20))))
                .isBetween(MINUTE.multipliedBy(5).dividedBy(2), MINUTE.multipliedBy(5));
    }

    @Test
    void suspendsAJobByItselfAndAnAccountAsAWhole() {
        Decision job = decide(failure(ErrorAction.JOB, null), Failures.NONE);
        Decision source = decide(failure(ErrorAction.SOURCE, null), Failures.NONE);

        assertThat(job.ofAll()).isFalse();
        assertThat(job.failures().suspension()).isSameAs(job.suspension());
        assertThat(source.ofAll()).isTrue();
        assertThat(source.failures().ofAll()).isTrue();
        assertThat(source.failures().suspension()).isNull();
        assertThat(source.suspends()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"JOB,true,the list of jobs cannot be read: no such job", "JOB,false,no such job",
            "SOURCE,true,no such job"})
    void saysThatItIsTheListThatCannotBeRead(ErrorAction means, boolean list, String reason) {
        Decision decision = RetryPolicy.decide(failure(means, null), Failures.NONE, null, 0, list, 0, 1, NOW, 1);

        assertThat(decision.suspension().reason()).isEqualTo(reason);
    }

    /** The key is shared: what one request is told counts for all. */
    @Test
    void letsTheWholeSourceWaitForALimitOfTheAccount() {
        assertThat(decide(failure(ErrorAction.TRANSIENT, null), Failures.NONE).ofAll()).isFalse();
        assertThat(decide(failure(ErrorAction.THROTTLED, null), Failures.NONE).ofAll()).isTrue();
        assertThat(decide(failure(ErrorAction.TRANSIENT, Duration.ofMillis(1)), Failures.NONE).ofAll()).isTrue();
        assertThat(decide(new ProviderException(ErrorAction.TRANSIENT, "busy", 429, "", null, null, null),
                Failures.NONE).ofAll()).isTrue();
    }

    @Test
    void takesTenFailuresOfAnyJobInARowForTheProviders() {
        assertThat(decide(failure(ErrorAction.TRANSIENT, null), Failures.NONE, null, 0, 9, 1).ofAll()).isFalse();
        assertThat(decide(failure(ErrorAction.TRANSIENT, null), Failures.NONE, null, 0, 10, 1).ofAll()).isTrue();
        assertThat(wait(decide(failure(ErrorAction.TRANSIENT, null), Failures.NONE, null, 0, 20, 1)))
                .as("the tenth after the tenth").isBetween(Duration.ofSeconds(128), Duration.ofSeconds(256));
    }

    @Test
    void remembersALongWaitOfTheWholeSourceOverARestart() {
        Decision longer = decide(failure(ErrorAction.TRANSIENT, Duration.ofSeconds(31)), after(2));

        assertThat(longer.suspension()).isEqualTo(new Suspension("transient", "transient HTTP error 400 E1",
                "no such job", 3, false, NOW.wall().plusSeconds(31)));
        assertThat(longer.suspends()).isFalse();
        assertThat(longer.publish()).isFalse();
        assertThat(decide(failure(ErrorAction.TRANSIENT, Duration.ofSeconds(30)), Failures.NONE).suspension()).isNull();
        assertThat(decide(failure(ErrorAction.TRANSIENT, null), after(30)).suspension()).as("of one job").isNull();
    }

    @ParameterizedTest
    @CsvSource({"PT-1S,PT0S", "PT0S,PT0S", "PT1H,PT1H", "P1D,P1D", "PT24H0.000000001S,PT0S", "P400D,PT0S"})
    void believesNoWaitThatIsLongerThanADay(Duration ahead, Duration remaining) {
        var suspension = new Suspension("job", "e", "no", 1, true, NOW.wall().plus(ahead));

        assertThat(RetryPolicy.remaining(suspension, NOW.wall())).isEqualTo(remaining.toNanos());
    }

    @Test
    void takesASuspensionFromTheStateOntoItsOwnClock() {
        var read = new Suspension("job", "e", "no", 3, true, NOW.wall().plusSeconds(5));

        assertThat(Failures.of(read, NOW))
                .isEqualTo(new Failures(0, 0, 0, -1, NOW.nanos() + 5_000_000_000L, read, "no", false));
    }

    @Test
    void keepsAllButTheWaitOfWhatIsAskedAtOnce() {
        var failures = new Failures(3, 2, 1, 5, 9, known("job"), "no", true);

        assertThat(failures.askedAtOnce()).isEqualTo(new Failures(3, 2, 1, 5, 0, known("job"), "no", true));
    }

    @Test
    void failsAnewAfterAFurtherPageThoughWhatMadeNoSenseCounts() {
        var failures = new Failures(3, 2, 1, 5, 9, known("job"), "no", true);

        assertThat(failures.progressed()).isEqualTo(new Failures(0, 2, 1, -1, 0, known("job"), "no", false));
    }

    @Test
    void changesNothingElseOfADecisionThatIsPublishedAlready() {
        Decision decision = decide(failure(ErrorAction.SOURCE, null), Failures.NONE);

        assertThat(decision.unpublished())
                .isEqualTo(new Decision(decision.failures(), decision.suspension(), decision.until(), true, false));
        assertThat(decide(failure(ErrorAction.TRANSIENT, null), Failures.NONE).suspends()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void namesAMeaningAsTheErrorTablesDo(ErrorAction means) {
        assertThat(RetryPolicy.word(means)).isLowerCase().isEqualToIgnoringCase(means.name());
    }

    private static Decision decide(ProviderException failure, Failures before) {
        return decide(failure, before, null, 0, 1, 1);
    }

    private static Decision decide(ProviderException failure, Failures before, Suspension known, long until, int inARow,
            long salt) {
        return RetryPolicy.decide(failure, before, known, until, false, 0, inARow, NOW, salt);
    }

    private static Decision again(Decision before, String code) {
        return decide(new ProviderException(ErrorAction.JOB, "another message", 400, code, null, null, null),
                before.failures(), before.suspension(), 0, 1, 1);
    }

    private static ProviderException failure(ErrorAction means, Duration retryAfter) {
        return new ProviderException(means, "no such job", 400, "E1", null, retryAfter, null);
    }

    private static Failures after(int count) {
        return new Failures(count, 0, 0, 0, 0, null, "busy", false);
    }

    private static Suspension known(String means) {
        return new Suspension(means, means + " HTTP error 400 E1", "no", 1, true, NOW.wall());
    }

    private static Suspension waiting(Suspension of) {
        return new Suspension(of.means(), of.error(), of.reason(), of.attempts(), false, of.until());
    }

    private static Duration wait(Decision decision) {
        return Duration.ofNanos(decision.until() - NOW.nanos());
    }
}
