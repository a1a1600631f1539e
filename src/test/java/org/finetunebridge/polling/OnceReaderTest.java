package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.ZoneOffset;
import java.util.Set;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobStateSerde;
import org.finetunebridge.state.PublishedState;
import org.junit.jupiter.api.Test;

/** What is read once after the end of a job: when it is read, and what is remembered of it. */
class OnceReaderTest {

    private static final Set<String> ONCE = Set.of("results");
    private final OnceReader reader = new OnceReader("results");

    @Test
    void isReadWithWhatTheEndSaysAndThenNoMore() throws Exception {
        PublishedState ended = PublishedState.NOTHING.withEnd(end("{\"results\":\"file-1\"}"), true, ONCE);
        assertThat(ended.toRead(ONCE)).containsExactly("results");
        assertThat(reader.begin(ended.cursor("results")).cursor()).isEqualTo("file-1");

        ListReader.Step step = reader.read(reader.begin(ended.cursor("results")), ended, metrics(1, 2, 2), true);
        PublishedState read = throughJson(step.diff().published());
        assertThat(step.diff().items()).hasSize(2);
        assertThat(step.next()).isNull();
        assertThat(read.toRead(ONCE)).isEmpty();
        assertThat(read.withEnd(end("{\"results\":\"file-1\"}"), false, ONCE).toRead(ONCE)).isEmpty();
        assertThat(read.withEnd(end("{\"results\":\"file-2\"}"), false, ONCE).toRead(ONCE)).as("only a new end counts").isEmpty();
        assertThat(read.withEnd(end("{\"results\":\"file-2\"}"), true, ONCE).toRead(ONCE)).containsExactly("results");
    }

    @Test
    void isReadThoughItIsEmpty() throws Exception {
        PublishedState ended = PublishedState.NOTHING.withEnd(end("{\"results\":\"\"}"), true, ONCE);
        assertThat(ended.toRead(ONCE)).containsExactly("results");
        assertThat(reader.read(reader.begin(ended.cursor("results")), ended, metrics(), true).diff().published().toRead(ONCE)).isEmpty();
    }

    @Test
    void isAwaitedWhereTheEndDoesNotNameItYet() throws Exception {
        PublishedState ended = throughJson(PublishedState.NOTHING.withEnd(end(null), true, ONCE));
        assertThat(ended.toRead(ONCE)).isEmpty();
        assertThat(ended.withEnd(end("{\"results\":\"file-1\"}"), false, ONCE).toRead(ONCE)).containsExactly("results");
    }

    /** Written before anything was read once: nobody waits for it any more. */
    @Test
    void isLeftAloneOfAJobThatHadEndedBefore() throws Exception {
        assertThat(PublishedState.NOTHING.withEnd(end("{\"results\":\"file-1\"}"), false, ONCE).toRead(ONCE)).isEmpty();
    }

    private static Fact end(String once) throws Exception {
        String member = once == null ? "" : ",\"once\":" + once;
        return RecordPage.of(new ObjectMapper().readTree("{\"facts\":[{\"kind\":\"job.status-changed\",\"job\":\"j\",\"key\":[\"SUCCEEDED\"],"
                + "\"data\":{\"status\":\"SUCCEEDED\",\"statusRaw\":\"succeeded\"},\"raw\":{}" + member + "}]}"),
                new FactParser("any", ZoneOffset.UTC)).results().get(0).fact();
    }

    private static RecordPage metrics(int... steps) throws Exception {
        var page = new ObjectMapper().createObjectNode();
        var facts = page.putArray("facts");
        for (int step : steps) {
            var fact = facts.addObject().put("kind", "metrics.recorded").put("job", "j");
            fact.putArray("key").add("result-file").add(step);
            fact.putObject("data").put("step", step).put("origin", "result-file").putObject("values").put("loss", 0.5);
            fact.putObject("raw").put("step", step);
        }
        return RecordPage.of(page, new FactParser("any", ZoneOffset.UTC));
    }

    private static PublishedState throughJson(PublishedState published) throws Exception {
        return JobStateSerde.read(JobStateSerde.write(JobState.blank("s", "j").with(published))).published();
    }
}
