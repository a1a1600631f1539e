package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.FactType;
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

    @Test
    void readsWhatIsReadOnceAfterAnEndThatSaysWithWhat() {
        Set<String> once = Set.of("results", "files");
        Fact end = end(Map.of("results", "file-1"));
        PublishedState ended = PublishedState.NOTHING.withEnd(end, true, once);

        assertThat(ended.toRead(once)).containsExactly("results");
        assertThat(ended.toRead(Set.of())).isEmpty();
        PublishedState done = ended.withDone("results");
        assertThat(done.toRead(once)).isEmpty();
        assertThat(done.cursor("results").position()).isEqualTo(1);
        assertThat(done.withEnd(end, true, once).toRead(once)).as("the same once more").isEmpty();
        assertThat(done.withEnd(end(Map.of("results", "file-2")), true, once).toRead(once)).containsExactly("results");
        assertThat(done.withEnd(end(Map.of("results", "file-2")), false, once).toRead(once)).isEmpty();
        PublishedState late = ended.withEnd(end(Map.of("files", "f", "results", "file-1")), false, once);
        assertThat(late.toRead(once)).containsExactly("files", "results");
        assertThat(PublishedState.NOTHING.withEnd(end, false, once)).as("ended before").isEqualTo(PublishedState.NOTHING);
    }

    @Test
    void keepsTheMarkAndTheDeferredRecordOfAListUntilMoreIsRead() {
        PublishedState marked = PublishedState.NOTHING.withMark("events", "m-1").withDeferred("events", "e-1");

        assertThat(marked.cursor("events")).isEqualTo(new Cursor(0, List.of(), null, "m-1", "e-1"));
        assertThat(marked.withMark("events", "m-1")).isSameAs(marked);
        assertThat(marked.withDeferred("events", "e-1")).isSameAs(marked);
        assertThat(marked.withMark("events", "m-2").cursor("events").deferred()).isEqualTo("e-1");
        assertThat(marked.cursor("events").advanced(1, List.of("e-1"), null))
                .isEqualTo(new Cursor(1, List.of("e-1"), null, "m-1", null));
    }

    @Test
    void takesTheNameOfARejectedRecordAwayOnceItIsRecovered() {
        PublishedState rejected = PublishedState.NOTHING.withRejected("r").withRejected("s");
        PublishedState recovered = rejected.withRecovered("r", "event");

        assertThat(recovered.mayLack("r")).isFalse();
        assertThat(recovered.mayLack("s")).isTrue();
        assertThat(recovered.isRecovered("event")).isTrue();
        assertThat(recovered.hasRejected()).isTrue();
        assertThat(recovered.withRecovered("s", "other").hasRejected()).isFalse();
    }

    @Test
    void keepsOfEachListAsLittleAsIsNeededToReadOn() {
        String metrics = StepWindow.name("event");
        PublishedState state = PublishedState.NOTHING.withJobStatus("SUCCEEDED", "SUCCEEDED").withStatus("c-1", "READY", Instant.EPOCH)
                .withCursor("events", new Cursor(3, List.of("a", "b", "c"), Instant.EPOCH, "m", "d"))
                .withCursor(metrics, new Cursor(3, List.of(), null, "7 8 19", null)).tombstone();

        assertThat(state.cursors()).isEqualTo(Map.of("events", new Cursor(3, List.of("b", "c"), Instant.EPOCH, "m", null),
                metrics, new Cursor(3, List.of(), null, "19", null)));
        assertThat(state.statuses("")).containsExactly("SUCCEEDED");
        assertThat(state.isForgotten("c-1", Instant.EPOCH)).isTrue();
        assertThat(state.isForgotten("c-1", Instant.EPOCH.plusSeconds(1))).isFalse();
    }

    private static Fact end(Map<String, String> once) {
        return new Fact(FactType.JOB_STATUS_CHANGED, "job-1", null, null, null, null, null,
                JsonNodeFactory.instance.objectNode().put("status", "SUCCEEDED"), once, List.of());
    }

    private static RecordPage page(int from) {
        ObjectNode mapped = JsonNodeFactory.instance.objectNode();
        var facts = mapped.putArray("facts");
        IntStream.range(from, from + 100).forEach(job -> facts.addObject().put("kind", "job.status-changed")
                .putObject("raw").put("job_id", job));
        return RecordPage.of(mapped, new FactParser("dashscope", ZoneOffset.UTC));
    }
}
