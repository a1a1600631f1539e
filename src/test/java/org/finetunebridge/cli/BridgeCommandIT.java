package org.finetunebridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.LoggedRequest;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as a person uses it, in this process. */
class BridgeCommandIT extends CommandLineFixture {

    @BeforeEach
    void create() {
        world.account("dashscope").create("ft-1");
    }

    @Test
    void takesOptionsBeforeTheVerb() throws IOException {
        assertThat(run(with("-D", "dashscope.api-key=" + Simulation.KEY), "once")).as("%s", err).isZero();
        assertThat(events()).hasSize(1);
    }

    @Test
    void takesOptionsAfterTheVerb() throws IOException {
        assertThat(run(List.of("once"), with("-Ddashscope.api-key=" + Simulation.KEY).toArray(new String[0]))).isZero();
        assertThat(events()).hasSize(1);
        assertThat(out.toString()).contains("dashscope: 1 job read");
        assertThat(err.toString()).contains("minimax is off: minimax.api-key is not set");
    }

    @Test
    void takesSomeOptionsBeforeAndSomeAfterTheVerb() throws IOException {
        assertThat(run(with("-D", "dashscope.jobs=ft-2", "-D", "dashscope.api-key=" + Simulation.KEY), "once", "-D",
                "dashscope.jobs=ft-1")).as("%s", err).isZero();
        assertThat(events()).hasSize(1);
        assertThat(sandbox.requests().all()).extracting(LoggedRequest::path)
                .containsExactly("/api/v1/fine-tunes/ft-1", "/api/v1/fine-tunes/ft-1/checkpoints");
    }

