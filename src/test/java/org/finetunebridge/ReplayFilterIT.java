package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.replay.DeadLetterReplayer;
import org.finetunebridge.replay.ReplayOutcome;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.SimulatedAccount;
import org.finetunebridge.simulator.SimulatedJob;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A replay publishes nothing that a poll would not publish, and says why the letter stays. */
@Timeout(120)
class ReplayFilterIT {

    @TempDir
    private Path folder;
    private Rig rig;
    private SimulatedAccount dashscope;
    private SimulatedAccount minimax;

    @BeforeEach
    void start() {
        rig = new Rig(folder, Instant.parse("2026-03-01T04:05:06Z")).source("dashscope", "dashscope").source("minimax", "minimax")
                .with("dashscope.logs", "true");
        dashscope = rig.world.account("dashscope");
        minimax = rig.world.account("minimax");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** What the configuration leaves out today, though it did not when the letter was written. */
    enum LeftOut {
        A_KIND("minimax.events leaves out what it shows") {
            @Override
            void prepare(ReplayFilterIT test) throws Exception {
                test.letterOfALine();
                test.rig.with("minimax.events", "checkpoint,metrics");
            }
        },
        A_KIND_THAT_A_POLL_PASSED_OVER_SINCE("dashscope.events leaves out what it shows") {
            @Override
            void prepare(ReplayFilterIT test) throws Exception {
                test.dashscope.create("ft-1");
                test.breakMapping("dashscope-jobs.jslt", "\"statusRaw\": .status", "\"statusRaw\": 7");
                test.rig.once();
                test.mend("dashscope-jobs.jslt");
                test.rig.with("dashscope.events", "log").once();
            }
        },
        A_LOG("what it is about is not read: dashscope does not follow logs") {
            @Override
            void prepare(ReplayFilterIT test) throws Exception {
                test.dashscope.create("ft-1").become("RUNNING").publish("INFO", "one").publish("INFO", "last");
                test.breakMapping("dashscope-logs.jslt", "\"message\": $line", "\"message\": 7");
                test.rig.once();
                test.mend("dashscope-logs.jslt");
                test.rig.with("dashscope.logs", "false");
            }
        },
        THE_REQUEST_FOR_A_LOG("what it is about is not read: dashscope does not follow logs") {
            @Override
            void prepare(ReplayFilterIT test) throws Exception {
                test.dashscope.create("ft-1").become("RUNNING");
                test.rig.sandbox.faults().always("ft-1/logs", Fault.status(404));
                test.rig.once();
                test.rig.sandbox.faults().end();
                test.rig.with("dashscope.logs", "false");
            }
        };

        private final String reason;

        LeftOut(String reason) {
            this.reason = reason;
        }

        abstract void prepare(ReplayFilterIT test) throws Exception;
    }

    @ParameterizedTest
    @EnumSource(LeftOut.class)
    void keepsALetterOfWhatIsLeftOut(LeftOut what) throws Exception {
        what.prepare(this);
        List<JsonNode> letters = rig.deadLetters();
        List<JsonNode> events = rig.events();
        assertThat(letters).isNotEmpty();

        for (int replay = 0; replay < 2; replay++) {
            ReplayOutcome outcome = replay();
            assertThat(outcome.left()).isEqualTo(letters.size());
            assertThat(outcome.reasons()).containsOnlyKeys(what.reason);
        }

        assertThat(rig.deadLetters()).isEqualTo(letters);
        assertThat(rig.events()).isEqualTo(events);
    }

    /** Nothing is lost by that: the letter is published once its kind is wanted again. */
    @Test
    void publishesALetterWhenItsKindIsSwitchedOnAgain() throws Exception {
        letterOfALine();
        rig.with("minimax.events", "status");
        assertThat(replay()).hasToString(String.format("1 of 2 dead letters work now, 1 stay%n"
                + "  1: minimax.events leaves out what it shows"));
        rig.once();
        assertThat(replay().left()).as("after a poll that did not publish it either").isOne();

        rig.with("minimax.events", null);

        assertThat(replay().left()).isZero();
        assertThat(rig.deadLetters()).isEmpty();
        assertThat(rig.events()).extracting(event -> event.at("/data/message").asText()).containsOnlyOnce("of a letter");
    }

    /** A record that shows two kinds: the one that is switched off is not published, and keeps no letter. */
    @Test
    void publishesOfARecordOnlyTheKindsThatAreWanted() throws Exception {
        breakMapping("minimax-events.jslt", "\"key\": $moment", "\"key\": [null]");
        SimulatedJob job = minimax.create().become("RUNNING");
        rig.once();
        assertThat(rig.deadLetters()).isNotEmpty();
        mend("minimax-events.jslt");
        rig.with("minimax.events", "status");

        ReplayOutcome outcome = replay();

        assertThat(rig.published(job.id())).contains("minimax RUNNING");
        assertThat(rig.events()).extracting(event -> event.path("type").asText())
                .containsOnly("org.finetunebridge.job.status-changed.v1");
        assertThat(outcome.worked()).isPositive();
        assertThat(rig.deadLetters()).hasSize(outcome.left());
    }

    private void letterOfALine() throws Exception {
        breakMapping("minimax-events.jslt", "\"key\": $moment", "\"key\": [null]");
        minimax.create().publish("WARN", "of a letter");
        rig.once();
        mend("minimax-events.jslt");
    }

    private void breakMapping(String name, String part, String broken) throws Exception {
        String mapping = Files.readString(Path.of("routes").resolve(name));
        assertThat(mapping).contains(part);
        rig.route(name, mapping.replace(part, broken));
    }

    private void mend(String name) throws Exception {
        Files.delete(folder.resolve("routes").resolve(name));
    }

    private ReplayOutcome replay() throws Exception {
        try (Bridge bridge = rig.bridge(true)) {
            bridge.init();
            return new DeadLetterReplayer(bridge).run();
        }
    }
}
