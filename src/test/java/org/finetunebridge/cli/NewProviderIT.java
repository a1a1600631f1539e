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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way of somebody who adds a provider: the skeleton, what check says is left to do, and events. */
class NewProviderIT {

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
        followEvents("");
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
    @ValueSource(strings = {"Duck", "../duck", "", "duck_ai", "openai", "9x", "source", "dead", "publish", "bridge"})
    void refusesOtherNames(String name) {
        assertThat(type("new-provider", name, "--into", own().toString())).isEqualTo(2);
        assertThat(own()).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"9x,its key could not come from the environment", "source,a word of the bridge's own", "dead,a word of the bridge's own"})
    void saysWhyANameIsRefused(String name, String why) {
        type("new-provider", name, "--into", own().toString());

        assertThat(err.toString()).contains(name + ' ').contains(why);
    }

    /** What else a mapping publishes shows, and what is there for nothing: the first run is too late to see it. */
    @Test
    void saysWhatComesWithARecordAndWhatIsNotUsed() throws IOException {
        type("new-provider", "duck-ai", "--into", own().toString());
        fillIn();
        followEvents("growing = events");
        Path mapping = own().resolve("duck-ai-events.jslt");
        Files.writeString(mapping, """
                {"next": 7, "mark": "m", "facts": [{"kind": "log.appended", "job": $asked.job, "key": ["1"], "data": {"level": "INFO", "message": "quack"},
                  "derived": [{"kind": "metrics.recorded", "job": $asked.job, "key": ["1"], "data": {"step": 3, "values": {"loss": 0.5}, "origin": "log"}},
                    {"kind": "metrics.recorded", "job": $asked.job, "key": ["1"], "data": {"values": {}, "origin": "log"}}], "raw": .}]}
                """);

        assertThat(type("check", "--provider", own().toString())).as("%s", err).isZero();
        assertThat(out.toString()).contains("hint: " + own() + "/fixtures/duck-ai/events/<case>.response.json: there is none");

        Path answer = own().resolve("fixtures/duck-ai/events/one.response.json");
        Files.createDirectories(answer.getParent());
        Files.writeString(answer, "{}");
        err.getBuffer().setLength(0);
        assertThat(type("check", "--provider", own().toString())).isEqualTo(2);
        assertThat(err.toString()).contains("duck-ai-events.jslt looks at what was asked, and there is no fixtures/duck-ai/events/one.asked.json");

        Files.writeString(answer.resolveSibling("one.asked.json"), "{\"job\": \"job-1\", \"cursor\": \"0\"}");
        out.getBuffer().setLength(0);
        assertThat(type("check", "--provider", own().toString())).as("%s", err).isZero();
        assertThat(out.toString()).containsOnlyOnce("and with it").contains("and with it metrics.recorded job-1 {", "\"trainLoss\":0.5")
                .contains("duck-ai-events.jslt: mark is not used: only", "duck-ai-events.jslt: next without more")
                .doesNotContain("there is none");

        Files.writeString(own().resolve("duck-ai.properties"), Files.readString(own().resolve("duck-ai.properties")).replace("growing", "after"));
        out.getBuffer().setLength(0);
        type("check", "--provider", own().toString());
        assertThat(out.toString()).contains("duck-ai-events.jslt: mark is not used without newestFirst").doesNotContain("next without more");
        Files.writeString(mapping, Files.readString(mapping).replace("\"mark\"", "\"newestFirst\": false, \"mark\""));
        out.getBuffer().setLength(0);
        type("check", "--provider", own().toString());
        assertThat(out.toString()).doesNotContain("mark is not used");
    }

    @Test
    void saysWhatToDoAboutAnEndThatTheMappingDoesNotKnow() throws IOException {
        type("new-provider", "duck-ai", "--into", own().toString());
        Path answer = own().resolve("fixtures/duck-ai/jobs/list.response.json");
        Files.writeString(answer, Files.readString(answer).replace("RUNNING", "STATUS_DELETED"));

        type("check", "--provider", own().toString());

        assertThat(out.toString()).contains("which sounds like an end", "job.seen");
    }

    /** A job that is asked for alone would be waited for for ever. */
    @Test
    void saysThatNoJobCanBeWatchedAlone() throws IOException {
        type("new-provider", "duck-ai", "--into", own().toString());
        fillIn();
        Path descriptor = own().resolve("duck-ai.properties");
        Files.writeString(descriptor, Files.readString(descriptor).replaceAll("(?m)^job .*$", ""));

        assertThat(type("check", "--provider", own().toString())).as("%s", err).isZero();
        assertThat(out.toString()).contains("hint: ", "no resource of provider duck-ai shows the status of one job");
        List<String> source = List.of("-Dbridge.providers.directory=" + own(), "-Dbridge.sources=duck-ai", "-Dduck-ai.api-key=k",
                "-Dduck-ai.base-url=http://127.0.0.1:1");
        assertThat(terminal.type(Stream.of(Terminal.within(folder), List.of("wait", "duck-ai", "job-1"), source).flatMap(List::stream))).isEqualTo(2);
        assertThat(err.toString()).contains("SOURCE: no resource of provider duck-ai shows the status of one job");
        err.getBuffer().setLength(0);
        assertThat(terminal.type(Stream.of(Terminal.within(folder), List.of("once", "-Dduck-ai.jobs=job-1"), source).flatMap(List::stream))).isEqualTo(2);
        assertThat(err.toString()).contains("duck-ai.jobs").contains("no resource of provider duck-ai shows the status of one job");
    }

    /** Its events, read in this way. */
    private void followEvents(String way) throws IOException {
        Files.writeString(own().resolve("duck-ai.properties"), "\nfollow = events\n" + way + '\n', StandardOpenOption.APPEND);
        Path routes = own().resolve("duck-ai.camel.yaml");
        String list = Files.readString(routes);
        Files.writeString(routes, "\n" + list.substring(0, list.lastIndexOf("- routeTemplate:")).replace("duck-ai-jobs", "duck-ai-events"),
                StandardOpenOption.APPEND);
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