    @Test
    void readsSecretsFromFilesAndFromTheEnvironment() throws IOException {
        Path key = Files.writeString(folder.resolve("the key"), Simulation.KEY + "\n");
        assertThat(run(with("-Ddashscope.api-key={{file:" + key + "}}"), "once")).as("%s", err).isZero();
        assertThat(events()).hasSize(1);

        assertThat(run(with("-Ddashscope.api-key={{env:PATH}}"), "once")).isOne();
        assertThat(out.toString()).contains("HTTP 401 InvalidApiKey");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a{{b}}c", "a{{env:HOME}}#c", "back\\slash$1", "{{", "}}{{file:x", "{{only}}"})
    void takesWhatASecretFileHoldsLiterally(String secret) throws IOException {
        world.account("dashscope", secret).create("ft-1");
        Path key = Files.writeString(folder.resolve("key"), "\ufeff" + secret + "\r\n");
        assertThat(run(with("-Ddashscope.api-key={{file:" + key + "}}"), "once")).as("%s", err).isZero();
        assertThat(events()).hasSize(1);
    }

    @Test
    void namesAnEmptyKeyFile() throws IOException {
        Path key = Files.writeString(folder.resolve("key"), " \n");
        assertThat(run(with("-Ddashscope.api-key={{file:" + key + "}}"), "once")).isEqualTo(2);
        assertThat(err.toString()).contains("dashscope.api-key = {{file:" + key + "}}: what it names is empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{env:NO_SUCH_VARIABLE_HERE}}", "{{file:/no/such/file}}", "sk-secret{{env:NO_SUCH_VARIABLE_HERE}}"})
    void saysWhichSecretIsNotThere(String value) throws IOException {
        assertThat(run(with("-Ddashscope.api-key=" + value), "once")).isEqualTo(2);
        assertThat(err.toString()).startsWith("dashscope.api-key = {{").contains(value.substring(value.indexOf("{{")))
                .doesNotContain("Exception").doesNotContain("sk-secret");
    }

    @Test
    void doesNotMindASecretThatIsNotThereInASectionThatIsNotUsed() throws IOException {
        assertThat(run(with("-Ddashscope.api-key=" + Simulation.KEY, "-Dteam-b.api-key={{env:NO_SUCH_VARIABLE_HERE}}"),
                "once")).as("%s", err).isZero();
    }

    @Test
    void readsAnotherFile() throws IOException {
        Path file = Files.writeString(folder.resolve("other.properties"), "dashscope.api-key=" + Simulation.KEY + "\n");
        assertThat(run(with("--config", file.toString()), "once")).as("%s", err).isZero();

        assertThat(run(with("--config", folder.resolve("none.properties").toString()), "once")).isEqualTo(2);
        assertThat(err.toString()).contains("--config").contains("none.properties").doesNotContain("Exception");
        assertThat(run(with("--config", folder.toString()), "once")).isEqualTo(2);
        assertThat(err.toString()).doesNotContain("Exception");
    }

    @Test
    void saysWhatToDoIfNoSourceIsOn() throws IOException {
        for (String verb : List.of("once", "run", "check")) {
            assertThat(run(with(), verb)).isEqualTo(2);
            assertThat(err.toString()).contains("dashscope is off").contains("DASHSCOPE_API_KEY").contains("demo");
            err.getBuffer().setLength(0);
        }
        assertThat(sandbox.requests().all()).isEmpty();
        assertThat(folder.resolve("state")).doesNotExist();
    }

    @Test
    void refusesABadConfigurationBeforeAnythingIsAsked() throws IOException {
        assertThat(run(with("-Ddashscope.api-key=" + Simulation.KEY, "-Ddashscope.perod=1s", "-Dbridge.sink=tape"), "once"))
                .isEqualTo(2);
        assertThat(err.toString().lines()).containsExactly(
                "dashscope.perod = ***: no such key; did you mean dashscope.period?",
                "bridge.sink = tape: allowed are file, kafka");
        assertThat(sandbox.requests().all()).isEmpty();
        assertThat(folder.resolve("state")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            run|dashscope.cron=0 0 0 30 2 ?|dashscope.cron|never fires
            check|dashscope.cron=0 0 0 1 1 ? 2025|dashscope.cron|never fires
            run|bridge.http.port=70000|bridge.http.port|65535
            check|bridge.http.port=-1|bridge.http.port|65535
            run|dashscope.base-url=http://127.0.0.1:70000|dashscope.base-url|65535
            run|dashscope.period=30|dashscope.period|with its unit
            """)
    void refusesAValueThatCannotBe(String verb, String value, String key, String why) throws IOException {
        assertThat(run(with("-Ddashscope.api-key=" + Simulation.KEY, "-D" + value), verb)).as("%s", err).isEqualTo(2);
        assertThat(err.toString()).contains(key, why).doesNotContain("Exception", Simulation.KEY);
        assertThat(sandbox.requests().all()).isEmpty();
    }

    @Test
    void refusesAFolderOfProvidersThatIsNotThere() throws IOException {
        assertThat(run(with("-Ddashscope.api-key=x", "-Dbridge.providers.directory=no-such-folder"), "once")).isEqualTo(2);
        assertThat(err.toString()).startsWith("bridge.providers.directory = no-such-folder: ");
    }

    @Test
    void refusesAVerbOrOptionThatIsNone() throws IOException {
        assertThat(run(List.of("twice"))).isEqualTo(2);
        assertThat(run(List.of("once", "--fast"))).isEqualTo(2);
        assertThat(err.toString()).doesNotContain("Exception").contains("twice").contains("--fast");
    }

    /** With odd quotes, a missing =, a mistyped option. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            once|-Ddashscope.api-key|sk-hush hush
            once|-Ddashscope.api-key|"sk-hush
            once|-Ddashscope.api-key|hushhush
            once|--dashscope.api-key=sk-hush|x
            once|-Pdashscope.api-key=sk-hush|x
            once|-D|dashscope.api-key sk-hush
            once|-D|dashscope.api-key:sk-hush
            once|--config|sk-hush
            state|show|sk-hush
            -Ddashscope.period=30s -Ddashscope.api-key=hushhush|once|--config=x
            """)
    void repeatsNoSecretOfAMistypedArgument(String first, String second, String third) throws IOException {
        assertThat(run(List.of(first, second, third))).isEqualTo(2);
        assertThat(err.toString()).isNotBlank().doesNotContain("hush", "Exception");
    }

    @Test
    void namesTheOptionThatThereIsNot() throws IOException {
        assertThat(run(List.of("once", "--dashscope.api-key=sk-hush"))).isEqualTo(2);
        assertThat(err.toString()).startsWith("--dashscope.api-key=***: no such option");
    }

    @Test
    void saysAtTheEndOfOnceWhatWasPublishedAndFailsForADeadLetter() throws IOException {
        world.account("dashscope").create("ft-2").checkpoint("c-1", 1, "READY");
        sandbox.faults().always(".*fine-tunes\\?.*", Fault.edited(text -> text.replace("\"ft-1\"", "[\"ft-1\"]")));
        assertThat(run(with("-Ddashscope.api-key=" + Simulation.KEY), "once")).isOne();
        assertThat(out.toString()).contains("dashscope: 1 job read, 2 events published, 1 dead-lettered");
    }

    @Test
    void saysAtTheEndOfOnceWhyASourceWasNotRead() throws IOException {
        assertThat(run(with("-Ddashscope.api-key=sk-wrong"), "once")).isOne();
        assertThat(out.toString()).containsPattern("dashscope: 0 jobs read, 0 events published, 1 dead-lettered; 1 not"
                + " read: dashscope.*HTTP 401 InvalidApiKey");
    }

    @Test
    void showsTheStateAndForgetsIt() throws IOException {
        world.account("dashscope").create("ft-2");
        assertThat(run(with("-Ddashscope.api-key=" + Simulation.KEY), "once")).as("%s", err).isZero();
        out.getBuffer().setLength(0);
        assertThat(run(with(), "state")).as("%s", err).isZero();
        String listed = out.toString();
        assertThat(listed).contains("dashscope  ft-1  PENDING  watched", "dashscope  ft-2  ");
        assertThat(run(with(), "state", "list")).as("%s", err).isZero();
        assertThat(out.toString()).isEqualTo(listed + listed);
        assertThat(run(with(), "state", "show", "dashscope", "ft-1")).as("%s", err).isZero();
        assertThat(out.toString()).contains("\"job\" : \"ft-1\"");
        assertThat(run(with(), "state", "reset", "dashscope", "ft-1")).as("%s", err).isZero();
        assertThat(out.toString()).contains("forgot 1 state of dashscope job ft-1");
        assertThat(run(with(), "state", "show", "dashscope", "ft-1")).isOne();
        assertThat(err.toString()).contains("there is no state of dashscope");
        assertThat(run(List.of("state", "reset"), with("dashscope").toArray(new String[0]))).as("%s", err).isZero();
        assertThat(out.toString()).containsPattern("forgot [12] states? of dashscope\\R");
    }

    @Test
    void saysWhereThereIsNoStateAndExportsOrImportsNothing() throws IOException {
        assertThat(run(with(), "state", "list")).isZero();
        assertThat(err.toString()).contains("there is no state in " + folder.resolve("state"));
        assertThat(run(with(), "state", "export")).isOne();
        assertThat(err.toString()).contains(folder.resolve("state") + ": nothing to export");
        for (var file : Map.of("", "there is no such file", "{\"offsets\": [", "it ends in the middle", "{\"offsets\": []}", "it holds no state of a job")
                .entrySet()) {
            Path offsets = folder.resolve("offsets-" + file.getKey().length());
            if (!file.getKey().isEmpty()) {
                Files.writeString(offsets, file.getKey());
            }
            assertThat(run(with(), "state", "import", offsets.toString())).isOne();
            assertThat(err.toString()).contains(offsets + " cannot be imported: " + file.getValue());
        }
        assertThat(out.toString()).isEmpty();
    }

    /** A script that reads it would go on with half of it. */
    @Test
    void failsIfWhatItPrintsCannotBeWritten() {
        var full = new Writer() {
            @Override
            public void write(char[] text, int from, int length) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void flush() {
                // nothing is kept
            }

            @Override
            public void close() {
                // nothing is open
            }
        };

        assertThat(BridgeCommand.commandLine().printingTo(new PrintWriter(full), new PrintWriter(err, true)).execute("--version")).isOne();
        assertThat(err.toString()).contains("standard output cannot be written");
    }

    @Test
    void helpsWithEveryVerb() throws IOException {
        assertThat(run(List.of("--help"))).isZero();
        assertThat(out.toString()).contains("run", "once", "demo", "check", "--config", "-D");
        for (String verb : List.of("run", "once", "demo", "check")) {
            out.getBuffer().setLength(0);
            assertThat(run(List.of(verb, "--help"))).as("%s", err).isZero();
            assertThat(out.toString()).contains(verb).contains("--config");
        }
        assertThat(run(List.of("--version"))).isZero();
        assertThat(out.toString()).contains("finetune-bridge");
    }

    /** Since Java 22 there is a console without a terminal, as in a cron job: no control characters for it. */
    @Test
    void believesAConsoleThatIsNoTerminal() {
        assertThat(BridgeCommand.isTerminal(ConsoleOfJava17.class, null)).isFalse();
        assertThat(BridgeCommand.isTerminal(ConsoleOfJava17.class, new ConsoleOfJava17())).isTrue();
        assertThat(BridgeCommand.isTerminal(ConsoleOfJava22.class, (ConsoleOfJava22) () -> true)).isTrue();
        assertThat(BridgeCommand.isTerminal(ConsoleOfJava22.class, (ConsoleOfJava22) () -> false)).isFalse();
        assertThat(BridgeCommand.isTerminal()).as("a test has none").isFalse();
    }

    private static final class ConsoleOfJava17 { }

    private interface ConsoleOfJava22 {
        boolean isTerminal();
    }

    private int run(List<String> first, String... more) {
        return terminal.type(Stream.concat(first.stream(), Stream.of(more)));
    }

    /** Options that keep everything in the test's folder, and these. */
    private List<String> with(String... more) {
        return Stream.of(List.of("-Ddashscope.base-url=" + sandbox.url()), Terminal.within(folder), List.of(more))
                .flatMap(List::stream).toList();
    }

    private List<String> events() {
        return Terminal.events(folder);
    }
}
