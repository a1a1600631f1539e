package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where the reading of one job stands. */
class PollTaskTest {

    private static final SourceSettings SOURCE = new SourceBuilder().after("events").once("results").build();
    private final SinkSession session = SinkSession.blank();

    @Test
    void writesTheIdOfAJobForAPathAndForJson() {
        PollTask task = task("a/b \"c\"", "job");

        assertThat(task.getJobPath()).isEqualTo("a%2Fb%20%22c%22");
        assertThat(task.getJobSegments()).isEqualTo("a/b%20%22c%22");
        assertThat(task.getJobJson()).isEqualTo("\"a/b \\\"c\\\"\"");
    }

    @Test
    void writesACursorForAPathAndForJson() {
        PollTask task = task("job-1", "job");
        task.place(ListPosition.at("a/b \"c\"", 7));

        assertThat(task.getCursorPath()).isEqualTo("a%2Fb%20%22c%22");
        assertThat(task.getCursorJson()).isEqualTo("\"a/b \\\"c\\\"\"");
        assertThat(task.getCursorUrl()).isEqualTo("a/b \"c\"");
        assertThat(task.getCursorPartsJson()).containsExactly("\"a/b\"", "\"\\\"c\\\"\"");
        assertThat(task.question().toString()).contains("job-1", "a/b", "7");
    }

    @Test
    void namesTheSourceOrTheJobInTheLog() {
        assertThat(task("", "jobs")).hasToString("acme");
        assertThat(task("job\n1", "job").toString()).startsWith("acme job job").doesNotContain("\n");
    }

    @Test
    void triesTheListOfAnAccountFirst() {
        PollTask task = PollTask.dryRun(new SourceBuilder().build());

        assertThat(task.isList()).isTrue();
        assertThat(task.remaining()).containsExactly("jobs");
        assertThat(task.getCursorUrl()).as("it may be asked at once").isEqualTo("1");
        assertThat(task.listing().holdsEndings()).isFalse();
    }

    @Test
    void triesTheFirstJobOfASourceWhoseJobsAreGiven() {
        PollTask task = PollTask.dryRun(new SourceBuilder().jobs("job-1", "job-2").build());

        assertThat(task.getJob()).isEqualTo("job-1");
        assertThat(task.remaining()).containsExactly("job");
    }

    @Test
    void keepsTheEarliestMomentAtWhichACheckpointExpires() {
        PollTask task = task("job-1", "job");
        task.expires(Instant.ofEpochSecond(2));
        task.expires(null);
        task.expires(Instant.ofEpochSecond(1));

        assertThat(task.expires()).isEqualTo(Instant.ofEpochSecond(1));
    }

    @Test
    void readsItsResourcesInOrderAndWhatIsReadOnceLast() {
        PollTask task = task("job-1", "job", "checkpoints");
        task.also(List.of("results", "checkpoints"));
        assertThat(task.remaining()).containsExactly("job", "checkpoints", "results");
        task.moveOn(step(null));
        assertThat(task.remaining()).containsExactly("checkpoints", "results");
        task.end();

        assertThat(task.remaining()).isEmpty();
        assertThat(task.isReading()).isFalse();
    }

    @Test
    void isGivenBackWhileItWaits() {
        PollTask task = task("job-1", "job");
        task.pause();
        assertThat(task.isReading()).isFalse();
        task.resume(true);

        assertThat(task.isReading()).isTrue();
        assertThat(task.isProbe()).isTrue();
    }

    @Test
    void goesOnAtTheNextPage() {
        PollTask task = task("job-1", "checkpoints");
        task.ready(session);
        task.moveOn(step(ListPosition.at("next", 2)));
        task.ready(session);

        assertThat(task.place().cursor()).isEqualTo("next");
    }

    /** Another session may know less: what it does not know is read again. */
    @Test
    void readsTheResourceAgainInAnotherSession() {
        PollTask task = task("job-1", "checkpoints");
        task.ready(session);
        task.moveOn(step(ListPosition.at("next", 2)));
        task.ready(SinkSession.blank());

        assertThat(task.place().cursor()).isEmpty();
    }

