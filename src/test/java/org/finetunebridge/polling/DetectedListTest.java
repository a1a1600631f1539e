package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobState.Retired;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a page of an account's list comes to. */
class DetectedListTest extends DetectorFixture {

    @BeforeEach
    void watch() {
        watch(new SourceBuilder());
    }

    @Test
    void showsAJobThatIsKnownByARecordThatCannotBeUsed() {
        remember(of("job-1", "RUNNING"), retired("job-2", Retired.FINISHED));
        Batch batch = read(list(), bad("job-1"), bad("job-2"), bad("job-3"));

        assertThat(batch.deadLetters()).hasSize(3);
        assertThat(List.of("job-1", "job-2", "job-3")).filteredOn(listing::shows).containsExactly("job-1", "job-2");
        assertThat(listing.watched()).containsExactly("job-1");
    }

    @Test
    void deadLettersARecordOnceThatCannotBeUsedAndNamesNoJob() {
        assertThat(letters(read(list(), "{\"raw\":{}}"))).hasSize(1);
        assertThat(letters(read(list(), "{\"raw\":{}}"))).isEmpty();
    }

    @Test
    void knowsAJobThatThePageShowedBefore() {
        read(list(), status("job-1", "RUNNING"), bad("job-1"));

        assertThat(listing.watched()).containsExactly("job-1");
    }

    /** Every part of an account reads the list, and one of them tells what is wrong with it. */
    @Test
    void leavesTheJobsOfOthersAndTheListToThem() {
        String ours = "job-0";
        while (JobShard.bucket(ours) % 2 == 0) {
            ours += "0";
        }
        String others = "job-1";
        while (JobShard.bucket(others) % 2 == 1) {
            others += "1";
        }
        watch(new SourceBuilder(), new JobShard(1, 2));
        Batch batch = read(list(), status(ours, "RUNNING"), status(others, "RUNNING"), bad("job-3"));

        assertThat(batch.states()).extracting(JobState::job).containsExactly(ours);
        assertThat(batch.deadLetters()).isEmpty();
    }

    @Test
    void passesOverJobsOfModelsThatNobodyWants() {
        watch(new SourceBuilder().models("small"));
        Batch batch = read(list(), status("job-1", "RUNNING", ",\"model\":\"small\""),
                status("job-2", "RUNNING", ",\"model\":\"large\""));

        assertThat(batch.states()).extracting(JobState::job).containsExactly("job-1");
        assertThat(listing.watched()).containsExactly("job-1");
    }

    @Test
    void remembersAJobAsOldThatWasCreatedTooLongAgo() {
        watch(new SourceBuilder().since(START));
        Batch batch = read(list(), status("job-1", "RUNNING", ",\"createdAt\":\"2026-02-28T00:00:00Z\""));

        assertThat(batch.events()).isEmpty();
        assertThat(state("job-1").retired()).isEqualTo(Retired.OLD);
        assertThat(listing.watched()).isEmpty();
        assertThat(listing.shows("job-1")).isTrue();
        assertThat(read(list(), status("job-1", "SUCCEEDED", ",\"createdAt\":\"2026-02-28T00:00:00Z\"")).events())
                .as("nor is its end published").isEmpty();
    }

    @Test
    void keepsAnOldJobOfWhichSomethingWasPublished() {
        watch(new SourceBuilder().since(START));
        remember(of("job-1", "QUEUED"));
        read(list(), status("job-1", "RUNNING", ",\"createdAt\":\"2026-02-28T00:00:00Z\""));

        assertThat(state("job-1").retired()).isNull();
        assertThat(listing.watched()).containsExactly("job-1");
    }

    @Test
    void defersAnEndUntilTheJobWasRead() {
        remember(of("job-1", "RUNNING"));
        Batch batch = read(list(), status("job-1", "SUCCEEDED"));

        assertThat(batch.events()).isEmpty();
        assertThat(state("job-1").deferred().status()).isEqualTo("SUCCEEDED");
        assertThat(listing.ending("job-1").result().fact().status()).isEqualTo("SUCCEEDED");
    }

    @Test
    void publishesAnEndAtOnceOfAJobOfWhichNothingCanBeRead() {
        remember(of("job-1", "RUNNING").suspended("checkpoints", parked()).suspended("events", parked()));

        assertThat(published(read(list(), status("job-1", "SUCCEEDED")))).containsExactly("status-changed SUCCEEDED");
        assertThat(listing.ending("job-1")).isNull();
    }

