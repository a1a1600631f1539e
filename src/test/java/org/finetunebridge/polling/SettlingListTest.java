package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.polling.NamedLines.line;
import static org.finetunebridge.polling.NamedLines.page;
import static org.finetunebridge.polling.NamedLines.published;

import org.finetunebridge.event.Fact.OutgoingEvent;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;
import org.junit.jupiter.api.Test;

/** A list that grows at its end, and whose last record may still change. */
class SettlingListTest {

    private static final GrowingListReader LIST = new GrowingListReader("events", true);

    @Test
    void publishesALastRecordThatMayStillChangeOnceItWasReadTwiceTheSame() {
        StateDiff first = settling(PublishedState.NOTHING, 0, line("a", 1), line("b", 2));
        assertThat(published(first)).containsExactly("a");
        StateDiff changed = settling(first.published(), 0, line("a", 1), line("c", 2));
        assertThat(changed.any()).isFalse();
        assertThat(changed.published().cursor("events").position()).isEqualTo(1);
        StateDiff same = settling(changed.published(), 0, line("a", 1), line("c", 2));

        assertThat(published(same)).containsExactly("c");
        assertThat(same.items()).extracting(OutgoingEvent::sequence).containsExactly(1L);
    }

    @Test
    void defersOneRecordThatIsTheWholeList() {
        StateDiff first = settling(PublishedState.NOTHING, 0, line("a", 1));

        assertThat(first.any()).isFalse();
        assertThat(published(settling(first.published(), 0, line("a", 1)))).containsExactly("a");
    }

    @Test
    void defersNothingThatWasPublished() {
        PublishedState published = LIST.read(LIST.beginAgain(), PublishedState.NOTHING,
                page(null, null, null, line("a", 1), line("b", 2)), true).diff().published();
        ListPosition last = LIST.beginAgain().to(1, false, null);
        ListReader.Step step = LIST.read(last, published, page(null, null, null, line("b", 2)), false);

        assertThat(step.diff().published()).isSameAs(published);
        assertThat(step.diff().known()).isOne();
        assertThat(step.next()).as("its place is known").isNull();
        assertThat(settling(published, 1, line("b", 2), line("c", 3)).any()).as("what follows").isFalse();
    }

    @Test
    void defersNothingThatIsFollowedOrOfAJobThatEnded() {
        RecordPage page = page(null, null, null, line("a", 1), line("b", 2));
        RecordPage followed = new RecordPage(page.results(), null, true, false, null, null, null);

        assertThat(published(LIST.read(LIST.beginAgain(), PublishedState.NOTHING, followed, false).diff()))
                .containsExactly("a", "b");
        assertThat(published(LIST.read(LIST.beginAgain(), PublishedState.NOTHING, page, true).diff()))
                .containsExactly("a", "b");
        assertThat(LIST.read(LIST.beginAgain(), PublishedState.NOTHING, page(null, null, null), false).diff().any())
                .as("an empty one").isFalse();
    }

    private static StateDiff settling(PublishedState published, long from, ParseResult... lines) {
        ListPosition at = LIST.beginAgain().to(from, false, null);
        return LIST.read(at, published, page(null, null, null, lines), false).diff();
    }
}
