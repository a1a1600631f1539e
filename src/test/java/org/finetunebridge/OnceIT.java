package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.SimulatedJob;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OnceIT {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Instant NOW = Instant.parse("2026-03-01T04:05:06Z");

    @TempDir
    private Path folder;
    @AutoClose
    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig(folder, NOW).source("dashscope", "dashscope").source("minimax", "minimax");
    }

    @Test
    void writesWholeEventsToFilesWhateverKafkaIsToGet() throws Exception {
        rig.world.account("dashscope").create("ft-1");
        rig.with("bridge.kafka.content-mode", "binary").once();

        assertThat(rig.published("ft-1")).containsExactly("dashscope PENDING");
    }

    @Test
    void publishesTheDocumentedAnswersExactlyAndASecondTimeNothing() throws Exception {
        rig.with("dashscope.jobs", "ft-202601151011-a23f,ft-202601151030-a1b2").with("minimax.jobs", "1768446000123456");
        answer("/fine-tunes/ft-202601151011-a23f $", "dashscope/jobs/detail-llm-succeeded");
        answer("/fine-tunes/ft-202601151011-a23f/checkpoints", "dashscope/checkpoints/empty");
        answer("/fine-tunes/ft-202601151030-a1b2 $", "dashscope/jobs/detail-cosyvoice-running");
        answer("/fine-tunes/ft-202601151030-a1b2/checkpoints", "dashscope/checkpoints/cosyvoice");
        answer("list_finetune_event", "minimax/events/created-pending-running");

        assertThat(rig.once()).containsExactly(new CycleResult(2, 0, null), new CycleResult(1, 0, null));

        assertThat(rig.events().stream().map(OnceIT::observedNow)).containsExactlyInAnyOrderElementsOf(Stream.of("dashscope/jobs/detail-llm-succeeded",
                "dashscope/jobs/detail-cosyvoice-running", "dashscope/checkpoints/cosyvoice",
                "minimax/events/created-pending-running").flatMap(OnceIT::golden).toList());
        assertThat(rig.deadLetters()).isEmpty();
        assertThat(rig.once()).containsExactly(new CycleResult(2, 0, null), new CycleResult(1, 0, null));
        assertThat(rig.events()).hasSize(1 + 1 + 3 + 6);
    }

    @Test
    void publishesEveryFactOnceAndInOrderOverManyPages() throws Exception {
        rig.route("dashscope.camel.yaml", Files.readString(Path.of("routes/dashscope.camel.yaml"))
                .replace("page_size=100", "page_size=10"));
        rig.world.account("dashscope").finished(23, 4, 0);
        rig.world.account("minimax").finished(5, 0, 250);

        assertThat(rig.once()).containsExactly(new CycleResult(23, 0, null), new CycleResult(5, 0, null));

        assertThat(rig.sandbox.requests().matching("page_no=")).hasSize(3);
        for (SimulatedJob job : rig.world.account("dashscope").jobs()) {
            assertThat(rig.published(job.id())).hasSize(5).doesNotHaveDuplicates().last().isEqualTo("dashscope SUCCEEDED");
        }
        for (SimulatedJob job : rig.world.account("minimax").jobs()) {
            List<JsonNode> published = ofJob(job.id());
            assertThat(published.stream().filter(event -> event.at("/data/sequence").isInt())
                    .map(event -> event.at("/data/sequence").asInt()))
                    .containsExactlyElementsOf(IntStream.range(0, 250).boxed().toList());
            assertThat(published.stream().filter(event -> event.path("data").has("status"))
                    .map(event -> event.at("/data/status").asText()))
                    .containsExactly("PENDING", "QUEUED", "RUNNING", "SUCCEEDED");
            assertThat(published).extracting(event -> Instant.parse(event.path("time").asText())).isSorted();
        }
        assertThat(rig.events()).hasSize(23 * 5 + 5 * 254)
                .extracting(event -> event.path("id").asText()).doesNotHaveDuplicates();
        assertThat(rig.deadLetters()).isEmpty();
        rig.once();
        assertThat(rig.events()).hasSize(23 * 5 + 5 * 254);
    }

    @Test
    void hasNothingToPublishOfAnEmptyAccount() throws Exception {
        rig.world.account("dashscope");
        rig.world.account("minimax");

        assertThat(rig.once()).containsExactly(new CycleResult(0, 0, null), new CycleResult(0, 0, null));
        assertThat(rig.events()).isEmpty();
        assertThat(rig.deadLetters()).isEmpty();
    }

    private List<JsonNode> ofJob(String id) {
        return rig.events().stream().filter(event -> event.path("subject").asText().equals(id)).toList();
    }

    private void answer(String request, String fixture) {
        rig.sandbox.faults().always(request, Fault.body(200, read(FIXTURES.resolve(fixture + ".response.json"))));
    }

    /** As if it had been observed at the moment of the golden events: nobody knows when that was but the bridge. */
    private static JsonNode observedNow(JsonNode event) {
        String observedAt = event.at("/data/observedAt").asText();
        assertThat(Instant.parse(observedAt)).isBetween(Instant.now().minusSeconds(120), Instant.now());
        return Ndjson.json(event.toString().replace(observedAt, NOW.toString()));
    }

    /** The golden events of a case, as the source of the provider's name sees them now. */
    private static Stream<JsonNode> golden(String fixture) {
        return read(FIXTURES.resolve(fixture + ".events.ndjson")).replace("team-a", fixture.split("/")[0])
                .replace("2026-04-05T06:07:08.009Z", NOW.toString()).lines().map(Ndjson::json);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
