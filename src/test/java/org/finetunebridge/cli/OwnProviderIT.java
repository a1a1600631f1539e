package org.finetunebridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.finetunebridge.simulator.Sandbox;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A provider that nobody here has heard of, in a folder of its user's. */
class OwnProviderIT {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Terminal terminal = new Terminal(out, err);
    @TempDir
    private Path folder;
    private Path own;

    /** Under another name, and with the name of a packed provider before a hyphen: its templates are its own. */
    @BeforeEach
    void copyAProvider() throws IOException {
        own = Files.createDirectory(folder.resolve("own"));
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.filter(one -> one.getFileName().toString().startsWith("openai")).toList()) {
                Files.writeString(own.resolve("openai-" + file.getFileName().toString().replace("openai", "acme")),
                        Files.readString(file).replace("openai-", "openai-acme-"));
            }
        }
    }

    @Test
    void isReadFromAFolderOutside() throws IOException {
        Simulation world = Simulation.empty();
        world.account("openai").finished(2, 1, 5);
        try (Sandbox sandbox = Sandbox.start(world)) {
            assertThat(terminal.type(Stream.concat(Terminal.within(folder).stream(), Stream.of("once",
                    "-Dbridge.providers.directory=" + own, "-Dbridge.sources=team,openai", "-Dteam.provider=openai-acme",
                    "-Dteam.api-key=" + Simulation.KEY, "-Dteam.base-url=" + sandbox.url("openai"),
                    "-Dopenai.api-key=" + Simulation.KEY, "-Dopenai.base-url=" + sandbox.url("openai")))))
                    .as("%s", err).isZero();
        }
        assertThat(Terminal.events(folder)).filteredOn(line -> line.contains("urn:finetune:openai-acme:team"))
                .filteredOn(line -> !line.contains("metrics.recorded")).hasSize(2 * 7);
        assertThat(Terminal.events(folder)).filteredOn(line -> line.contains("urn:finetune:openai:openai"))
                .filteredOn(line -> !line.contains("metrics.recorded")).hasSize(2 * 7);
    }

    @Test
    void isLookedAtWithoutAskingAnybody() {
        assertThat(run("check", "--provider", own.toString())).as("%s", err).isZero();
        assertThat(out.toString()).contains("openai-acme: looked at", "Nothing is wrong");
    }

    @Test
    void seesWhatItsMappingsMakeOfTheAnswersItSaved() throws IOException {
        save("openai-acme", "jobs/two.response.json", """
                {"data": [{"id": "ft-1", "status": "succeeded", "model": "m"}, {"id": 7}], "has_more": true}
                """);
        save("openai-acme", "jobs/error.response.json", "{\"oops\": 1}");

        assertThat(run("check", "--provider", own.toString())).as("%s", err).isZero();
        assertThat(out.toString()).containsSubsequence("error.response.json:", "refused: ", "two.response.json:",
                "job.status-changed ft-1", "SUCCEEDED", "dead letter: the job id is missing or not a text");
    }

    @Test
    void hearsThatAMappingMakesNoPage() throws IOException {
        editMapping("\"facts\":", "\"fatcs\":");
        save("openai-acme", "jobs/none.response.json", "{\"data\": []}");

        assertThat(run("check", "--provider", own.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("jobs/none.response.json: openai-acme-jobs.jslt makes no page: ");
    }

    @Test
    void hearsOfAFieldThatNoEventHas() throws IOException {
        editMapping("\"status\":", "\"mood\": \"good\", \"status\":");
        save("openai-acme", "jobs/one.response.json", "{\"data\": [{\"id\": \"ft-1\", \"status\": \"succeeded\"}]}");

        assertThat(run("check", "--provider", own.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("jobs/one.response.json: no job.status-changed event has a field mood");
    }

    private void editMapping(String what, String by) throws IOException {
        Path mapping = own.resolve("openai-acme-jobs.jslt");
        Files.writeString(mapping, Files.readString(mapping).replace(what, by));
    }

    private void save(String provider, String name, String text) throws IOException {
        Path file = own.resolve("fixtures").resolve(provider).resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void hearsWhatIsWrongWithItsFilesOnALineEach() throws IOException {
        Files.delete(own.resolve("openai-acme-events.jslt"));
        Files.writeString(own.resolve("openai-acme-errors.json"), "{ \"rows\": [");

        assertThat(run("check", "--provider", own.toString())).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(2)
                .anySatisfy(line -> assertThat(line).contains("openai-acme-events.jslt: is missing"))
                .anySatisfy(line -> assertThat(line).contains("openai-acme-errors.json:1: is not JSON"));
    }

    @Test
    void isMissedWhereTheFolderHasNone() {
        assertThat(run("check", "--provider", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("there is no <provider>.properties");
    }

    private int run(String... words) {
        return terminal.type(Stream.of(words));
    }
}
