package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.ZoneOffset;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;
import org.junit.jupiter.api.Test;

class StateListReaderTest {

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
