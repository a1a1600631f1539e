package org.finetunebridge.provider.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.finetunebridge.provider.validation.ProviderValidator.ValidationReport;
import org.finetunebridge.provider.validation.RouteTemplateReader.RouteTemplate;
import org.finetunebridge.provider.validation.RouteTemplateReader.Words;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of templates as a reader hands them out, whoever reads them. */
class RouteTemplateValidatorTest {

    private static final String TEXT = """
            # routeTemplate
            - id: acme-jobs
              from: direct:acme-jobs
            - id: acme-ask
              words:\s""";

    private final ValidationReport report = new ValidationReport();
    private String refusal;
    private Set<String> required = Set.of();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            direct:acme-asks              | direct:acme-asks leads nowhere: no template is called by it
            direct:{{source}}-asks        | direct:{{source}}-asks leads nowhere: no template is called by it
            ${variable.poll.cursor}       | variable.poll.cursor is not there for routes; there are cursorJson, \
            cursorPartsJson, cursorPath, cursorUrl, jobJson, jobPath, jobSegments
            ${variable.poll?.job}         | variable.poll?.job is not there for routes; there are cursorJson, \
            cursorPartsJson, cursorPath, cursorUrl, jobJson, jobPath, jobSegments
            ${variable.grup}              | variable.grup is not there for routes; there are group, poll, provider, \
            resource, source; key.<name> in acme.properties makes another
            {{grup}}                      | no such parameter: {{grup}}; there are group, source; key.<name> in \
            acme.properties makes another
            {{group}}                     | write ${variable.group} in an expression of the language simple instead of \
            {{group}}: all accounts share the route
            {{source}}                    | write ${variable.source} in an expression of the language simple instead \
            of {{source}}: all accounts share the route
            """)
    void saysWhatLeadsNowhereAndWhere(String words, String problem) {
        look(words, false, 1);
        assertThat(report.lines()).containsExactly("acme.camel.yaml:5: " + problem);
    }

    @ParameterizedTest
    @CsvSource({"direct:acme-ask", "direct:acme-fetch", "direct:acme-fetch-csv", "direct:acme-asks${variable.resource}",
        "direct:other-asks", "${variable.poll.cursorJson}", "${variable.poll?.jobPath}", "${variable.group}",
        "${variable.mine}", "${variable.resource}", "{{size}}", "${variables.grup}"})
    void findsNothingWrongWithWhatIsThere(String words) {
        look(words, true, 1);
        assertThat(report.lines()).isEmpty();
        assertThat(report.hints()).isEmpty();
    }

    @Test
    void hintsAtThePlaceholdersThatStillWork() {
        look("direct:{{source}}-ask {{group}}", true, 1);
        assertThat(report.lines()).isEmpty();
        assertThat(report.hints()).containsExactly(
                "acme.camel.yaml:5: write direct:acme-… instead of direct:{{source}}-…: all accounts share the route",
                "acme.camel.yaml:5: write ${variable.group} in an expression of the language simple instead of"
                        + " {{group}}: all accounts share the route");
    }

    /** A text that YAML writes in another way than Camel reads it is near the line where it begins. */
    @Test
    void namesTheLineWhereWordsBeginThatTheFileDoesNotSay() {
        new RouteTemplateValidator("acme", TEXT, Set.of(), report).look(reader(
                template("acme-jobs", "direct:acme-jobs", new Words("direct:acme-nowhere", false, 4))), Set.of("jobs"));
        assertThat(report.lines())
                .containsExactly("acme.camel.yaml:4: direct:acme-nowhere leads nowhere: no template is called by it");
    }

    @Test
    void saysWhatIsNoParameterAndOfWhatNoRouteCanBeMade() {
        required = Set.of("source", "group", "gruop");
        refusal = "no such bean";
        look("gruop", false, 2);
        assertThat(report.lines()).containsExactlyInAnyOrder(
                "acme.camel.yaml:2: no route can be made of the template acme-jobs: no such bean",
                "acme.camel.yaml:4: no route can be made of the template acme-ask: no such bean",
                "acme.camel.yaml:5: no such parameter: gruop; there are group, source; key.<name> in acme.properties"
                        + " makes another");
    }

    @Test
    void saysWhatBelongsToNoResourceOrToOneTwice() {
        new RouteTemplateValidator("acme", TEXT, Set.of("poll", "group", "attempt"), report).look(reader(
                template("acme-jobs", "direct:acme-list"), template("acme-jobs", "direct:acme-jobs"),
                template("acne-ask", "direct:acne-ask")), Set.of("jobs", "points"));
        assertThat(report.lines()).containsExactlyInAnyOrder(
                "acme.camel.yaml:2: there is a template acme-jobs before this one",
                "acme.camel.yaml:1: the template acne-ask is never used: its name does not begin with acme-",
                "acme.camel.yaml:1: the template acme-jobs is called by \"direct:acme-list\", not by"
                        + " \"direct:acme-jobs\"",
                "acme.camel.yaml: there is no route template acme-points, but the resource points is named",
                "acme.camel.yaml: key.attempt in acme.properties would be lost: the routes have a variable of that name"
                        + " themselves",
                "acme.camel.yaml: key.poll in acme.properties would be lost: the routes have a variable of that name"
                        + " themselves");
    }

    @Test
    void givesEachTemplateTheProvidersKeysAsVariables() {
        Map<String, String> seen = new HashMap<>();
        RouteTemplateReader reader = (file, text, given) -> {
            seen.putAll(given);
            return List.of();
        };
        new RouteTemplateValidator("acme", TEXT, Set.of("group", "size"), report).lookForOldForm(reader);
        assertThat(seen).isEqualTo(Map.of("group", "${variable.group}", "size", "${variable.size}", "source", "acme"));
    }

    @Test
    void saysWhatCannotBeLoaded() {
        var validator = new RouteTemplateValidator("acme", TEXT, Set.of(), report);
        RouteTemplateReader none = (file, text, given) -> {
            throw new IllegalArgumentException("no such step in " + file);
        };
        validator.look(none, Set.of("jobs"));
        assertThat(report.lines())
                .containsExactly("acme.camel.yaml: Camel cannot load it: no such step in acme.camel.yaml");
        validator.lookForOldForm(none);
        assertThat(report.lines()).hasSize(1);
    }

    /** Its shared routes are files of the same kind: Camel need not look at them. */
    @Test
    void readsNoFileWithoutATemplate() {
        new RouteTemplateValidator("acme", "- route: {id: mine}", Set.of(), report)
                .look(reader(template("acme-jobs", "direct:acme-jobs")), Set.of("jobs"));
        assertThat(report.lines()).containsExactly(
                "acme.camel.yaml: there is no route template acme-jobs, but the resource jobs is named");
    }

    private void look(String words, boolean simple, int line) {
        new RouteTemplateValidator("acme", TEXT + '"' + words + '"', Set.of("group"), report).look(reader(
                template("acme-jobs", "direct:acme-jobs"),
                template("acme-ask", "direct:{{source}}-ask", new Words(words, simple, line))), Set.of("jobs"));
    }

    private static RouteTemplateReader reader(RouteTemplate... templates) {
        return (file, text, given) -> List.of(templates);
    }

    private RouteTemplate template(String id, String address, Words... words) {
        return new RouteTemplate(id, 1, new Words(address, false, 1), required, Set.of("size"), Set.of("mine"),
                List.of(words), refusal);
    }
}
