package org.finetunebridge.provider.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.finetunebridge.provider.validation.ProviderValidator.ValidationReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorTableValidatorTest {

    private final ValidationReport report = new ValidationReport();

    @Test
    void findsNothingWrongWithAllThatATableMayHave() throws IOException {
        look("""
                { "code": "/error/code", "message": ["/message", ""], "requestId": "/id", "ok": [0, "fine"],
                  "rows": [
                    { "status": "4..", "code": "x+", "message": "late|early", "means": "transient" },
                    { "means": "throttled" }, { "means": "job" }, { "means": "source" }, { "means": "odd" }
                  ] }
                """);
        assertThat(report.lines()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            { "code": "code" }             | acme-errors.json:1: code is no JSON pointer: code
            { "message": "why" }           | acme-errors.json:1: message is no JSON pointer: why
            {~n "message": ["/a", "b"] }   | acme-errors.json:2: message is no JSON pointer: b
            { "requestId": "id" }          | acme-errors.json:1: requestId is no JSON pointer: id
            { "ok": 0 }                    | acme-errors.json:1: no such member: ok; there are code, message, \
            requestId, and the lists ok and rows
            { "rows": { "means": "job" } } | acme-errors.json:1: no such member: rows; there are code, message, \
            requestId, and the lists ok and rows
            { "okay": [0] }                | acme-errors.json:1: no such member: okay; there are code, message, \
            requestId, and the lists ok and rows
            { "rows": [~n{ "stats": "4", "means": "job" }] } | acme-errors.json:2: no such member of a row: stats; \
            there are means, status, code, message
            { "rows": [~n~n{ "code": "(", "means": "job" }] } | acme-errors.json:3: code is no regular expression: \
            Unclosed group
            { "rows": [{ "message": "*", "means": "job" }] } | acme-errors.json:1: message is no regular expression: \
            Dangling meta character '*'
            { "rows": [{ "means": "never" }] } | acme-errors.json:1: means is 'never'; allowed are job, odd, source, \
            throttled, transient
            { "rows": [{ "status": "4" }, 7] } | acme-errors.json:1: means is ''; allowed are job, odd, source, \
            throttled, transient
            { "rows": [{ "means": "JOB" }] } | acme-errors.json:1: means is 'JOB'; allowed are job, odd, source, \
            throttled, transient
            { "rows": [                    | acme-errors.json:1: is not JSON: Unexpected end-of-input
            []                             | acme-errors.json:1: is no JSON object
            """)
    void saysWhatATableCannotMeanAndWhere(String table, String problem) throws IOException {
        look(table.replace("~n", "\n"));
        assertThat(report.lines()).singleElement().asString().startsWith(problem);
    }

    @Test
    void saysAllThatIsWrong() throws IOException {
        look("{ \"code\": \"c\", \"kode\": \"/c\",\n \"rows\": [{ \"code\": \"(\", \"stats\": 4 }] }");
        assertThat(report.lines()).extracting(line -> line.substring(0, 24)).containsExactly("acme-errors.json:1: code",
                "acme-errors.json:1: no s", "acme-errors.json:2: no s", "acme-errors.json:2: code",
                "acme-errors.json:2: mean");
    }

    @Test
    void saysWhereATableIsNoJson() throws IOException {
        look("{ \"rows\": [\n{ \"means\": \"job\" ]}");
        assertThat(report.lines()).singleElement().asString()
                .startsWith("acme-errors.json:2: is not JSON: Unexpected close marker ']'");
    }

    private void look(String text) throws IOException {
        new ErrorTableValidator("acme-errors.json", report).look(text);
    }
}
