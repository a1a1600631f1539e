package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.polling.NamedLines.line;
import static org.finetunebridge.polling.NamedLines.page;
import static org.finetunebridge.polling.NamedLines.published;

import org.finetunebridge.event.RecordPage;
import org.finetunebridge.polling.ListPosition.Newer;
import org.finetunebridge.state.PublishedState;
import org.junit.jupiter.api.Test;

class NewestFirstListReaderTest {

    private static final NewestFirstListReader LIST = new NewestFirstListReader("events", "first");
    private static final ListPosition FIRST = LIST.beginAgain();
    private static final RecordPage NEWEST = page("p2", null, true, line("c", 3), line("d", 4));

    @Test
    void publishesAPageThatReachesWhatWasPublished() {
        ListReader.Step step = read(FIRST, known(), page("p2", null, true, line("b", 2), line("c", 3)));

        assertThat(published(step.diff())).containsExactly("c");
        assertThat(step.next()).isNull();
    }

    @Test
    void publishesTheLastPage() {
        ListReader.Step step = read(FIRST, known(), page(null, null, true, line("c", 3)));

        assertThat(published(step.diff())).containsExactly("c");
    }

    @Test
    void goesBackBeforeItPublishes() {
        ListReader.Step step = read(FIRST, known(), NEWEST);

        assertThat(step.diff().any()).isFalse();
        assertThat(step.next().cursor()).isEqualTo("p2");
        assertThat(step.next().newer()).isEqualTo(new Newer("first", null));
    }

    @Test
    void goesBackNoFurtherThanToAPageThatRepeatsWhatWasSeen() {
        ListPosition second = read(FIRST, known(), NEWEST).next();
        ListReader.Step step = read(second, known(), page("p3", null, true, line("c", 3), line("d", 4)));

        assertThat(published(step.diff())).containsExactly("c", "d");
        assertThat(step.next().cursor()).isEqualTo("first");
    }

    @Test
    void comesForthOverThePagesItPassed() {
        ListPosition second = read(FIRST, known(), NEWEST).next();
        ListReader.Step step = read(second, known(), page(null, null, true, line("a", 1), line("b", 2)));

        assertThat(step.next()).isEqualTo(second.forth());
        assertThat(published(read(step.next(), step.diff().published(), NEWEST).diff())).containsExactly("c", "d");
    }

    /** On the way forward everything follows what was published, whatever its time says. */
    @Test
    void publishesAllThatIsNotKnownOnTheWayForward() {
        var forward = new ListPosition("p2", 0, null, new Newer("first", null), "p3", true, false, false);

        assertThat(published(read(forward, known(), page("p9", null, true, line("z", 0))).diff())).containsExactly("z");
        assertThat(published(read(FIRST, known(), page(null, null, true, line("z", 0))).diff()))
                .as("elsewhere").isEmpty();
    }

    /** The page names the one that was published just now as its next: nothing has come between. */
    @Test
    void publishesAPageThatFollowsTheOnePublishedBefore() {
        var newest = new ListPosition("first", 0, null, null, "p2", false, false, false);

        assertThat(published(read(newest, known(), page("p2", null, true, line("z", 0))).diff())).containsExactly("z");
        assertThat(read(newest, known(), page("p7", null, true, line("d", 4))).next()).as("if others came between")
                .isEqualTo(newest.back("p7", page(null, null, null, line("d", 4)).results()));
    }

    /** Nobody knows whether it was published before the interruption: then what is known by name tells, and time. */
    @Test
    void comparesAPageThatWasInterruptedWithWhatWasPublished() {
        var forward = new ListPosition("p2", 0, null, new Newer("first", null), "p3", true, false, true);

        assertThat(published(read(forward, known(), page("p9", null, true, line("z", 0), line("b", 2))).diff()))
                .isEmpty();
        assertThat(published(read(forward, known(), page("p9", null, true, line("z", 0))).diff())).containsExactly("z");
    }

    @Test
    void readsOnIfItIsShownOldestFirst() {
        ListReader.Step step = read(FIRST, PublishedState.NOTHING, page("p2", "b", false, line("a", 1), line("b", 2)));

        assertThat(published(step.diff())).containsExactly("a", "b");
        assertThat(step.next().newer()).isNull();
        assertThat(step.diff().published().cursor("events").mark()).isEqualTo("b");
    }

    @Test
    void isReadBackThoughAPageDoesNotShowTheOrder() {
        assertThat(read(FIRST, known(), page("p2", "d", null, line("d", 4))).next().newer()).isNotNull();
    }

    @Test
    void beginsAgainWithoutTheMarkIfItIsTurned() {
        ListReader.Step step = read(ListPosition.at("b", 0), known().withMark("events", "b"), NEWEST);

        assertThat(step.next()).isEqualTo(FIRST);
        assertThat(step.diff().published().cursor("events").mark()).isNull();
    }

    private static PublishedState known() {
        return read(FIRST, PublishedState.NOTHING, page(null, null, true, line("a", 1), line("b", 2)))
                .diff().published();
    }

    private static ListReader.Step read(ListPosition at, PublishedState published, RecordPage page) {
        return LIST.read(at, published, page, false);
    }
}
