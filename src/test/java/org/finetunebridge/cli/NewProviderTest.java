package org.finetunebridge.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.finetunebridge.simulator.Sandbox;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The way of somebody who adds a provider: the skeleton, what check says is left to do, and events. */
class NewProviderTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Terminal terminal = new Terminal(out, err);
    @TempDir
    private Path folder;

    @Test
    void writesFilesOfWhichCheckSaysWhatIsLeftToDo() throws IOException {
        assertThat(type("new-provider", "duck-ai", "--into", own().toString())).as("%s", err).isZero();
        assertThat(out.toString()).contains("duck-ai.camel.yaml", "check --provider " + own());

        assertThat(type("check", "--provider", own().toString())).isEqualTo(2);
        for (String file : List.of("duck-ai.properties", "duck-ai.camel.yaml", "duck-ai-jobs.jslt", "fixtures/duck-ai/jobs/list.response.json")) {
            assertThat(err.toString().lines()).as(file).anyMatch(line -> line.contains("/" + file + ":") && line.contains("TODO "));
        }
        assertThat(err.toString().lines()).allMatch(line -> line.contains("TODO "));
        assertThat(out.toString()).contains("job.status-changed job-1");
    }

    @Test
    void isGreenOnceNothingIsLeftToDo() throws IOException {
        type("new-provider", "duck-ai", "--into", own().toString());
        fillIn();

        assertThat(type("check", "--provider", own().toString())).as("%s", err).isZero();
    }

    /** What it says is true of a provider of that form: the files read one as they are. */
    @Test
    void readsAProviderOfThatForm() throws IOException {
        type("new-provider", "duck-ai", "--into", own().toString());
        fillIn();
        Path routes = own().resolve("duck-ai.camel.yaml");
        Files.writeString(routes, Files.readString(routes).replace("/v1/fine-tuning-jobs", "/fine_tuning/jobs"));
        Simulation world = Simulation.empty();
        world.account("openai").finished(101, 0, 0);
        try (Sandbox sandbox = Sandbox.start(world)) {
            assertThat(terminal.type(Stream.concat(Terminal.within(folder).stream(), Stream.of("once",
                    "-Dbridge.providers.directory=" + own(), "-Dbridge.sources=duck-ai", "-Dduck-ai.api-key=" + Simulation.KEY,
                    "-Dduck-ai.base-url=" + sandbox.url("openai"))))).as("%s", err).isZero();
        }
        assertThat(Terminal.events(folder)).hasSize(101).allMatch(event -> event.contains("SUCCEEDED"));
    }

    @Test
    void saysWhatTheMappingHasNoWordFor() throws IOException {
        type("new-provider", "duck-ai", "--into", own().toString());
        Path answer = own().resolve("fixtures/duck-ai/jobs/list.response.json");
        Files.writeString(answer, Files.readString(answer).replace("RUNNING", "quacking").replace("\"model\"", "\"feathers\""));

        type("check", "--provider", own().toString());

        assertThat(out.toString()).contains("<- the mapping has no word for this status", "counted as drift: feathers");
    }

    /** A mapping that makes dead letters of everything is not green. */
    @Test
    void isNotGreenWhileNoAnswerBecomesAnEvent() throws IOException {
        type("new-provider", "duck-ai", "--into", own().toString());
        fillIn();
        Path mapping = own().resolve("duck-ai-jobs.jslt");
        Files.writeString(mapping, Files.readString(mapping).replace("job.status-changed", "job.phase-changed"));

        assertThat(type("check", "--provider", own().toString())).isEqualTo(2);
        assertThat(err.toString()).contains("fixtures/duck-ai/jobs: no saved answer becomes an event: a kind of fact nobody knows");
    }

    /** Its records would all become dead letters, as nobody knows where to read on. */
    @Test
    void isNotGreenWhileALogHasNoWayToBeRead() throws IOException {
        type("new-provider", "duck-ai", "--into", own().toString());
        fillIn();
        Files.writeString(own().resolve("duck-ai.properties"), "\nfollow = events\n", StandardOpenOption.APPEND);
        Path routes = own().resolve("duck-ai.camel.yaml");
        String list = Files.readString(routes);
        Files.writeString(routes, "\n" + list.substring(0, list.lastIndexOf("- routeTemplate:")).replace("duck-ai-jobs", "duck-ai-events"),
                StandardOpenOption.APPEND);
        Files.writeString(own().resolve("duck-ai-events.jslt"), "{\"facts\": [{\"kind\": \"log.appended\", \"job\": \"job-1\","
                + " \"key\": [\"1\"], \"data\": {\"level\": \"INFO\", \"message\": \"quack\"}}]}");
        Path answer = own().resolve("fixtures/duck-ai/events/one.response.json");
        Files.createDirectories(answer.getParent());
        Files.writeString(answer, "{}");

        assertThat(type("check", "--provider", own().toString())).isEqualTo(2);
        assertThat(err.toString()).contains("fixtures/duck-ai/events: no saved answer becomes an event: a log.appended, but"
                + " duck-ai.properties names events neither by after, recent, growing nor whole");

        Files.writeString(own().resolve("duck-ai.properties"), "\nafter = events\n", StandardOpenOption.APPEND);
        err.getBuffer().setLength(0);
        type("check", "--provider", own().toString());
        assertThat(err.toString()).doesNotContain("no saved answer");
    }

    @Test
    void overwritesNothing() throws IOException {
        Files.createDirectories(own());
        Files.writeString(own().resolve("duck-ai-errors.json"), "mine");

        assertThat(type("new-provider", "duck-ai", "--into", own().toString())).isEqualTo(2);
        assertThat(err.toString()).contains("duck-ai-errors.json: is there already; nothing was written");
        assertThat(own()).isDirectoryContaining("glob:**duck-ai-errors.json").isDirectoryNotContaining("glob:**.properties");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Duck", "../duck", "", "duck_ai", "openai"})
    void refusesOtherNames(String name) {
        assertThat(type("new-provider", name, "--into", own().toString())).isEqualTo(2);
        assertThat(own()).doesNotExist();
    }

    /** What somebody does who follows every line. */
    private void fillIn() throws IOException {
        try (Stream<Path> files = Files.walk(own())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.writeString(file, Files.readAllLines(file).stream().filter(line -> !line.contains("TODO")).collect(joining("\n")));
            }
        }
    }

    private Path own() {
        return folder.resolve("own");
    }

    private int type(String... words) {
        return terminal.type(Stream.of(words));
    }
}
