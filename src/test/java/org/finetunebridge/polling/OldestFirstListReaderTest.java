package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.polling.NamedLines.bad;
import static org.finetunebridge.polling.NamedLines.line;
import static org.finetunebridge.polling.NamedLines.page;
import static org.finetunebridge.polling.NamedLines.published;

import java.time.Instant;
import java.util.List;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.PublishedState;
import org.junit.jupiter.api.Test;

class OldestFirstListReaderTest {

    private static final OldestFirstListReader LIST = new OldestFirstListReader("events", "first");
    private static final ListPosition FIRST = LIST.beginAgain();

    @Test
    void readsOnAfterTheMark() {
        ListReader.Step step = read(FIRST, PublishedState.NOTHING, page(null, "b", false, line("a", 1), line("b", 2)));

        assertThat(published(step.diff())).containsExactly("a", "b");
        assertThat(step.next()).isNull();
        assertThat(mark(step)).isEqualTo("b");
        assertThat(LIST.begin(step.diff().published().cursor("events"))).isEqualTo(ListPosition.at("b", 0));
        assertThat(LIST.begin(PublishedState.NOTHING.cursor("events"))).isEqualTo(ListPosition.at("first", 0));
    }

    @Test
    void movesTheMarkWithAPageOfOneMoment() {
        ListReader.Step step = read(ListPosition.at("b", 0), marked(), page(null, "c", null, line("c", 3)));

        assertThat(published(step.diff())).containsExactly("c");
        assertThat(mark(step)).isEqualTo("c");
    }

    @Test
    void keepsTheMarkIfAPageHasNone() {
        assertThat(mark(read(ListPosition.at("b", 0), marked(), page(null, null, false, line("c", 3))))).isEqualTo("b");
    }

    /** What follows the mark is new, whatever its time says; without a mark time is all there is. */
    @Test
    void publishesWhatFollowsTheMarkThoughItIsOlder() {
        RecordPage older = page(null, "c", false, line("c", 1));

        assertThat(published(read(ListPosition.at("b", 0), marked(), older).diff())).containsExactly("c");
        assertThat(published(read(FIRST, unmarked(), older).diff())).isEmpty();
    }

    /** A page of one moment does not tell in which order the list is. */
    @Test
    void takesNoMarkFromAPageThatDoesNotShowTheOrder() {
        ListReader.Step step = read(FIRST, PublishedState.NOTHING, page(null, "a", null, line("a", 1)));

        assertThat(published(step.diff())).containsExactly("a");
        assertThat(mark(step)).isNull();
    }

    @Test
    void takesAMarkFromAPageThatReachesWhatWasPublishedThoughNothingIsNew() {
        assertThat(mark(read(FIRST, unmarked(), page(null, "b", false, line("a", 1), line("b", 2))))).isEqualTo("b");
        assertThat(mark(read(FIRST, unmarked(), page(null, "z", false, line("y", 0), line("z", 1)))))
                .as("one that comes before all that was published").isNull();
        assertThat(mark(read(FIRST, PublishedState.NOTHING, page(null, "a", false))))
                .as("of a list without records").isEqualTo("a");
    }

    @Test
    void takesAMarkFromAPageWithNewsThoughItDoesNotReachWhatWasPublished() {
        assertThat(mark(read(FIRST, unmarked(), page(null, "d", false, line("c", 3), line("d", 4))))).isEqualTo("d");
    }

    @Test
    void takesNoMarkFromAPageOfOneMomentThoughItHasNews() {
        assertThat(mark(read(FIRST, unmarked(), page(null, "c", null, line("c", 3))))).isNull();
    }

    @Test
    void readsOnUntilAPageRepeatsWhatWasSeen() {
        ListReader.Step first = read(FIRST, PublishedState.NOTHING, page("p2", "a", false, line("a", 1)));
        assertThat(first.next().cursor()).isEqualTo("p2");
        assertThat(first.next().from()).isEqualTo(1);

        assertThat(read(first.next(), first.diff().published(), page("p3", "a", false, line("a", 1))).next()).isNull();
        assertThat(read(first.next(), first.diff().published(), page("p3", "b", false, line("b", 2))).next())
                .isNotNull();
    }

    @Test
    void dropsAMarkThatWasRefused() {
        ListReader.Step step = read(FIRST.readAgain(), marked(),
                page(null, "b", null, line("a", 1), line("b", 2), line("c", 3)));

        assertThat(published(step.diff())).containsExactly("c");
        assertThat(mark(step)).isNull();
    }

    @Test
    void beginsAgainWithoutTheMarkIfThePageSaysThatItIsTurned() {
        ListReader.Step step = read(ListPosition.at("b", 0), marked(), page("p2", "c", true, line("a", 1)));

        assertThat(step.diff().any()).isFalse();
        assertThat(mark(step)).isNull();
        assertThat(step.next()).isEqualTo(FIRST);
    }

    @Test
    void beginsAgainIfThePageShowsOnlyWhatComesBeforeTheMark() {
        assertThat(markAfter(line("a", 1))).isNull();
        assertThat(markAfter(line("a", 1), line("c", 3))).as("with news").isEqualTo("c");
        assertThat(markAfter(line("z", 1))).as("with an unknown one").isEqualTo("c");
        assertThat(markAfter(line("b", 2))).as("with the mark itself").isEqualTo("c");
        assertThat(markAfter()).as("with nothing").isEqualTo("c");
        assertThat(markAfter(line("a", (Instant) null))).as("without a time").isEqualTo("c");
        assertThat(markAfter(bad("a"))).as("with one that cannot be used").isEqualTo("c");
        ListPosition second = ListPosition.at("b", 0).next("p2", List.of());
        assertThat(mark(read(second, marked(), page(null, "c", null, line("a", 1))))).as("further on").isEqualTo("c");
    }

    @Test
    void doesNotGoByTimesWhereNoRecordHasOne() {
        RecordPage page = page(null, "a", false, line("a", (Instant) null));
        PublishedState untimed = read(FIRST, PublishedState.NOTHING, page).diff().published();

        assertThat(mark(read(ListPosition.at("a", 0), untimed, page(null, "c", null, line("a", 1))))).isEqualTo("c");
    }

    @Test
    void isReadBackIfItIsShownNewestFirst() {
        ListReader.Step step = read(FIRST, unmarked(), page("p2", "d", true, line("d", 4)));

        assertThat(step.diff().any()).as("before it reached what was published").isFalse();
        assertThat(step.next().newer()).isNotNull();
    }

    private static PublishedState marked() {
        return read(FIRST, PublishedState.NOTHING, page(null, "b", false, line("a", 1), line("b", 2)))
                .diff().published();
    }

    private static PublishedState unmarked() {
        return marked().withMark("events", null);
    }

    /** After a page of these, asked with the mark. */
    private static String markAfter(ParseResult... lines) {
        return mark(read(ListPosition.at("b", 0), marked(), page(null, "c", null, lines)));
    }

    private static String mark(ListReader.Step step) {
        return step.diff().published().cursor("events").mark();
    }

    private static ListReader.Step read(ListPosition at, PublishedState published, RecordPage page) {
        return LIST.read(at, published, page, false);
    }
}
