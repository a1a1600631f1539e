package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.polling.NamedLines.line;

import java.util.List;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.polling.ListPosition.Newer;
import org.junit.jupiter.api.Test;

class ListPositionTest {

    private static final List<ParseResult> PAGE = List.of(line("a", 1), line("b", 2));
    private static final List<ParseResult> OTHER = List.of(line("c", 3));
    private static final int MOST_WITHOUT_NEWS = 1_000;

    private final ListPosition first = ListPosition.at("", 0);

    @Test
    void countsTheRecordsBeforeThePage() {
        assertThat(first.next("p2", PAGE).next("p3", OTHER).from()).isEqualTo(3);
        assertThat(first.back("p2", PAGE).back("p3", OTHER).from()).isEqualTo(3);
    }

    @Test
    void remembersTheRecordsOfAllPagesBefore() {
        ListPosition third = first.next("p2", PAGE).next("p3", OTHER);

        assertThat(third.isNewIn(PAGE)).isFalse();
        assertThat(third.isNewIn(OTHER)).isFalse();
        assertThat(third.isNewIn(List.of(line("a", 1), line("d", 4)))).isTrue();
        assertThat(first.isNewIn(PAGE)).isTrue();
    }

    @Test
    void remembersTheJobsOfAllPagesBefore() {
        ListPosition third = first.next("p2", PAGE).next("p3", OTHER);

        assertThat(third.hasShown("job-1")).isTrue();
        assertThat(third.hasShown("job-2")).isFalse();
        assertThat(third.hasShown("a")).as("a record's name").isFalse();
        assertThat(first.hasShown("job-1")).isFalse();
    }

    @Test
    void passesAThousandPagesWithoutNewsInARow() {
        ListPosition at = first.next("p", PAGE);
        for (int page = 1; page < MOST_WITHOUT_NEWS; page++) {
            at = at.next("p", PAGE);
        }
        assertThat(at.mayPassPageWithoutNews()).isTrue();

        assertThat(at.next("p", List.of()).mayPassPageWithoutNews()).isFalse();
        assertThat(at.next("p", OTHER).next("p", List.of()).mayPassPageWithoutNews())
                .as("after one with news").isTrue();
    }

    @Test
    void leadsBackPageByPageAndForthOnTheSameWay() {
        ListPosition third = first.back("p2", PAGE).back("p3", OTHER);
        assertThat(third.newer()).isEqualTo(new Newer("p2", new Newer("", null)));

        ListPosition second = third.forth();
        assertThat(second).isEqualTo(new ListPosition("p2", 0, null, new Newer("", null), "p3", true, false, false));
        assertThat(second.forth()).as("the newest page is no part of the way forward")
                .isEqualTo(new ListPosition("", 0, null, null, "p2", false, false, false));
    }

    @Test
    void keepsAfterAnInterruptionHowPagesAreAskedOnly() {
        ListPosition second = first.back("p2", PAGE);

        assertThat(second.afterInterruption())
                .isEqualTo(new ListPosition("p2", 2, null, new Newer("", null), null, false, false, true));
    }

    @Test
    void isTheSamePageWhenTheListIsReadAgain() {
        ListPosition second = first.back("p2", PAGE);

        assertThat(second.readAgain())
                .isEqualTo(new ListPosition("p2", 2, second.seen(), second.newer(), null, false, true, false));
    }

    @Test
    void remembersOfAListByPositionThePageBeforeAlone() {
        ListPosition at = first.next("p2", OTHER).to(5, true, PAGE);

        assertThat(at.cursor()).isEqualTo("5");
        assertThat(at.from()).isEqualTo(5);
        assertThat(at.again()).isTrue();
        assertThat(at.isNewIn(PAGE)).isFalse();
        assertThat(at.isNewIn(OTHER)).isTrue();
        assertThat(first.next("p2", OTHER).to(5, false, null).seen()).isNull();
    }
}
