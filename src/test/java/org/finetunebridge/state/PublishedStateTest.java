package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.RecordPage;
import org.junit.jupiter.api.Test;

class PublishedStateTest {

    @Test
    void refusesARecordOnceHoweverManyAreBadAtATime() {
        PublishedState published = PublishedState.NOTHING;
        for (int from = 0; from < 2000; from += 100) {
            StateDiff diff = StateDiff.ofState(published, page(from).results());
            assertThat(diff.rejected()).hasSize(100);
            published = diff.published();
        }
        for (int from = 0; from < 2000; from += 100) {
            assertThat(StateDiff.ofState(published, page(from).results()).any()).isFalse();
        }
    }

    private static RecordPage page(int from) {
        ObjectNode mapped = JsonNodeFactory.instance.objectNode();
        var facts = mapped.putArray("facts");
        IntStream.range(from, from + 100).forEach(job -> facts.addObject().put("kind", "job.status-changed")
                .putObject("raw").put("job_id", job));
        return RecordPage.of(mapped, new FactParser("dashscope", ZoneOffset.UTC));
    }
}