    @Test
    void leavesWhatFailedForLaterAndGoesOnThereWhereItStood() {
        PollTask task = task("job-1", "checkpoints", "events");
        task.ready(session);
        task.moveOn(step(ListPosition.at("next", 2)));
        task.leave(true);
        assertThat(task.remaining()).containsExactly("events", "checkpoints");
        task.ready(session);
        assertThat(task.place().cursor()).isEmpty();
        task.moveOn(step(null));
        task.ready(session);
        assertThat(task.place().cursor()).isEqualTo("next");

        task.leave(true);
        assertThat(task.remaining()).as("nothing else is left").containsExactly("checkpoints");
        assertThat(task.place().cursor()).isEqualTo("next");
        task.leave(false);
        assertThat(task.remaining()).isEmpty();
    }

    @Test
    void doesNotGoOnWhereItStoodInAnotherSession() {
        PollTask task = task("job-1", "checkpoints", "events");
        task.ready(session);
        task.moveOn(step(ListPosition.at("next", 2)));
        task.leave(true);
        SinkSession other = SinkSession.blank();
        task.ready(other);
        task.moveOn(step(null));
        task.ready(other);

        assertThat(task.place().cursor()).isEmpty();
    }

    @Test
    void readsAListFromItsBeginningWhoseCursorIsRefusedOnce() {
        PollTask task = atCursor("job-1", "events");

        assertThat(task.dropsCursor(refusal(ErrorAction.JOB, 400))).isTrue();
        assertThat(task.place().cursor()).isEmpty();
        assertThat(task.place().again()).isTrue();
        task.place(ListPosition.at("other", 1));
        assertThat(task.dropsCursor(refusal(ErrorAction.JOB, 400))).as("once").isFalse();
    }

    @Test
    void dropsTheCursorOfTheNextResourceToo() {
        PollTask task = task("job-1", "events", "checkpoints");
        task.ready(session);
        task.place(ListPosition.at("mark", 1));
        assertThat(task.dropsCursor(refusal(ErrorAction.JOB, 400))).isTrue();
        task.moveOn(step(null));
        task.ready(session);
        task.place(ListPosition.at("mark", 1));

        assertThat(task.dropsCursor(refusal(ErrorAction.JOB, 400))).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = ErrorAction.class, names = "JOB", mode = EnumSource.Mode.EXCLUDE)
    void dropsNoCursorForAnotherReason(ErrorAction means) {
        assertThat(atCursor("job-1", "events").dropsCursor(refusal(means, 400))).isFalse();
    }

    @Test
    void dropsNoCursorThatWasNotRefused() {
        assertThat(atCursor("job-1", "events").dropsCursor(refusal(ErrorAction.JOB, 0))).as("no answer").isFalse();
        assertThat(atCursor("job-1", "results").dropsCursor(refusal(ErrorAction.JOB, 404))).as("a file").isFalse();
        PollTask first = task("job-1", "events");
        assertThat(first.dropsCursor(refusal(ErrorAction.JOB, 400))).as("nothing was asked").isFalse();
        first.ready(session);
        assertThat(first.dropsCursor(refusal(ErrorAction.JOB, 400))).as("the first page").isFalse();
    }

    private PollTask atCursor(String job, String resource) {
        PollTask task = task(job, resource);
        task.ready(session);
        task.place(ListPosition.at("mark", 1));
        return task;
    }

    private static PollTask task(String job, String... resources) {
        return new PollTask("acme", job, List.of(resources), SOURCE.provider().ways());
    }

    private static ProviderException refusal(ErrorAction means, int status) {
        return new ProviderException(means, "no", status, "", null, null, null);
    }

    private static ListReader.Step step(ListPosition next) {
        return new ListReader.Step(StateDiff.none(PublishedState.NOTHING), next, null);
    }
}
