package org.finetunebridge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a line is read; what the verbs then do is in the tests of each. */
class ArgumentParserTest {

    @Test
    void findsTheVerbBetweenOptions() throws Exception {
        assertThat(parse().name()).isEmpty();
        assertThat(parse("--config", "once", "check", "--json").name()).isEqualTo("check");
        assertThat(parse("-D", "run", "once").name()).isEqualTo("once");
        assertThat(parse("state").name()).isEqualTo("state");
        assertThat(parse("-Da=b", "state", "--config=x", "show", "-D", "c", "wait", "once").name()).isEqualTo("state show");
    }

    @Test
    void takesTheArgumentsOfAVerbBetweenItsOptions() throws Exception {
        Verb verb = parse("follow", "--timeout=5s", "dashscope", "--json", "ft-1", "-Da");
        assertThat(List.of(verb.argument(0), verb.argument(1), verb.value("timeout"))).containsExactly("dashscope", "ft-1", "5s");
        assertThat(verb.has("json")).isTrue();
        assertThat(parse("state", "reset", "dashscope").argument(1)).isNull();
        assertThat(parse("follow", "-", "").argument(0)).isEqualTo("-");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"a b\"", "\"a", "'a'", "a=b", "", "-", "-x=1", "=", "true"})
    void takesAValueAsItStands(String value) throws Exception {
        assertThat(parse("check", "--config=" + value).value("config")).isEqualTo(value);
        assertThat(parse("check", "--config", value).value("config")).isEqualTo(value);
        assertThat(parse("--config", value, "check", "--json").value("config")).isEqualTo(value);
        assertThat(parse("check", "--provider=" + value).value("provider")).isEqualTo(value);
    }

    @Test
    void takesTheLaterOfTwoFilesAndRefusesTwoInOnePlace() throws Exception {
        assertThat(parse("--config", "a", "once", "--config", "b").value("config")).isEqualTo("b");
        refuses("option '--config' should be specified only once", "once", "--config=a", "--config=b");
        refuses("option '--json' should be specified only once", "check", "--json", "--json");
    }

    @Test
    void readsNoOptionsAfterTwoHyphens() throws Exception {
        Verb verb = parse("follow", "--json", "--", "-a", "--help");
        assertThat(List.of(verb.argument(0), verb.argument(1))).containsExactly("-a", "--help");
        assertThat(verb.has("json")).isTrue();
        assertThat(verb.has(Verb.HELP)).isFalse();
        assertThat(parse("once", "--").name()).isEqualTo("once");
        refuses("***: no such option, verb or argument", "--", "once");
        refuses("once takes no argument", "once", "--", "--config=x");
        refuses("Missing required parameter for option '--config' (FILE)", "once", "--config", "--");
    }

    /** The library would take most of them. */
    @ParameterizedTest
    @ValueSource(strings = {"--time=5s", "--timeou", "-timeout", "-timeout=5s", "-timeout5s", "-json", "--j", "-hx", "--jsonx"})
    void refusesAnOptionThatIsNotWrittenOut(String option) {
        assertThatThrownBy(() -> parse("follow", "dashscope", "ft-1", option)).isInstanceOf(MisuseException.class)
                .hasMessageEndingWith(": no such option, verb or argument").hasMessageNotContaining("5s");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            check extra|check takes no argument
            run extra more|run takes no argument
            once once|once takes no argument
            state nosuch|state takes no argument but a verb: list, show, reset, export, import
            state list sk-hush|state list takes no argument
            follow a b sk-hush|follow takes SOURCE and JOB, no more
            follow|Missing required parameters: 'SOURCE', 'JOB'; follow needs SOURCE and JOB
            wait a --json|Missing required parameter: 'JOB'; wait needs SOURCE and JOB
            state reset|Missing required parameter: 'SOURCE'; state reset needs SOURCE
            new-provider --into x|Missing required parameter: 'NAME'; new-provider needs NAME
            follow a b --timeout --json|Missing required parameter for option '--timeout' (DURATION)
            once -D|Missing required parameter for option '-D' (key=value)
            once -D -Dsk=hush|Missing required parameter for option '-D' (key=value)
            check --json=hush|--json takes no value
            once --help=hush|--help takes no value
            --fast once --slow=hush|--fast, --slow=***: no such option, verb or argument
            once --json|--json: no such option, verb or argument
            --conf hush once|--conf: no such option, verb or argument
            twice|twice: no such option, verb or argument
            -Da=b hush|***: no such option, verb or argument
            """)
    void saysWhatIsMissingOrTooMuch(String line, String message) {
        refuses(message, line.split(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --help|''
            --help once|''
            once twice -h|once
            once --fast --help|once
            follow --help|follow
            state -h show|state
            state show -h|state show
            state -hV|state
            """)
    void helpsWithTheVerbThatStandsBeforeWhateverElseIsWrong(String line, String verb) throws Exception {
        assertThat(parse(line.split(" ")).name()).isEqualTo(verb);
        assertThat(parse(line.split(" ")).has(Verb.HELP)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void printsItsHelpInEightyColumns(Verb verb) {
        var out = new StringWriter();
        List<String> line = new ArrayList<>(List.of(verb.name().split(" ")));
        line.add("--help");
        assertThat(new Terminal(out, new StringWriter()).type(line.stream().filter(word -> !word.isEmpty()))).isZero();
        assertThat(out.toString().lines()).allMatch(one -> one.length() <= 80 && one.equals(one.stripTrailing()));
        String words = out.toString().replaceAll("\\s+", " ");
        assertThat(words).startsWith(("Usage: finetune-bridge " + verb.name()).strip() + " [-hV]").contains(verb.description(),
                "--config=FILE Read this file", "-D=key=value Set one key", "-V, --version Print", "Exit codes: 0 ");
        verb.parameters().forEach(one -> assertThat(words).contains(one.label(), one.description()));
        verb.verbs().forEach(one -> assertThat(words).contains(" " + one + " " + verb.verb(one).description()));
    }

    @Test
    void endsWithTwoForANameThatNoFileCanHave() {
        for (List<String> line : List.of(List.of("once", "--config", "a\0"), List.of("new-provider", "x", "--into=\0"),
                List.of("check", "--provider=\0"), List.of("state", "import", "\0"))) {
            var err = new StringWriter();
            assertThat(new Terminal(new StringWriter(), err).type(line.stream())).isEqualTo(2);
            assertThat(err.toString()).contains(": no file can have this name here: ").doesNotContain("Exception");
        }
    }

    private static Stream<Verb> verbs() {
        return following(new BridgeCommand.Root());
    }

    private static Stream<Verb> following(Verb verb) {
        return Stream.concat(Stream.of(verb), verb.verbs().stream().flatMap(name -> following(verb.verb(name))));
    }

    private static Verb parse(String... line) throws MisuseException {
        return new ArgumentParser(new BridgeCommand.Root(), line).parse(BridgeCommand.commandLine());
    }

    private static void refuses(String message, String... line) {
        assertThatThrownBy(() -> parse(line)).isInstanceOf(MisuseException.class).hasMessage(message);
    }
}
