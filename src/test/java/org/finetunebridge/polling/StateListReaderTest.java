package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.ZoneOffset;
import java.util.List;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;
import org.junit.jupiter.api.Test;

class StateListReaderTest {

    private static final StateListReader LIST = new StateListReader("jobs", "1", false);
    private static final ListPosition FIRST = ListPosition.at("1", 0);
    private static final List<ParseResult> ONE = List.of(NamedLines.line("a", 1));
    private static final List<ParseResult> OTHER = List.of(NamedLines.line("b", 2));

    /** They were lost without a word: a list that shows how things stand has no place from which to read on. */
    @Test
    void rejectsRecordsOfALogThatHasNoWayToBeRead() {
        StateDiff diff = read(PublishedState.NOTHING, false);

        assertThat(diff.rejected()).extracting(ParseResult::reason).singleElement().asString()
                .contains("log.appended", "after, recent, growing or whole");
        assertThat(diff.items()).as("what shows how things stand").hasSize(1);
        assertThat(read(diff.published(), false).rejected()).as("once").isEmpty();
        assertThat(read(PublishedState.NOTHING, true).rejected()).isEmpty();
        assertThat(read(PublishedState.NOTHING, true).items()).hasSize(2);
    }

    @Test
    void readsOnWhereAPageNamesItsNext() {
        ListReader.Step step = pass(FIRST, new RecordPage(ONE, "p2", true, false, null, null, null));

        assertThat(step.next()).isEqualTo(FIRST.next("p2", ONE));
        assertThat(step.wrong()).isNull();
        assertThat(pass(FIRST, new RecordPage(ONE, null, true, false, null, null, null)).next()).isNull();
    }

    @Test
    void endsWhereAPageRepeatsWhatWasSeenAndSaysSo() {
        ListPosition second = FIRST.next("p2", ONE);
        ListReader.Step sure = pass(second, new RecordPage(ONE, "p3", false, false, null, null, null));

        assertThat(sure.next()).isNull();
        assertThat(sure.wrong()).isEqualTo("repeats a page");
        assertThat(pass(second, new RecordPage(ONE, "p3", false, true, null, null, null)).wrong())
                .as("nobody said that there is more").isNull();
        assertThat(pass(second, new RecordPage(ONE, null, false, false, null, null, null)).wrong())
                .as("the last page").isNull();
        assertThat(pass(second, new RecordPage(OTHER, "p3", false, false, null, null, null)).next())
                .as("with news").isNotNull();
    }

    /** Lists that are filtered, or read in two steps, have pages without records. */
    @Test
    void passesAPageWithoutNewsThatSaysThatThereIsMore() {
        ListPosition second = FIRST.next("p2", ONE);

        assertThat(pass(second, new RecordPage(List.of(), "p3", true, false, null, null, null)).next()).isNotNull();
        assertThat(pass(second, new RecordPage(List.of(), "p2", true, false, null, null, null)).next())
                .as("itself as its next").isNull();
    }

    @Test
    void doesNotReadAListWithoutNewsForEver() {
        ListPosition at = FIRST;
        for (int page = 0; page < 1_000; page++) {
            at = at.next("p" + page, List.of());
        }

        assertThat(pass(at, new RecordPage(List.of(), "on", true, false, null, null, null)).wrong())
                .isEqualTo("repeats a page");
    }

    @Test
    void beginsAtItsFirstPageWhateverWasPublished() {
        assertThat(LIST.begin(PublishedState.NOTHING.withMark("jobs", "m").cursor("jobs"))).isEqualTo(FIRST);
    }

    private static ListReader.Step pass(ListPosition at, RecordPage page) {
        return LIST.read(at, PublishedState.NOTHING, page, false);
    }

    private static StateDiff read(PublishedState published, boolean whole) {
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ObjectNode line = page.withArray("facts").addObject().put("kind", "log.appended").put("job", "j");
        line.putArray("key").add("1");
        line.putObject("raw").put("line", "quack");
        line.putObject("data").put("level", "INFO").put("message", "quack");
        ObjectNode status = page.withArray("facts").addObject().put("kind", "job.status-changed").put("job", "j");
        status.putArray("key").add("j").add("RUNNING");
        status.putObject("raw").put("status", "RUNNING");
        status.putObject("data").put("status", "RUNNING").put("statusRaw", "RUNNING");
        return new StateListReader("events", "", whole).read(ListPosition.at("", 0), published,
                RecordPage.of(page, new FactParser("acme", ZoneOffset.UTC)), false).diff();
    }
}