    @Test
    void publishesAnotherEndAtOnceOfAJobThatRetired() {
        remember(retired("job-1", Retired.FINISHED));
        read(list(), status("job-1", "FAILED"));

        assertThat(published(read(list(), status("job-1", "FAILED")))).containsExactly("status-changed FAILED");
    }

    @Test
    void defersNoEndThatIsPublished() {
        remember(of("job-1", "SUCCEEDED"));
        Batch batch = read(list(), status("job-1", "SUCCEEDED"));

        assertThat(batch.isEmpty()).isTrue();
        assertThat(listing.ending("job-1")).isNull();
    }

    /** The list may lag behind: another end counts if the next reading shows it too. */
    @Test
    void defersAnotherEndOnlyIfItIsShownAgain() {
        remember(of("job-1", "SUCCEEDED"));
        read(list(), status("job-1", "FAILED"));
        assertThat(state("job-1").deferred()).isNull();
        read(list(), status("job-1", "FAILED"));

        assertThat(state("job-1").deferred().status()).isEqualTo("FAILED");
    }

    /** The list moved while it was read: that is no second reading. */
    @Test
    void doesNotCountAsAgainWhatOneReadingShowsTwice() {
        remember(of("job-1", "SUCCEEDED"));
        Batch batch = read(list(), status("job-1", "FAILED"), status("job-1", "FAILED"));

        assertThat(batch.events()).isEmpty();
        assertThat(state("job-1").deferred()).isNull();
    }

    @Test
    void doesNotCountAsAgainWhatTheNextPageShowsToo() {
        remember(of("job-1", "SUCCEEDED"));
        PollTask list = list();
        readPage(list, "{\"facts\":[" + status("job-1", "FAILED") + "],\"next\":\"2\"}");
        Batch batch = readPage(list, "{\"facts\":[" + status("job-1", "FAILED") + "," + status("job-2",
                "QUEUED") + "]}");

        assertThat(published(batch)).containsExactly("status-changed QUEUED");
        assertThat(state("job-1").deferred()).isNull();
    }

    @Test
    void defersTheEndThatAReadingShowsAfterAnotherStatus() {
        Batch batch = read(list(), status("job-1", "RUNNING"), status("job-1", "SUCCEEDED"));

        assertThat(published(batch)).containsExactly("status-changed RUNNING");
        assertThat(state("job-1").deferred().status()).isEqualTo("SUCCEEDED");
    }

    @Test
    void publishesADeferredEndBeforeAnotherStatus() {
        remember(of("job-1", "RUNNING"));
        read(list(), status("job-1", "SUCCEEDED"));

        assertThat(published(read(list(), status("job-1", "SUCCEEDED")))).as("it is deferred").isEmpty();
        read(list(), status("job-1", "RUNNING"));
        assertThat(state("job-1").deferred()).isNull();
        assertThat(state("job-1").published().status()).isEqualTo("SUCCEEDED");
        assertThat(published(read(list(), status("job-1", "RUNNING")))).containsExactly("status-changed RUNNING");
    }

    /** To a list that is read alone, there is nothing that comes before an end. */
    @Test
    void publishesAnEndWithTheListIfTheListHoldsNone() {
        PollTask list = list();
        list.listing(new ListSnapshot(false));

        assertThat(published(read(list, status("job-1", "SUCCEEDED")))).containsExactly("status-changed SUCCEEDED");
    }

    @Test
    void watchesARetiredJobOnceMoreIfACheckpointOfItIsAboutToExpire() {
        watch(new SourceBuilder().timed(Duration.ZERO, Duration.ofDays(1)));
        remember(retired("job-1", Retired.FINISHED).expiring(START.plusSeconds(60)), retired("job-2",
                Retired.FINISHED));
        read(list(), status("job-1", "SUCCEEDED"), status("job-2", "SUCCEEDED"));

        assertThat(listing.watched()).containsExactly("job-1");
    }

    @Test
    void publishesThatAJobStalledIfNothingOfItIsFollowed() {
        watch(new SourceBuilder().follow().timed(Duration.ofHours(1), Duration.ZERO));
        read(list(), status("job-1", "RUNNING"));
        now = now.plusSeconds(3_600);

        assertThat(published(read(list(), status("job-1", "RUNNING")))).containsExactly("stalled RUNNING");
    }

