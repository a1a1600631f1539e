package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.finetunebridge.sandbox.Fault;
import org.finetunebridge.sandbox.Job;
import org.finetunebridge.sandbox.World;
import org.finetunebridge.watch.Tally;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Providers that are nothing but files, from the request to the event: every fact once and in order. */
@Timeout(60)
class FurtherProvidersTest {

    private static final List<Integer> BURSTS = List.of(1, 0, 1, 99, 1, 100, 101, 0, 230, 2);

    @TempDir
    private Path folder;
    private Rig rig;
    private volatile Instant now = Instant.parse("2026-03-01T04:05:06Z");

    @BeforeEach
    void start() {
        rig = new Rig(folder, World.at(() -> now));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "azure-openai", "mistral", "together", "dashscope"})
    void tellsAHistoryOnceAndInOrder(String provider) throws Exception {
        source(provider);
        rig.world.account(provider).finished(3, 4, 350);

        assertThat(rig.once()).containsExactly(new Tally(3, 0, null));

        for (Job job : rig.world.account(provider).jobs()) {
            assertThat(logs(job)).hasSize(350);
            // Most lines of DashScope's log have no time.
            assertThat(logs(job)).filteredOn(event -> event.at("/data/occurredAt").isTextual())
                    .extracting(event -> Instant.parse(event.path("time").asText())).isSorted();
            assertThat(things(job)).hasSize(5).last().isEqualTo("SUCCEEDED");
        }
        assertThatNothingIsToldTwice();
        rig.once();
        assertThat(rig.events()).hasSize(3 * 355);
        assertThat(rig.deadLetters()).isEmpty();
    }

    /** Where the clock stands still, every record has the same time, and only names and places tell them apart. */
    @ParameterizedTest
    @CsvSource({"openai,0", "openai,250", "azure-openai,0", "azure-openai,250", "mistral,0", "mistral,250",
            "together,0", "together,250", "dashscope,0", "dashscope,250"})
    void tellsALifeOnceAndInOrderOverRestarts(String provider, int millis) throws Exception {
        source(provider);
        Job job = rig.world.account(provider).create();
        List<String> lines = new ArrayList<>();
        job.become("RUNNING");
        for (int burst : BURSTS) {
            for (int line = 0; line < burst; line++) {
                now = now.plusMillis(millis);
                lines.add(line % 3 == 0 ? "the same again" : "line " + lines.size());
                job.tell("INFO", lines.get(lines.size() - 1));
            }
            if (burst > 50) {
                now = now.plusMillis(millis);
                job.checkpoint("checkpoint-" + lines.size(), lines.size(), "READY");
            }
            assertThat(rig.once()).containsExactly(new Tally(1, 0, null));
        }
        now = now.plus(Duration.ofSeconds(2));
        job.become("SUCCEEDED");
        rig.once();

        assertThat(logs(job)).hasSize(job.events());
        assertThat(logs(job)).extracting(event -> event.at("/data/message").asText())
                .filteredOn(message -> message.startsWith("line ") || message.equals("the same again"))
                .containsExactlyElementsOf(lines);
        assertThat(things(job)).hasSize(2 + 4).last().isEqualTo("SUCCEEDED");
        assertThatNothingIsToldTwice();
        int told = rig.events().size();
        for (int restart = 0; restart < 3; restart++) {
            rig.once();
        }
        assertThat(rig.events()).hasSize(told);
        assertThat(rig.deadLetters()).isEmpty();
    }

    /** Requests fail anywhere on the way, also between the pages of one list. */
    @ParameterizedTest
    @ValueSource(strings = {"openai", "azure-openai", "mistral", "together", "dashscope"})
    void losesAndRepeatsNothingWhenRequestsFail(String provider) throws Exception {
        source(provider);
        Job job = rig.world.account(provider).create();
        job.become("RUNNING");
        IntStream.range(0, 420).forEach(line -> {
            now = now.plusMillis(400);
            job.tell("INFO", "line " + line);
        });
        rig.sandbox.mischief().sometimes(0.2, 7, "/" + job.id(), Fault.status(503));
        rig.once();
        job.become("FAILED");
        rig.once();

        assertThat(logs(job)).extracting(event -> event.at("/data/message").asText())
                .filteredOn(message -> message.startsWith("line "))
                .containsExactlyElementsOf(IntStream.range(0, 420).mapToObj(line -> "line " + line).toList());
        assertThatNothingIsToldTwice();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "azure-openai", "mistral", "together", "dashscope", "minimax"})
    void countsTheFieldsItDoesNotKnowAndNoOthers(String provider) throws Exception {
        source(provider);
        rig.world.account(provider).finished(2, 2, 3);
        rig.once();
        assertThat(rig.drift()).isZero();

        rig.sandbox.mischief().always(".", Fault.edited(text ->
                text.replaceAll("\"(?=(created_at|create_time)\")", "\"surprise\":1,\"")));
        rig.world.account(provider).finished(1, 2, 3);
        rig.once();
        assertThat(rig.drift()).isPositive();
        assertThat(rig.deadLetters()).isEmpty();
    }

    private void source(String provider) {
        rig.source(provider, provider).with("dashscope.logs", provider.equals("dashscope") ? "true" : null);
    }

    private void assertThatNothingIsToldTwice() {
        assertThat(rig.events()).extracting(event -> event.path("id").asText()).doesNotHaveDuplicates();
    }

    private List<JsonNode> logs(Job job) {
        return of(job).filter(event -> event.path("type").asText().contains("log.appended")).toList();
    }

    private List<String> things(Job job) {
        return of(job).filter(event -> event.path("data").has("status"))
                .map(event -> event.at("/data/checkpoint").asText(event.at("/data/status").asText())).toList();
    }

    private Stream<JsonNode> of(Job job) {
        return rig.events().stream().filter(event -> event.path("subject").asText().equals(job.id()));
    }
}
