package org.finetunebridge.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FactTest {

    private static final Instant TIME = Instant.parse("2026-03-01T00:00:00Z");
    private static final JsonNode RAW = TextNode.valueOf("2026-03-01");

    @Test
    void datesOnlyAnEndThatComesAgain() {
        Fact running = status("RUNNING");
        Fact ended = status("SUCCEEDED");

        assertThat(running.occurrence(1)).isSameAs(running);
        assertThat(ended.occurrence(1)).isSameAs(ended);
        assertThat(running.occurrence(2)).extracting(Fact::time, Fact::timeRaw).containsExactly(null, null);
        assertThat(ended.occurrence(2)).extracting(Fact::time, Fact::timeRaw).containsExactly(TIME, RAW);
        assertThat(List.of(running.occurrence(2).id(), running.occurrence(3).id(), running.id())).doesNotHaveDuplicates();
    }

    @Test
    void showsOfItsDerivedFactsThoseThatWereMeasured() {
        Fact measured = fact(FactType.METRICS_RECORDED, JsonNodeFactory.instance.objectNode(), List.of());
        Fact checkpoint = fact(FactType.CHECKPOINT_CHANGED, JsonNodeFactory.instance.objectNode(), List.of());

        assertThat(fact(FactType.LOG_APPENDED, JsonNodeFactory.instance.objectNode(), List.of(checkpoint, measured)).metrics())
                .containsExactly(measured);
        assertThat(measured.metrics()).isEmpty();
    }

    private static Fact status(String word) {
        return fact(FactType.JOB_STATUS_CHANGED, JsonNodeFactory.instance.objectNode().put("status", word), List.of());
    }

    private static Fact fact(FactType kind, JsonNode data, List<Fact> derived) {
        var id = new EventId.Deferred(() -> EventId.of(kind, "acme", "ft-1", JsonNodeFactory.instance.arrayNode().add(data.toString())));
        return new Fact(kind, "ft-1", id, TIME, RAW, null, null, data, Map.of(), derived);
    }
}
