package org.finetunebridge.provider.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.finetunebridge.provider.validation.ProviderValidator.ValidationReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalFormTest {

    private final ValidationReport report = new ValidationReport();

    /** Each is a step in line 3. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            to: direct:a                                         | write "- to: {uri: direct:a}" instead of "- to: \
            direct:a"
            toD: direct:a                                        | write "- toD: {uri: direct:a}" instead of "- toD: \
            direct:a"
            log: words                                           | write "- log: {…: words}" instead of "- log: words"
            setBody: {simple: words}                             | write "expression: {simple: {expression: …}}" \
            instead of "simple: …" in setBody
            setBody: {simple: {expression: words}}               | write "expression: {simple: {expression: …}}" \
            instead of "simple: …" in setBody
            filter: {method: {ref: bean}}                        | write "expression: {method: {expression: …}}" \
            instead of "method: …" in filter
            setBody: {expression: {jq: .data}}                   | write "jq: {expression: …}" instead of "jq: …"
            doTry: {onWhen: {simple: words}}                     | write "simple: {expression: …}" instead of "simple: \
            …"
            aggregate: {correlationExpression: {header: id}}     | write "header: {expression: …}" instead of "header: \
            …"
            aggregate: {completionPredicate: {simple: words}}    | write "simple: {expression: …}" instead of "simple: \
            …"
            onException: {handled: {constant: 'true'}}           | write "constant: {expression: …}" instead of \
            "constant: …"
            onException: {continued: {constant: 'true'}}         | write "constant: {expression: …}" instead of \
            "constant: …"
            onException: {retryWhile: {simple: words}}           | write "simple: {expression: …}" instead of "simple: \
            …"
            to: {uri: 'file:a?b=c'}                              | write what follows the ? of file:a?b=c under \
            parameters
            choice: {when: [{simple: words, steps: []}]}         | write "expression: {simple: {expression: …}}" \
            instead of "simple: …" in when
            """)
    void saysHowAShortFormIsWritten(String step, String hint) {
        assertThat(hints("- route:\n    from: {uri: direct:x, steps: [\n      {" + step + "}]}"))
                .containsExactly("x.camel.yaml:3: " + hint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"to: {uri: direct:a}", "setBody: {expression: {simple: {expression: words}}}", "stop: ",
        "stop: ''",
        "stop: {}", "setHeader: {name: header, expression: {constant: {expression: a}}}",
        "toD: {uri: 'file:${header.a}?b=c'}",
        "to: {uri: 'file:a', parameters: {simple: words, uri: 'a?b', method: {}}}", "marshal: {header: words}",
        "bean: {method: words}",
        "bean: {method: {}}", "onException: {handled: {constant: {expression: a}}}", "removeHeader: {name: 'a?b'}",
        "setBody: {expression: {method: {ref: a}}}"})
    void findsNothingToWriteOtherwise(String step) {
        assertThat(hints("- route:\n    from: {uri: direct:x, steps: [\n      {" + step + "}]}")).isEmpty();
    }

    @Test
    void looksAtEveryPlaceOnce() {
        assertThat(hints("""
                - route: &mine
                    from:
                      uri: timer:a?delay=1
                      steps:
                        - to: direct:a
                        - choice:
                            when:
                              - simple: words
                                steps:
                                  - to: direct:b
                - route: *mine
                """)).containsExactly("x.camel.yaml:3: write what follows the ? of timer:a?delay=1 under parameters",
                "x.camel.yaml:5: write \"- to: {uri: direct:a}\" instead of \"- to: direct:a\"",
                "x.camel.yaml:8: write \"expression: {simple: {expression: …}}\" instead of \"simple: …\" in when",
                "x.camel.yaml:10: write \"- to: {uri: direct:b}\" instead of \"- to: direct:b\"");
    }

    @ParameterizedTest
    @CsvSource({"'a: [1', x.camel.yaml:1: is not YAML: ",
        "'a: 1\nb: 2\na: 3', x.camel.yaml:3: is not YAML: found duplicate key a",
        "'a: \u0000', x.camel.yaml: is not YAML: special characters are not allowed"})
    void saysWhereATextIsNoYaml(String text, String problem) {
        assertThat(CanonicalForm.look("x.camel.yaml", text, report)).isFalse();
        assertThat(report.lines()).singleElement().asString().startsWith(problem).doesNotContain("\n");
        assertThat(report.hints()).isEmpty();
    }

    private List<String> hints(String text) {
        assertThat(CanonicalForm.look("x.camel.yaml", text, report)).isTrue();
        assertThat(report.lines()).isEmpty();
        return report.hints();
    }
}
