package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.replay.DeadLetterReplayer;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.SimulatedAccount;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.state.JobState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A dead letter leaves the store only if what it is about is published now, or is known to have been before. */
@Timeout(120)
class ReplayIT {

    private static final Instant NOW = Instant.parse("2026-03-01T04:05:06Z");
    /** A mapping that cannot read a line, a checkpoint or a job that has this word in it. */
    private static final String UNREADABLE = "warning";

    @TempDir
    private Path folder;
    private Rig rig;
    private SimulatedAccount dashscope;
    private SimulatedAccount minimax;

    @BeforeEach
    void start() {
        rig = new Rig(folder, NOW).source("dashscope", "dashscope").source("minimax", "minimax").with("dashscope.logs", "true");
        dashscope = rig.world.account("dashscope");
        minimax = rig.world.account("minimax");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** What became of a letter whose record or request cannot be used today either. */
    enum Stays {
        ABOUT_ANOTHER_JOB {
            @Override
            void prepare(ReplayIT test) throws Exception {
                SimulatedJob job = test.minimax.create().publish("INFO", "one");
                test.rig.sandbox.faults().always("list_finetune_event", Fault.edited(text -> text.replace(job.id(), "9999")));
                test.rig.once();
            }
        },
        STILL_UNREADABLE {
            @Override
            void prepare(ReplayIT test) throws Exception {
                test.breakMapping("minimax-events.jslt", "\"key\": $moment", "\"key\": [null]");
                test.minimax.create().publish("WARN", UNREADABLE);
                test.rig.once();
            }
        },
        SOURCE_IS_GONE {
            @Override
            void prepare(ReplayIT test) throws Exception {
                test.letterOfALine();
                test.rig.with("bridge.sources", "dashscope").with("minimax.provider", null).with("minimax.api-key", null)
                        .with("minimax.base-url", null);
            }
        },
        SOURCE_IS_OFF {
            @Override
            void prepare(ReplayIT test) throws Exception {
                test.letterOfALine();
                test.rig.with("minimax.api-key", "");
            }
        },
        AFTER_A_RESET {
            @Override
            void prepare(ReplayIT test) throws Exception {
                test.letterOfALine();
                test.withSink(sink -> {
                    sink.forget(sink.open().stream().map(JobState::name).toList());
                    return null;
                });
            }
        },
        OF_SOMEBODY_ELSE {
            @Override
            void prepare(ReplayIT test) throws Exception {
                STILL_UNREADABLE.prepare(test);
                test.addLetter("{\"id\": \"x\", \"data\": {\"account\": \"minimax\"}}");
            }
        },
        ASKED_AGAIN_IN_VAIN {
            @Override
            void prepare(ReplayIT test) throws Exception {
                test.rig.with("dashscope.logs", "false");
                test.dashscope.create("ft-1").checkpoint("c-1", 1, "READY");
                test.rig.sandbox.faults().always("ft-1/checkpoints", Fault.status(404));
                test.rig.once();
            }
        },
        NOT_ASKED_AGAIN_BECAUSE_THE_JOB_IS_GONE {
            @Override
            void prepare(ReplayIT test) throws Exception {
                ASKED_AGAIN_IN_VAIN.prepare(test);
                test.dashscope.forget(test.dashscope.job("ft-1"));
            }
        },
        NOT_ASKED_AGAIN_BECAUSE_NOBODY_REMEMBERS {
            @Override
            void prepare(ReplayIT test) throws Exception {
                NOT_ASKED_AGAIN_BECAUSE_THE_JOB_IS_GONE.prepare(test);
                test.withSink(sink -> {
                    sink.forget(sink.open().stream().map(JobState::name).toList());
                    return null;
                });
            }
        },
        OF_A_MODEL_NOBODY_WANTS {
            @Override
            void prepare(ReplayIT test) throws Exception {
                test.breakMapping("dashscope-jobs.jslt", "\"statusRaw\": .status", "\"statusRaw\": 7");
                test.dashscope.create("ft-1");
                test.rig.once();
                test.mend();
                test.rig.with("dashscope.models", "another-model");
            }
        };

        abstract void prepare(ReplayIT test) throws Exception;
    }

    @ParameterizedTest
    @EnumSource(Stays.class)
    void keepsALetterThatItCannotPublish(Stays reason) throws Exception {
        reason.prepare(this);
        List<JsonNode> letters = rig.deadLetters();
        List<JsonNode> events = rig.events();
        assertThat(letters).isNotEmpty();

        assertThat(replay()).isEqualTo(letters.size());
        assertThat(replay()).isEqualTo(letters.size());

        assertThat(rig.deadLetters()).isEqualTo(letters);
        assertThat(rig.events()).isEqualTo(events);
    }

    @Test
    void publishesALineAsAPollWouldHaveDone() throws Exception {
        SimulatedJob job = minimax.create().publish("INFO", "one").publish("WARN", UNREADABLE).publish("INFO", "three");
        breakMapping("minimax-events.jslt", "\"key\": $moment", "\"key\": (if (.level == \"warn\") [null] else $moment)");
        rig.once();
        List<String> before = rig.published(job.id());
        mend();

        assertThat(replay()).isZero();

        assertThat(rig.deadLetters()).isEmpty();
        assertThat(rig.published(job.id())).hasSize(before.size() + 1).endsWith("minimax 2 " + UNREADABLE);
        rig.once();
        replay();
        assertThat(rig.published(job.id())).hasSize(before.size() + 1);
        assertThat(ids(rig)).isEqualTo(idsOfARunWithoutFaults());
    }

    @Test
    void givesALineWithoutANameTheIdOfItsPlace() throws Exception {
        rig.world.account("dashscope").create("ft-1").become("RUNNING").publish("INFO", "same").publish("INFO", "same").publish("INFO", UNREADABLE)
                .publish("INFO", "last");
        breakMapping("dashscope-logs.jslt", "\"message\": $line", "\"message\": if (test($line, \"" + UNREADABLE + "\")) 7 else $line");
        rig.once();
        rig.once();
        assertThat(rig.deadLetters()).hasSize(1);
        mend();

        assertThat(replay()).isZero();

        rig.once();
        assertThat(ids(rig)).isEqualTo(idsOfARunWithoutFaults());
    }

    /** A mended mapping lets the next poll publish what the list still shows: the replay must not publish it again. */
    @Test
    void publishesNothingThatAPollPublishedSince() throws Exception {
        dashscope.create("ft-1").checkpoint("c-1", 1, "READY");
        breakMapping("dashscope-checkpoints.jslt", "\"statusRaw\": .status", "\"statusRaw\": 7");
        rig.once();
        mend();
        rig.once();
        int events = rig.events().size();

        assertThat(replay()).isZero();

        assertThat(rig.deadLetters()).isEmpty();
        assertThat(rig.events()).hasSize(events);
    }

    @Test
    void letsAJobThatEndedStayEnded() throws Exception {
        rig.with("dashscope.logs", "false");
        SimulatedJob job = dashscope.create("ft-1").become("RUNNING");
        breakMapping("dashscope-jobs.jslt", "\"statusRaw\": .status", "\"statusRaw\": if (.status == \"RUNNING\") 7 else .status");
        rig.once();
        job.become("SUCCEEDED");
        rig.once();
        mend();

        assertThat(replay()).isZero();

        assertThat(rig.published("ft-1")).containsExactly("dashscope SUCCEEDED", "dashscope RUNNING");
        assertThat(rig.events().get(1).at("/data/previousStatus").isMissingNode()).isTrue();
        assertThat(withSink(Sink::peek)).filteredOn(state -> state.job().equals("ft-1"))
                .extracting(state -> state.published().status()).containsExactly("SUCCEEDED");
        rig.once();
        assertThat(rig.events()).hasSize(2);
    }

    /** Ids of dead letters are made of what the provider sent: two accounts that list one job share them. */
    @Test
    void takesNoLetterOfAnotherAccountAway() throws Exception {
        rig.source("team-b", "dashscope").with("team-b.api-key", "");
        dashscope.create("ft-1");
        breakMapping("dashscope-jobs.jslt", "\"statusRaw\": .status", "\"statusRaw\": 7");
        rig.once();
        String letter = Files.readAllLines(letterFile()).get(0);
        addLetter(letter.replace("\"account\":\"dashscope\"", "\"account\":\"team-b\""));
        mend();

        assertThat(replay()).isOne();

        assertThat(rig.deadLetters()).extracting(one -> one.at("/data/account").asText()).containsExactly("team-b");
        assertThat(rig.published("ft-1")).hasSize(1);
    }

    @Test
    void asksForAFailedRequestAgain() throws Exception {
        dashscope.create("ft-1").checkpoint("c-1", 1, "READY");
        rig.sandbox.faults().always("ft-1/checkpoints", Fault.status(404));
        rig.once();
        rig.sandbox.faults().end();

        assertThat(replay()).isZero();

        assertThat(rig.deadLetters()).isEmpty();
        assertThat(rig.published("ft-1")).contains("dashscope c-1 READY");
    }

    private void letterOfALine() throws Exception {
        breakMapping("minimax-events.jslt", "\"key\": $moment", "\"key\": [null]");
        minimax.create().publish("WARN", UNREADABLE);
        rig.once();
        mend();
    }

    private void breakMapping(String name, String part, String broken) throws IOException {
        String mapping = Files.readString(Path.of("routes").resolve(name));
        assertThat(mapping).contains(part);
        rig.route(name, mapping.replace(part, broken));
    }

    private void mend() throws IOException {
        try (Stream<Path> broken = Files.list(folder.resolve("routes"))) {
            for (Path file : broken.toList()) {
                Files.delete(file);
            }
        }
    }

    /** Returns how many letters stay. */
    private int replay() throws Exception {
        try (Bridge bridge = rig.bridge(true)) {
            bridge.init();
            return new DeadLetterReplayer(bridge).run().left();
        }
    }

    private <T> T withSink(Function<Sink, T> work) throws IOException {
        try (Bridge bridge = rig.bridge(true).unwatched()) {
            bridge.init();
            return work.apply(bridge.sink());
        }
    }

    private Path letterFile() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("dead-letters"))) {
            return files.findFirst().orElse(folder.resolve("dead-letters/dead-letters-2026-03-01.ndjson"));
        }
    }

    /** Into the file of a day that is over: of today's, the bridge cuts off what it did not write. */
    private void addLetter(String letter) throws IOException {
        Files.writeString(folder.resolve("dead-letters/dead-letters-2026-02-28.ndjson"), letter + "\n",
                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static Map<String, String> ids(Rig rig) {
        return rig.events().stream().collect(Collectors.toMap(event -> event.path("id").asText(), Rig::brief));
    }

    private Map<String, String> idsOfARunWithoutFaults() throws Exception {
        Path other = Files.createDirectories(folder.resolve("other"));
        for (String key : List.of("events", "dead-letters", "state")) {
            rig.with(key.equals("state") ? "bridge.state.directory" : key.equals("events") ? "bridge.file.directory"
                    : "bridge.dead-letter.directory", other.resolve(key).toString());
        }
        rig.once();
        rig.once();
        return Ndjson.lines(other.resolve("events")).stream().map(Ndjson::json)
                .collect(Collectors.toMap(event -> event.path("id").asText(), Rig::brief));
    }
}