    @Test
    void leavesItToTheReadingOfAJobWhetherItStalled() {
        watch(new SourceBuilder().timed(Duration.ofHours(1), Duration.ZERO));
        read(list(), status("job-1", "RUNNING"));
        now = now.plusSeconds(3_600);

        assertThat(read(list(), status("job-1", "RUNNING")).events()).isEmpty();
    }

    /** With the news that it is about: until then nothing of it was known. */
    @Test
    void remembersSinceWhenAJobShowsNothingNew() {
        read(list(), status("job-1", "RUNNING"));
        now = now.plusSeconds(60);
        read(list(), status("job-1", "RUNNING"));

        assertThat(state("job-1").timing().news()).isEqualTo(START);
    }

    @Test
    void retiresWhatTheListShowsNoMore() {
        remember(of("job-1", "RUNNING"), of("job-2", "RUNNING"));
        read(list(), status("job-2", "SUCCEEDED"));
        Batch batch = read(list(), status("job-1", "RUNNING"));

        assertThat(state("job-1").retired()).isNull();
        assertThat(batch.events()).isEmpty();
    }

    @Test
    void publishesTheDeferredEndOfAJobThatVanished() {
        remember(of("job-1", "RUNNING"), of("job-2", "RUNNING"));
        read(list(), status("job-1", "RUNNING"), status("job-2", "SUCCEEDED"));
        PollTask next = list();
        next.listing(new ListSnapshot(true));
        Batch batch = read(next, status("job-1", "RUNNING"));

        assertThat(published(batch)).containsExactly("status-changed SUCCEEDED");
        assertThat(state("job-2").retired()).isEqualTo(Retired.VANISHED);
        assertThat(state("job-1").retired()).isNull();
    }

    @Test
    void believesAnEmptyListWhenItIsReadAgain() {
        remember(of("job-1", "RUNNING"));
        read(list());
        assertThat(state("job-1").retired()).isNull();
        read(list());

        assertThat(state("job-1").retired()).isEqualTo(Retired.VANISHED);
    }

    @Test
    void believesAnEmptyListOnlyIfNothingWasShownBetween() {
        remember(of("job-1", "RUNNING"));
        read(list());
        read(list(), status("job-1", "RUNNING"));
        PollTask next = list();
        next.listing(new ListSnapshot(true));
        read(next);

        assertThat(state("job-1").retired()).isNull();
    }

    @Test
    void believesTheEndOfAListWhoseLastPageIsEmpty() {
        remember(of("job-1", "RUNNING"), of("job-2", "RUNNING"));
        PollTask list = list();
        readPage(list, "{\"facts\":[" + status("job-1", "RUNNING") + "],\"next\":\"2\"}");
        assertThat(state("job-2").retired()).as("the list goes on").isNull();
        read(list);

        assertThat(state("job-2").retired()).isEqualTo(Retired.VANISHED);
    }

    @Test
    void forgetsThatTheListIsSuspendedWhenItIsReadToItsEnd() {
        remember(JobState.blank("acme", "").suspended(JobState.LIST, parked()));
        PollTask list = list();
        readPage(list, "{\"facts\":[" + status("job-1", "RUNNING") + "],\"next\":\"2\"}");
        assertThat(state("").suspensions()).containsKey(JobState.LIST);
        read(list);

        assertThat(state("").suspensions()).isEmpty();
    }

    /** An end says what is read once after it, whether it is published now or later. */
    @Test
    void notesWhatIsToBeReadOnceAfterAnEnd() {
        watch(new SourceBuilder().once("results"));
        remember(of("job-1", "RUNNING"), retired("job-2", Retired.FINISHED));
        read(list(), ended("job-1", "file-1"), ended("job-2", "file-2"));
        assertThat(state("job-1").published().cursor("results").mark()).isEqualTo("file-1");
        assertThat(state("job-2").published().cursors()).isEmpty();

        watch(new SourceBuilder());
        remember(of("job-3", "RUNNING"));
        read(list(), ended("job-3", "file-3"));
        assertThat(state("job-3").published().cursors()).isEmpty();
    }

    private static String ended(String job, String file) {
        String end = status(job, "SUCCEEDED");
        return end.substring(0, end.length() - 1) + ",\"once\":{\"results\":\"" + file + "\"}}";
    }
}
