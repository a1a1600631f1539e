package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.JobState.Retired;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a replay publishes of a record, by what is known of its job. */
class ReplayDiffTest {

    private static final FactParser PARSER = new FactParser("openai", ZoneOffset.UTC);

    /** Expected: {@code +} published and the last status, {@code <} published as an earlier one, {@code =} published before. */
    @ParameterizedTest
    @CsvSource({
        "'', RUNNING, +", "PENDING, RUNNING, +", "RUNNING, SUCCEEDED, +", "RUNNING, PAUSED, +", "SUCCEEDED, RUNNING, <",
        "RUNNING, QUEUED, <", "SUCCEEDED, FAILED, <", "RUNNING, RUNNING, =", "SUCCEEDED, UNKNOWN, <", "RUNNING, UNKNOWN, <"})
    void neverSetsAJobBack(String last, String replayed, String expected) {
        PublishedState before = last.isEmpty() ? PublishedState.NOTHING : PublishedState.NOTHING.withJobStatus(last, last);

        ReplayDiff diff = of(state(before), status(replayed), true);

        assertThat(diff.proved()).isTrue();
        assertThat(diff.items()).hasSize(expected.equals("=") ? 0 : 1);
        assertThat(diff.published().status()).isEqualTo(expected.equals("+") ? replayed : last);
        assertThat(diff.published().statuses("")).hasSize(last.isEmpty() || expected.equals("=") ? 1 : 2)
                .last().asString().startsWith(expected.equals("+") ? replayed : last);
        diff.items().forEach(item -> assertThat(item.previous())
                .isEqualTo(expected.equals("+") && !last.isEmpty() ? last : null));
        assertThat(of(state(diff.published()), status(replayed), false).items()).isEmpty();
    }

    @Test
    void publishesALineOnlyIfTheStateSaysThatItWasRejected() {
        assertThat(of(state(PublishedState.NOTHING), line("a"), true).items()).hasSize(1);
        assertThat(of(state(PublishedState.NOTHING), line("a"), false).proved()).isFalse();
        PublishedState known = PublishedState.NOTHING.withCursor("events", Cursor.START.advanced(1, List.of(line("a").id()), null));
        assertThat(of(state(known), line("a"), true)).isEqualTo(new ReplayDiff(List.of(), known, true));
        PublishedState recovered = PublishedState.NOTHING.withRejected("r").withRecovered("r", line("a").id());
        assertThat(of(state(recovered), line("a"), false)).isEqualTo(new ReplayDiff(List.of(), recovered, true));
    }

    @Test
    void doesNotTrustAJobThatIsReadNoMoreToKnowItsCheckpoints() {
        JobState retired = state(PublishedState.NOTHING.withJobStatus("SUCCEEDED", "SUCCEEDED").withStatus("c-1", "READY",
                Instant.EPOCH))
                .retired(Retired.FINISHED);

        assertThat(of(retired, checkpoint("c-1"), false).proved()).isFalse();
        assertThat(of(retired, checkpoint("c-1"), true).items()).hasSize(1);
    }

    @Test
    void keepsTheCheckpointsOfAJobWhoseLettersMayBeReplayed() {
        JobState retired = state(PublishedState.NOTHING.withStatus("c-1", "READY").withRejected("r")).retired(Retired.FINISHED);

        assertThat(of(retired, checkpoint("c-1"), true)).isEqualTo(new ReplayDiff(List.of(), retired.published(), true));
    }

    /** A list that is read back to what is known shows a rejected record again, and the mapping may be mended by then. */
    @Test
    void countsARecordThatAPollCouldReadAfterAll() {
        PublishedState rejected = PublishedState.NOTHING.withRejected(ParseResult.nameOf(line("a").raw()));

        StateDiff polled = StateDiff.ofList(rejected, List.of(line("a")), "events", false);

        assertThat(polled.items()).hasSize(1);
        assertThat(of(state(polled.published()), line("a"), polled.published().mayLack(ParseResult.nameOf(line("a").raw()))).items())
                .isEmpty();
    }

    /** … and the other way round. */
    @Test
    void letsAPollKnowWhatWasReplayed() {
        PublishedState replayed = PublishedState.NOTHING.withRejected("r").withRecovered("r", line("b").id());

        assertThat(StateDiff.ofList(replayed, List.of(line("a"), line("b"), line("c")), "events", false).items())
                .extracting(item -> item.fact().data().path("message").asText()).containsExactly("a", "c");
    }

    private static ReplayDiff of(JobState state, ParseResult result, boolean rejected) {
        return ReplayDiff.of(state, result, "events", null, rejected);
    }

    private static JobState state(PublishedState published) {
        return JobState.blank("team", "ft-1").with(published);
    }

    private static ParseResult status(String status) {
        return record("job.status-changed", status, "{\"status\": \"" + status + "\", \"statusRaw\": \"" + status + "\"}");
    }

    private static ParseResult checkpoint(String name) {
        return record("checkpoint.changed", name, "{\"checkpoint\": \"" + name + "\", \"status\": \"READY\", \"statusRaw\": \"ok\"}");
    }

    private static ParseResult line(String message) {
        return record("log.appended", message, "{\"message\": \"" + message + "\", \"level\": \"INFO\"}");
    }

    private static ParseResult record(String kind, String key, String data) {
        try {
            return RecordPage.of(new ObjectMapper().readTree("{\"facts\": [{\"kind\": \"" + kind + "\", \"job\": \"ft-1\", \"key\": [\""
                    + key + "\"], \"data\": " + data + ", \"raw\": \"" + key + "\"}]}"), PARSER).results().get(0);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
