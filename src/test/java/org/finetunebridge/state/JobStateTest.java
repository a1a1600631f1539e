package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.finetunebridge.state.JobState.Retired;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobStateTest {

    private static final DeferredEvent END = new DeferredEvent("SUCCEEDED", Instant.EPOCH, null, "{}");
    private final JobState deferring = JobState.blank("acme", "job-1").with(PublishedState.NOTHING
            .withJobStatus("RUNNING",
            "RUNNING")).deferring(END);
    private final JobState running = JobState.blank("acme", "job-1").with(deferring.published());
    private final JobState ended = deferring.with(deferring.published().withJobStatus("SUCCEEDED", "SUCCEEDED"));

    @Test
    void holdsAnEndBackUntilItIsPublished() {
        assertThat(deferring.with(deferring.published().withStatus("c-1", "READY", null)).deferred()).isEqualTo(END);
        assertThat(deferring.with(deferring.published().withJobStatus("FAILED", "FAILED")).deferred()).isEqualTo(END);
        assertThat(deferring.with(deferring.published().withJobStatus("SUCCEEDED", "SUCCEEDED")).deferred()).isNull();
    }

    @Test
    void holdsItWhateverElseHappensToTheJob() {
        assertThat(deferring.seen().readWhole(Instant.EPOCH, Duration.ofHours(1), Duration.ofDays(7)).suspended("", new Suspension("job", "404", "gone", 1, true, Instant.EPOCH)).deferred())
                .isEqualTo(END);
    }

    @Test
    void knowsAnEndThatIsHeldOrPublished() {
        assertThat(deferring.knowsEnd("SUCCEEDED")).isTrue();
        assertThat(deferring.knowsEnd("FAILED")).isFalse();
        assertThat(deferring.with(deferring.published().withJobStatus("FAILED", "FAILED")).knowsEnd("FAILED")).isTrue();
    }

    @Test
    void holdsNothingOnceItIsRetired() {
        assertThat(deferring.retired(Retired.VANISHED).deferred()).isNull();
        assertThat(deferring.retired(Retired.OLD).deferred()).isNull();
    }

    @Test
    void isNamedAfterItsSourceAndUnpublishedUntilSomethingIs() {
        JobState blank = JobState.blank("acme", "job-1");
        assertThat(blank.name()).isEqualTo("acme/job-1").isEqualTo(JobState.name("acme", "job-1"));
        assertThat(blank.isUnpublished()).isTrue();
        assertThat(blank.suspended("events", waits(1)).isUnpublished()).isTrue();
        assertThat(deferring.isUnpublished()).isFalse();
    }

    /** An end is dated by its provider, unless that would be after it was seen. */
    @ParameterizedTest
    @CsvSource({"'{}', 100", "'{\"time\":\"1970-01-01T00:00:40Z\"}', 40", "'{\"time\":\"1970-01-01T00:02:00Z\"}', 100"})
    void endsWhenItsProviderSaysButNotAfterThatWasSeen(String fact, long ended) {
        assertThat(running.deferring(new DeferredEvent("FAILED", at(100), null, fact)).endedAt()).isEqualTo(at(ended));
    }

    @Test
    void isWatchedAgainWhenItShowsAnotherStatusThanItEndedWith() {
        JobState finished = ended.retired(Retired.FINISHED);
        assertThat(ended.isEnded()).isTrue();
        assertThat(running.isEnded()).isFalse();
        assertThat(finished.isEnded()).isFalse();
        assertThat(finished.with(finished.published())).isSameAs(finished);
        assertThat(finished.with(finished.published().withRejected("r")).retired()).isEqualTo(Retired.FINISHED);
        JobState again = finished.with(finished.published().withJobStatus("RUNNING", "RUNNING"));
        assertThat(again.retired()).isNull();
        assertThat(again.endedAt()).isNull();
        assertThat(finished.with(finished.published().withRejected("r")).endedAt()).isEqualTo(at(0));
        assertThat(ended.retired(Retired.OLD).with(again.published()).retired()).isEqualTo(Retired.OLD);
        assertThat(deferring.with(deferring.published().withRejected("r")).endedAt()).isEqualTo(at(0));
    }

    @Test
    void countsNewsUntilItsEndIsSeen() {
        JobState news = running.progressed(at(5));
        assertThat(news.timing().news()).isEqualTo(at(5));
        assertThat(deferring.progressed(at(5))).isSameAs(deferring);
        assertThat(ended.progressed(at(5))).isSameAs(ended);
        JobState vanished = running.retired(Retired.VANISHED);
        assertThat(vanished.progressed(at(5))).isSameAs(vanished);
        assertThat(news.with(news.published().withRejected("r")).timing().news()).isEqualTo(at(5));
        assertThat(news.with(news.published().withJobStatus("FAILED", "FAILED")).timing()).isEqualTo(Timing.NONE);
        assertThat(news.retired(Retired.VANISHED).timing()).isEqualTo(news.timing());
        assertThat(news.retired(Retired.OLD).timing()).isEqualTo(Timing.NONE);
    }

    @Test
    void isReadWhenACheckpointIsAboutToExpire() {
        JobState expiring = ended.expiring(at(100));
        Duration before = Duration.ofSeconds(10);
        assertThat(expiring.isExpiring(at(89), before)).isFalse();
        assertThat(expiring.isExpiring(at(90), before)).isTrue();
        assertThat(expiring.isExpiring(at(100), Duration.ZERO)).isFalse();
        assertThat(ended.isExpiring(at(90), before)).isFalse();
        assertThat(expiring.suspended("events", waits(1)).isExpiring(at(90), before)).isFalse();
        assertThat(expiring.retired(Retired.FINISHED).isExpiring(at(90), before)).isTrue();
        assertThat(expiring.retired(Retired.OLD).isExpiring(at(90), before)).isFalse();
    }

    @Test
    void isSuspendedAsAWholeBeforeSingleResources() {
        JobState one = running.suspended("events", waits(1));
        assertThat(running.suspension()).isNull();
        assertThat(one.suspended("events", waits(1))).isSameAs(one);
        assertThat(one.suspended("logs", waits(2)).suspension()).isEqualTo(waits(2));
        assertThat(one.suspended(JobState.WHOLE, waits(0)).suspension()).isEqualTo(waits(0));
        assertThat(one.isSuspended(List.of("events"))).isTrue();
        assertThat(one.isSuspended(List.of("events", "logs"))).isFalse();
        assertThat(one.suspended("events", null)).isEqualTo(running);
        assertThat(one.unsuspended()).isEqualTo(running);
        assertThat(running.unsuspended()).isSameAs(running);
    }

    @Test
    void isFinishedAfterItsLastReadOnceItsTimeIsOver() {
        JobState state = ended;
        for (int read = 1; read <= 5; read++) {
            state = state.readWhole(at(10 + read), Duration.ofSeconds(10), Duration.ofSeconds(25));
            assertThat(state.graceReads()).isEqualTo(Math.min(4, read));
            assertThat(state.quietSince()).isEqualTo(at(11));
            assertThat(state.retired()).isNull();
        }
        assertThat(state.readWhole(at(16), Duration.ofSeconds(10), Duration.ofSeconds(25)).retired())
                .isEqualTo(Retired.FINISHED);
        assertThat(running.readWhole(at(1), Duration.ZERO, Duration.ZERO)).isSameAs(running);
    }

    /** As a version before left it, without the time of its end: then its newest record says it, if that is past. */
    @ParameterizedTest
    @CsvSource({"1970-01-01T00:00:30Z, 30", "1970-01-01T00:00:50Z, 50", "1970-01-01T00:01:10Z, 50", ", 50"})
    void endedWithItsNewestRecordWhereNothingElseSaysIt(Instant newest, long expected) {
        var cursor = Cursor.START.advanced(1, List.of("a"), newest);
        JobState old = JobState.blank("acme", "job-1").with(ended.published().withCursor("events", cursor));
        assertThat(old.readWhole(at(50), Duration.ofSeconds(1), Duration.ofSeconds(1)).endedAt())
                .isEqualTo(at(expected));
    }

    @Test
    void isWatchedAgainWhenItIsSeenAfterItVanished() {
        assertThat(ended.retired(Retired.VANISHED).seen()).isEqualTo(ended);
        JobState finished = ended.retired(Retired.FINISHED);
        assertThat(finished.seen()).isSameAs(finished);
    }

    private static Suspension waits(long until) {
        return new Suspension("job", "429", "busy", 1, false, at(until));
    }

    private static Instant at(long second) {
        return Instant.ofEpochSecond(second);
    }
}
