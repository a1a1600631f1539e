package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.simulator.LoggedRequest;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A job's id is a provider's text: it goes into addresses and bodies, and must not become part of them. */
@Timeout(120)
class HostileIdsIT {

    private static final List<String> IDS = List.of("a/b", "../../v2", "...", "a.b", "a b", "a+b", "a%2Fb", "a?x=1&y=2",
            "a#b", "a;b=c", "a\"b", "a'b", "a\\b", "{\"x\":1}", "{{env:HOME}}", "${body}", "ünïcödé-漢字-🙂", "a\nb", "a,b", "*");

    @TempDir
    private Path folder;
    @AutoClose
    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig(folder, Simulation.empty());
    }

    @Test
    void readsAndPublishesJobsOfAnyId() throws Exception {
        rig.source("dashscope", "dashscope").source("minimax", "minimax");
        for (String id : IDS) {
            rig.world.account("dashscope").create(id).become("RUNNING").checkpoint("checkpoint-1", 1, "READY");
            rig.world.account("minimax").create(id).become("RUNNING");
        }

        assertThat(rig.once()).containsExactly(new CycleResult(IDS.size(), 0, null), new CycleResult(IDS.size(), 0, null));

        assertThat(IDS).allSatisfy(id -> assertThat(rig.published(id)).contains("dashscope RUNNING",
                "dashscope checkpoint-1 READY", "minimax PENDING", "minimax RUNNING"));
        assertThat(rig.events()).allSatisfy(event -> assertThat(event.at("/data/jobId")).isEqualTo(event.path("subject")))
                .extracting(event -> event.path("subject").asText()).isSubsetOf(IDS);
        assertThat(rig.deadLetters()).isEmpty();
        assertThat(paths("GET")).hasSize(1 + IDS.size()).doesNotHaveDuplicates().startsWith("/api/v1/fine-tunes")
                .filteredOn(path -> path.matches("/api/v1/fine-tunes/[^/]+/checkpoints")).hasSameSizeAs(IDS);
    }

    /** However it is encoded, a server takes it for a step in the path. */
    @ParameterizedTest
    @ValueSource(strings = {".", ".."})
    void asksForNoJobWhoseIdIsAStepInAPath(String id) throws Exception {
        rig.source("dashscope", "dashscope").world.account("dashscope").create(id);
        rig.world.account("dashscope").create("ft-good");

        assertThat(rig.once()).containsExactly(new CycleResult(1, 0, null));

        assertThat(rig.events()).extracting(event -> event.path("subject").asText()).containsOnly("ft-good");
        assertThat(rig.deadLetters()).hasSize(1);
        assertThat(paths("GET")).containsExactlyInAnyOrder("/api/v1/fine-tunes",
                "/api/v1/fine-tunes/ft-good/checkpoints");
    }

    @Test
    void sendsTheGroupOnlyWhenSetAndEncoded() throws Exception {
        rig.source("minimax", "minimax").world.account("minimax").create();
        rig.once();
        assertThat(rig.sandbox.requests().all()).isNotEmpty().extracting(LoggedRequest::query).containsOnly("");

        rig.sandbox.requests().forget();
        rig.with("minimax.group-id", "g 1&x=y/ü+%");
        rig.once();

        assertThat(rig.sandbox.requests().all()).isNotEmpty().extracting(LoggedRequest::query)
                .containsOnly("GroupId=g%201%26x%3Dy%2F%C3%BC%2B%25");
    }

    @Test
    void answersAWrongGroupAsTheAccountsTrouble() throws Exception {
        rig.source("minimax", "minimax").with("minimax.group-id", "1").world.account("minimax").group("2").create();

        assertThat(rig.once()).extracting(CycleResult::failed).containsExactly(1);
        assertThat(rig.deadLetters()).extracting(letter -> letter.at("/data/error/code").asText())
                .containsExactly("1004");
    }

    private List<String> paths(String method) {
        return rig.sandbox.requests().matching("^" + method).stream().map(LoggedRequest::path).toList();
    }
}
