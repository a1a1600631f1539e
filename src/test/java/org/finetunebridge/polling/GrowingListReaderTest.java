package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;
import org.junit.jupiter.api.Test;

class GrowingListReaderTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final FactParser READER = new FactParser("acme", ZoneOffset.UTC);
    private static final GrowingListReader LIST = new GrowingListReader("events", false);

    @Test
    void publishesEveryLineWithItsPlace() {
        StateDiff first = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"));
        StateDiff second = growth(first.published(), 1, line(2, "b"), line(3, "c"));

        assertThat(first.items()).extracting(OutgoingEvent::sequence).containsExactly(0L, 1L);
        assertThat(second.items()).extracting(OutgoingEvent::sequence).containsExactly(2L);
        assertThat(second.published().cursor("events").position()).isEqualTo(3);
    }

    /** The way of lists that are paged otherwise. Nothing is asked for twice where next is on every page, the last one too. */
    @Test
    void readsOnWhereAPageNamesItsNext() {
        RecordPage named = new RecordPage(page(line(1, "a"), line(2, "b")).results(), "p2", false, false, null, null, null);
        ListReader.Step first = LIST.read(LIST.begin(PublishedState.NOTHING.cursor("events")), PublishedState.NOTHING, named, false);
        assertThat(first.next()).isNotNull().extracting(ListPosition::from).isEqualTo(1L);

        RecordPage same = new RecordPage(page(line(2, "b")).results(), "p3", false, false, null, null, null);
        ListReader.Step second = LIST.read(first.next(), first.diff().published(), same, false);
        assertThat(second.diff().any()).isFalse();
        assertThat(second.next()).as("a step on, to a page without any").isNotNull();
        RecordPage none = new RecordPage(List.of(), "p4", false, false, null, null, null);
        ListReader.Step last = LIST.read(second.next(), first.diff().published(), none, false);
        assertThat(last.next()).isNull();
        assertThat(last.wrong()).isNull();
    }

    @Test
    void trustsPositionsWhateverTheClocksSay() {
        StateDiff first = growth(PublishedState.NOTHING, 0, line(500, "a"));

        assertThat(messages(growth(first.published(), 0, line(500, "a"), line(3, "b"), line(500, "c"))))
                .containsExactly("b", "c");
    }

    @Test
    void takesTwoEqualLinesForOneFactButForTwoPlaces() {
        StateDiff diff = growth(PublishedState.NOTHING, 0, line(1, "a"), line(1, "a"), line(1, "b"));

        assertThat(messages(diff)).containsExactly("a", "b");
        assertThat(diff.items()).extracting(OutgoingEvent::sequence).containsExactly(0L, 2L);
        assertThat(diff.published().cursor("events").position()).isEqualTo(3);
    }

    @Test
    void findsItsPlaceInAPageThatBeginsElsewhere() {
        StateDiff first = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"));

        assertThat(messages(growth(first.published(), 1, line(1, "a"), line(2, "b"), line(3, "c")))).containsExactly("c");
    }

    @Test
    void tellsNothingOfAPageItCannotPlaceBeforeTheListWasReadAgain() {
        StateDiff first = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"), line(3, "c"));
        StateDiff later = growth(first.published(), 2, line(9, "i"), line(10, "j"));

        assertThat(step(first.published(), 2, line(9, "i"), line(10, "j")).next()).isEqualTo(LIST.beginAgain().readAgain());
        assertThat(later.any()).isFalse();
        assertThat(later.published()).isSameAs(first.published());
    }

    @Test
    void goesByTimeIfItsPlaceIsNowhere() {
        StateDiff first = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"));

        StateDiff diff = LIST.read(LIST.beginAgain().readAgain(), first.published(),
                page(line(1, "x"), line(2, "y"), line(3, "z")), false).diff();
        assertThat(messages(diff)).as("b's own moment may hold more").containsExactly("y", "z");
        assertThat(diff.published().cursor("events").position()).isEqualTo(3);
    }

    @Test
    void asksForTheListAgainIfItEndsBeforeTheLastLineTold() {
        StateDiff first = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"));

        assertThat(step(first.published(), 1).next()).isEqualTo(LIST.beginAgain().readAgain());
        assertThat(step(PublishedState.NOTHING, 0).next()).isNull();
    }

    @Test
    void derivesAStatusFromALineThatChangesIt() {
        StateDiff first = growth(PublishedState.NOTHING, 0, derived(1, "RUNNING"), derived(2, "RUNNING"), derived(3, "PAUSED"),
                derived(4, "RUNNING"));

        assertThat(first.items().stream().filter(item -> item.sequence() == null))
                .extracting(item -> item.fact().status() + " " + item.previous())
                .containsExactly("RUNNING null", "PAUSED RUNNING", "RUNNING PAUSED");
    }

    @Test
    void tellsALineToldOnceAfterManyOthers() {
        PublishedState published = PublishedState.NOTHING;
        for (int n = 0; n < 200; n++) {
            StateDiff diff = growth(published, Math.max(0, n - 1), n == 0 ? new ObjectNode[] {line(0, "0")}
                    : new ObjectNode[] {line(n - 1, "" + (n - 1)), line(n, "" + n)});
            assertThat(messages(diff)).containsExactly("" + n);
            published = diff.published();
        }
        assertThat(published.cursor("events").last()).hasSize(Cursor.BOUNDARY);
        assertThat(published.cursor("events").newest()).isEqualTo(Instant.ofEpochSecond(1_772_000_000L + 199));
    }

    @Test
    void beginsWithTheLastRecordPublished() {
        assertThat(LIST.begin(publishedTwo().cursor("events"))).isEqualTo(LIST.beginAgain().to(1, false, null));
        assertThat(LIST.begin(Cursor.START)).isEqualTo(ListPosition.at("0", 0));
    }

    @Test
    void isNotLostAtItsBeginningNorAtItsEnd() {
        PublishedState one = growth(PublishedState.NOTHING, 0, line(1, "a")).published();

        assertThat(step(one, 0).next()).as("empty from its beginning").isNull();
        assertThat(step(one, 1).next()).as("empty from its end").isNull();
        assertThat(step(one, 0, line(9, "x")).next()).as("another record at its beginning").isNull();
    }

    @Test
    void goesByTimeForOneRecordAloneInAListReadAgain() {
        PublishedState two = publishedTwo();
        ListReader.Step step = LIST.read(LIST.beginAgain().readAgain(), two, page(line(1, "x"), line(2, "y")), false);

        assertThat(messages(step.diff())).containsExactly("y");
        assertThat(LIST.read(LIST.beginAgain().to(1, true, null), two, page(line(9, "z")), false).next()).isNull();
    }

    /** Fewer records than were published: those published last may still come. */
    @Test
    void keepsItsPlaceWhileTheRecordPublishedLastMayStillCome() {
        PublishedState three = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"), line(3, "c")).published();
        RecordPage first = more(line(1, "x"), line(2, "y"));
        ListReader.Step step = LIST.read(LIST.beginAgain().readAgain(), three, first, false);

        assertThat(step.diff().any()).isFalse();
        assertThat(step.diff().published().cursor("events").position()).isEqualTo(3);
        assertThat(step.next().from()).isEqualTo(2);
        assertThat(step.next().again()).isTrue();
        assertThat(step.wrong()).isNull();
    }

    @Test
    void publishesARecordWithoutATimeRatherTwiceThanNever() {
        ObjectNode untimed = line(1, "u");
        untimed.remove("time");
        StateDiff diff = LIST.read(LIST.beginAgain().readAgain(), publishedTwo(), page(untimed, line(0, "x")), false)
                .diff();

        assertThat(messages(diff)).containsExactly("u");
    }

    @Test
    void countsAnewWhereTheProviderCountsDifferently() {
        PublishedState three = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"), line(3, "c")).published();
        StateDiff shorter = growth(three, 1, line(3, "c"), line(4, "d"));
        StateDiff later = growth(three, 2, line(2, "b"), line(3, "c"), line(4, "d"));

        assertThat(messages(shorter)).containsExactly("d");
        assertThat(shorter.items()).extracting(OutgoingEvent::sequence).containsExactly(3L);
        assertThat(shorter.known()).isOne();
        assertThat(shorter.published().cursor("events").position()).as("of the page").isEqualTo(3);
        assertThat(later.published().cursor("events").position()).as("as many as are new").isEqualTo(4);
    }

    /** The longest row of those published last tells the place: single records may be equal. */
    @Test
    void findsItsPlaceWhereMostOfTheRecordsPublishedLastStandInARow() {
        PublishedState three = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"), line(3, "c")).published();

        StateDiff diff = growth(three, 1, line(3, "c"), line(1, "x"), line(1, "a"), line(2, "b"), line(3, "c"),
                line(4, "d"));

        assertThat(messages(diff)).containsExactly("d");
    }

    /** What stands between them may be new: better twice than never. */
    @Test
    void findsItsPlaceAtTheFirstOfTwoRowsThatAreEquallyLong() {
        PublishedState three = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"), line(3, "c")).published();
        StateDiff diff = growth(three, 1, line(1, "a"), line(2, "b"), line(3, "c"), line(4, "x"), line(1, "a"),
                line(2, "b"), line(3, "c"), line(5, "d"));

        assertThat(messages(diff)).containsExactly("x", "d");
    }

    @Test
    void isAtItsEndWithMoreEqualRecordsThanItKeepsIdsOf() {
        ObjectNode[] lines = new ObjectNode[Cursor.BOUNDARY + 2];
        Arrays.setAll(lines, at -> line(1, "a"));
        PublishedState published = growth(PublishedState.NOTHING, 0, lines).published();

        assertThat(growth(published, 0, lines).published()).isSameAs(published);
    }

    @Test
    void countsAnewWhatIsShorterThoughNothingIsNew() {
        PublishedState three = growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b"), line(3, "c")).published();
        StateDiff diff = growth(three, 0, line(2, "b"), line(3, "c"));

        assertThat(diff.any()).isFalse();
        assertThat(diff.published().cursor("events").position()).isEqualTo(2);
    }

    @Test
    void staysWhereItWasInAListReadAgainThatShowsOnlyOlderRecords() {
        PublishedState two = publishedTwo();
        ListPosition again = LIST.beginAgain().readAgain();

        assertThat(LIST.read(again, two, page(line(0, "x"), line(0, "y"), line(0, "z")), false).diff().published())
                .isSameAs(two);
        assertThat(LIST.read(again, two, more(line(0, "x"), line(0, "y")), false).next().from())
                .as("from its last record on").isOne();
    }

    @Test
    void findsItsPlaceByARecordThatCouldNotBeUsedWhenItWasRead() {
        ObjectNode unusable = line(2, "b");
        unusable.putObject("data");
        StateDiff first = growth(PublishedState.NOTHING, 0, line(1, "a"), unusable);
        assertThat(first.rejected()).hasSize(1);

        assertThat(messages(growth(first.published(), 1, line(2, "b"), line(3, "c")))).containsExactly("c");
    }

    /** By its place a record is new, whatever a replay published; by its time alone it is not. */
    @Test
    void takesForKnownWhatAReplayPublishedOnlyWhereItsPlaceIsUnknown() {
        ObjectNode replayed = line(3, "c");
        PublishedState two = publishedTwo().withRecovered("bad", page(replayed).results().get(0).id());
        StateDiff byTime = LIST.read(LIST.beginAgain().readAgain(), two, page(line(1, "x"), replayed), false).diff();

        assertThat(byTime.any()).isFalse();
        assertThat(messages(growth(two, 1, line(2, "b"), replayed))).containsExactly("c");
    }

    @Test
    void countsAsKnownWhatWasPublishedAndWhatIsShownTwice() {
        StateDiff diff = growth(publishedTwo(), 0, line(1, "a"), line(2, "b"), line(3, "c"), line(3, "c"));

        assertThat(diff.known()).isEqualTo(3);
        assertThat(messages(diff)).containsExactly("c");
    }

    @Test
    void readsOnFromTheLastRecordOfAPage() {
        RecordPage more = more(line(1, "a"), line(2, "b"));
        ListReader.Step step = LIST.read(LIST.beginAgain(), PublishedState.NOTHING, more, false);

        assertThat(step.next()).isEqualTo(LIST.beginAgain().to(1, false, more.results()));
        assertThat(LIST.read(LIST.beginAgain().readAgain(), PublishedState.NOTHING, more, false).next().again())
                .isTrue();
    }

    @Test
    void saysThatAListShowsNothingNewThoughItSaysThatThereIsMore() {
        PublishedState two = publishedTwo();
        RecordPage unsure = new RecordPage(List.of(), null, true, true, null, null, null);
        ListPosition end = LIST.beginAgain().to(2, false, null);

        assertThat(LIST.read(end, two, more(), false).wrong()).contains("says that there is more");
        assertThat(LIST.read(end, two, unsure, false).wrong()).as("where it is supposed").isNull();
        assertThat(LIST.read(end, two, page(), false).wrong()).isNull();
        assertThat(LIST.read(LIST.beginAgain(), two, more(line(1, "a"), line(2, "b")), false).wrong())
                .as("before its end").isNull();
    }

    private static PublishedState publishedTwo() {
        return growth(PublishedState.NOTHING, 0, line(1, "a"), line(2, "b")).published();
    }

    private static StateDiff growth(PublishedState published, long from, ObjectNode... lines) {
        return step(published, from, lines).diff();
    }

    private static ListReader.Step step(PublishedState published, long from, ObjectNode... lines) {
        return LIST.read(LIST.beginAgain().to(from, false, null), published, page(lines), false);
    }

    private static List<String> messages(StateDiff diff) {
        return diff.items().stream().map(item -> item.fact().data().path("message").asText()).toList();
    }

    /** A page that says that there is more. */
    private static RecordPage more(ObjectNode... facts) {
        return new RecordPage(page(facts).results(), null, true, false, null, null, null);
    }

    private static RecordPage page(ObjectNode... facts) {
        ArrayNode all = NODES.arrayNode().addAll(Arrays.asList(facts));
        return RecordPage.of(NODES.objectNode().set("facts", all), READER);
    }

    private static ObjectNode status(String status) {
        ObjectNode fact = NODES.objectNode().put("kind", "job.status-changed").put("job", "job-1");
        fact.putArray("key").add(status);
        fact.putObject("data").put("status", status).put("statusRaw", status);
        return fact.put("raw", status);
    }

    private static ObjectNode line(long second, String message) {
        ObjectNode fact = NODES.objectNode().put("kind", "log.appended").put("job", "job-1");
        fact.put("time", 1_772_000_000L + second);
        fact.putArray("key").add(1_772_000_000L + second).add(message);
        fact.putObject("data").put("message", message);
        return fact.put("raw", message);
    }

    private static ObjectNode derived(long second, String status) {
        ObjectNode line = line(second, status);
        ObjectNode derived = status(status);
        derived.withArray("key").add(second);
        line.set("derived", derived);
        return line;
    }
}
