package org.finetunebridge.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.finetunebridge.simulator.ExpectedFacts;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.finetunebridge.sink.kafka.BrokerFixture;
import org.finetunebridge.sink.kafka.ReceivedEvents;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From files to Kafka, and back, as docs/runbooks.md says. {@code ConnectScenarioIT} goes on from Kafka to Kafka Connect. */
class MoveIT extends BrokerFixture {

    @TempDir
    private Path folder;
    private final Simulation world = Simulation.empty();

    @Test
    void publishesEachFactOnceInOneOfTheTwo() throws IOException {
        world.account("dashscope").finished(4, 2, 0);
        world.account("minimax").finished(2, 0, 30);
        SimulatedJob alive = world.account("minimax").create().become("RUNNING").publish("INFO", "in the files");
        try (FaultySandbox sandbox = FaultySandbox.start(world)) {
            List<String> sources = Stream.of("dashscope", "minimax").flatMap(source -> Stream.of("-D" + source + ".base-url=" + sandbox.url(),
                    "-D" + source + ".api-key=" + Simulation.KEY)).toList();
            List<String> files = with(sources, Terminal.within(folder));
            List<String> kafka = with(sources, List.of("-Dbridge.sink=kafka", "-Dbridge.kafka.brokers=" + broker.address(),
                    "-Dbridge.kafka.topic=moved", "-Dbridge.kafka.state-topic=moved-state", "-Dbridge.kafka.dead-letter-topic=moved-dead",
                    "-Dbridge.kafka.transactional-id=moved"));
            typed(files, 0, "once");
            Path state = Files.writeString(folder.resolve("state.json"), typed(files, 0, "state", "export"));
            alive.publish("INFO", "in the topic");
            world.account("dashscope").finished(1, 1, 0);

            assertThat(typed(kafka, 0, "state", "import", state.toString())).contains("imported ");
            assertThat(typed(kafka, 1, "state", "import", state.toString())).contains("there is a state of", "state reset");
            typed(kafka, 0, "once");

            List<String> inTopic = broker.read("moved").stream().map(record -> new String(record.value(), UTF_8)).toList();
            assertThat(inTopic).anyMatch(event -> event.contains("in the topic")).noneMatch(event -> event.contains("in the files"));
            List<String> inFiles = Terminal.events(folder);
            holdsEachFactOnce(with(inFiles, inTopic));

            Path back = Files.writeString(folder.resolve("back.json"), typed(kafka, 0, "state", "export"));
            Files.move(folder.resolve("state"), folder.resolve("state-before"));
            typed(files, 0, "state", "import", back.toString());
            alive.publish("INFO", "in the files again");
            typed(files, 0, "once");
            List<String> after = Terminal.events(folder);
            assertThat(after).hasSizeGreaterThan(inFiles.size());
            holdsEachFactOnce(with(with(inFiles, inTopic), after.subList(inFiles.size(), after.size())));
        }
    }

    private void holdsEachFactOnce(List<String> events) {
        ReceivedEvents received = ReceivedEvents.of(events);
        received.holdEachFactOnce();
        received.holdAllOf(ExpectedFacts.visible(world));
    }

    private static String typed(List<String> options, int exit, String... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        assertThat(new Terminal(out, err).type(Stream.concat(options.stream(), Stream.of(words)))).as("%s %s", out, err).isEqualTo(exit);
        return exit == 0 ? out.toString() : err.toString();
    }

    private static List<String> with(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }
}
