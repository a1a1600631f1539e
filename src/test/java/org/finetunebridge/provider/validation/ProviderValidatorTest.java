package org.finetunebridge.provider.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.finetunebridge.CompatibilityWorld;
import org.finetunebridge.camel.CamelTemplateReader;
import org.finetunebridge.polling.PollTask;
import org.finetunebridge.provider.RouteFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderValidatorTest {

    private static final Path ROUTES = Path.of("routes");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"dashscope", "minimax", "openai", "azure-openai", "mistral", "together"})
    void findsNothingWrongWithTheProvidersThatShip(String provider) throws IOException {
        assertThat(validator(files(ROUTES)).of(provider)).isEmpty();
        assertThat(validator(files(ROUTES)).hints(provider)).isEmpty();
    }

    /** As somebody has them who wrote them for that version. docs/compatibility.md */
    @ParameterizedTest
    @ValueSource(strings = {"minimax", "openai", "qianfan", "together"})
    void findsNothingWrongWithTheFilesOfEachVersion(String provider) throws IOException {
        for (Path version : CompatibilityWorld.versions("providers").toList()) {
            RouteFiles files = files(ROUTES, version);
            assertThat(files.read(provider + ".camel.yaml")).isEqualTo(Files.readString(version.resolve(provider + ".camel.yaml")));
            assertThat(validator(files).of(provider)).isEmpty();
        }
    }

    @Test
    void namesWhatIsWrongWithFileAndLine() throws IOException {
        write("acme.properties", """
                # Acme
                base-url = ftp://acme
                time-zone = Mars
                lists = jobs
                list = jobs
                follow = events, points
                growing = evens
                """);
        write("acme.camel.yaml", """
                - routeTemplate:
                    id: acme-jobs
                    from:
                      uri: "direct:{{source}}-jobs"
                """);
        write("acme-jobs.jslt", "{ \"facts\": [for (.data) . }");
        write("acme-events.jslt", "{ \"facts\": [] }");
        write("acme-errors.json", """
                { "code": "/code",
                  "rows": [
                    { "status": "4(", "means": "job" },
                    { "status": "500", "means": "never" }
                  ] }
                """);

        assertThat(validator(files(ROUTES, folder)).of("acme")).satisfiesExactlyInAnyOrder(
                one -> assertThat(one).startsWith("acme.properties:4: no such key: lists"),
                one -> assertThat(one).startsWith("acme.properties:3: no such time zone: Mars"),
                one -> assertThat(one).startsWith("acme.properties:2: base-url is no http or https address"),
                one -> assertThat(one).startsWith("acme.properties:7: growing names evens"),
                one -> assertThat(one).startsWith("acme.camel.yaml: there is no route template acme-events"),
                one -> assertThat(one).startsWith("acme.camel.yaml: there is no route template acme-points"),
                one -> assertThat(one).startsWith("acme-jobs.jslt:1: "),
                one -> assertThat(one).startsWith("acme-points.jslt: is missing"),
                one -> assertThat(one).startsWith("acme-errors.json:3: status is no regular expression"),
                one -> assertThat(one).startsWith("acme-errors.json:4: means is 'never'"));
    }

    @Test
    void findsWhatIsReadOnceAndOtherwiseToo() throws IOException {
        write("acme.properties", "list = jobs\nfollow = results\nonce = results, file\n");
        write("acme-jobs.jslt", "{ \"facts\": [] }");
        write("acme-results.jslt", "{ \"facts\": [] }");

        assertThat(validator(files(ROUTES, folder)).of("acme")).contains(
                "acme.properties:3: once names results, which follow names, too: it is read once, as a whole, and nothing else")
                .anyMatch(one -> one.startsWith("acme-file.jslt: is missing"));
    }

    /** What would otherwise show when the first job is asked for, or never. */
    @Test
    void findsWhatLeadsNowhereInTheTemplates() throws IOException {
        write("acme.properties", "list = jobs\nkey.group = 1\n");
        write("acme-jobs.jslt", "{ \"facts\": [] }");
        write("acme.camel.yaml", """
                - routeTemplate:
                    id: acme-jobs
                    parameters:
                      - name: source
                      - name: gruop
                    from:
                      uri: "direct:{{source}}-jobs"
                      steps:
                        - setHeader:
                            name: CamelHttpPath
                            simple: "/{{group}}/{{grup}}/${variable.poll.cursorpath}"
                        # - to: "direct:{{source}}-nowhere"
                        - to: "direct:{{source}}-fetsh"
                """);

        assertThat(validator(files(ROUTES, folder)).of("acme")).satisfiesExactlyInAnyOrder(
                one -> assertThat(one).startsWith("acme.camel.yaml:5: no such parameter: gruop; there are group, source"),
                one -> assertThat(one).startsWith("acme.camel.yaml:11: no such parameter: {{grup}}"),
                one -> assertThat(one).startsWith("acme.camel.yaml:11: variable.poll.cursorpath is not there").contains("cursorPath"),
                one -> assertThat(one).startsWith("acme.camel.yaml:13: direct:{{source}}-fetsh leads nowhere"));

        write("acme.camel.yaml", "- routeTemplate:\n    id: x\n   from: y\n");
        assertThat(validator(files(ROUTES, folder)).of("acme")).singleElement().asString()
                .startsWith("acme.camel.yaml:3: is not YAML: ");
    }

    /** The same said in other ways that YAML has. */
    @Test
    void readsTemplatesHoweverTheyAreWritten() throws IOException {
        write("acme.properties", "list = jobs\nfollow = events\nkey.group = 1\n");
        write("acme-jobs.jslt", "{ \"facts\": [] }");
        write("acme-events.jslt", "{ \"facts\": [] }");
        write("acme.camel.yaml", """
                # direct:{{source}}-nowhere
                - routeTemplate: {id: acme-jobs, parameters: [{name: source}, {name: 'group'}], from: {
                    uri: 'direct:{{source}}-jobs', steps: [{to: 'direct:{{source}}-ask'}]}}
                - routeTemplate:
                    id: "acme-events" # not acme-evens
                    parameters: [{name: source, description: whose}]
                    route:
                      from:
                        uri: direct:{{source}}-events
                        steps:
                          - setHeader: {name: gruop, constant: "a name of something else"}
                          - toD: "direct:{{source}}-${variable.resource}"
                          - toD: "direct:{{source}}-jobs${variable.resource}"
                          - to: {uri: "direct:{{source}}-ask"}
                - routeTemplate:
                    id: acme-ask
                    from:
                      uri: "direct:\\u007b{source}}-ask"
                      steps:
                        - setBody:
                            simple: |
                              {"after": ${variable.poll.cursorJson},
                               "group": "{{group}}"}
                        - to: "direct:{{source}}-fetch"
                """);
        assertThat(validator(files(ROUTES, folder)).of("acme")).isEmpty();

        edit("acme.camel.yaml", "{{group}}", "{{grup}}");
        edit("acme.camel.yaml", "cursorJson", "cursor");
        edit("acme.camel.yaml", "to: {uri: \"direct:{{source}}-ask\"}", "to: {uri: \"direct:{{source}}-events-ask\"}");
        assertThat(validator(files(ROUTES, folder)).of("acme")).satisfiesExactlyInAnyOrder(
                one -> assertThat(one).startsWith("acme.camel.yaml:14: direct:{{source}}-events-ask leads nowhere"),
                one -> assertThat(one).startsWith("acme.camel.yaml:22: variable.poll.cursor is not there"),
                one -> assertThat(one).startsWith("acme.camel.yaml:23: no such parameter: {{grup}}"));
    }

    @Test
    void namesWhatADescriptorCannotMean() throws IOException {
        write("acme.properties", "list = jobs\noptional = jobs\nsignature = md5\nkey-query = a&b\n");
        write("acme-jobs.jslt", "{ \"facts\": [] }");
        write("acme.camel.yaml", "- routeTemplate: {id: acme-jobs, from: {uri: 'direct:acme-jobs', steps: [{to: {uri: 'direct:acme-fetch'}}]}}\n");

        assertThat(validator(files(ROUTES, folder)).of("acme")).satisfiesExactlyInAnyOrder(
                one -> assertThat(one).startsWith("acme.properties:2: optional names jobs, which is not followed"),
                one -> assertThat(one).startsWith("acme.properties:3: no such way to sign: md5; there are bce-auth-v1"),
                one -> assertThat(one).startsWith("acme.properties:4: key-query is no name of a parameter: a&b"));

        write("acme.properties", "list = jobs\nsignature = bce-auth-v1\n");
        assertThat(validator(files(ROUTES, folder)).of("acme")).singleElement().asString()
                .startsWith("acme.properties:2: signature needs key.access-key");
    }

    @Test
    void saysWhichTemplateNobodyReaches() throws IOException {
        write("acme.properties", "list = jobs\n");
        write("acme-jobs.jslt", "{ \"facts\": [] }");
        write("acme.camel.yaml", """
                - routeTemplate: {id: acme-jobs, from: {uri: 'direct:{{source}}-job', steps: []}}
                - routeTemplate: {id: acme-ask, from: {uri: 'direct:{{source}}-ask', steps: []}}
                - routeTemplate: {id: acme-ask, from: {uri: 'direct:{{source}}-ask', steps: []}}
                - routeTemplate: {id: acne-ask, from: {uri: 'direct:{{source}}-ask', steps: []}}
                - route: {id: mine, from: {uri: 'direct:mine', steps: []}}
                """);
        assertThat(validator(files(ROUTES, folder)).of("acme")).satisfiesExactlyInAnyOrder(
                one -> assertThat(one).startsWith("acme.camel.yaml:1: the template acme-jobs is called by \"direct:{{source}}-job\", not by \"direct:acme-jobs\""),
                one -> assertThat(one).startsWith("acme.camel.yaml:3: there is a template acme-ask before this one"),
                one -> assertThat(one).startsWith("acme.camel.yaml:4: the template acne-ask is never used"));
    }

    /** Placeholders stood for an account when each had routes of its own: where they still work is a hint, elsewhere a problem. */
    @Test
    void saysWhatToWriteInsteadOfAnAccountsPlaceholders() throws IOException {
        write("acme.properties", "list = jobs\nkey.group = 1\n");
        write("acme-jobs.jslt", "{ \"facts\": [] }");
        write("acme.camel.yaml", """
                - routeTemplate:
                    id: acme-jobs
                    from:
                      uri: "direct:{{source}}-jobs"
                      steps:
                        - setHeader:
                            name: CamelHttpPath
                            constant: "/{{group}}/jobs"
                        - setHeader:
                            name: CamelHttpQuery
                            simple: "group={{group}}&of={{source}}&that=${variable.grup}"
                        - to: "direct:acme-fetch"
                """);

        assertThat(validator(files(ROUTES, folder)).of("acme")).satisfiesExactlyInAnyOrder(
                one -> assertThat(one).startsWith("acme.camel.yaml:8: write ${variable.group} in an expression of the language simple instead of {{group}}"),
                one -> assertThat(one).startsWith("acme.camel.yaml:11: write ${variable.source} in an expression of the language simple instead of {{source}}"),
                one -> assertThat(one).startsWith("acme.camel.yaml:11: variable.grup is not there for routes; there are group, "));
        write("acme.properties", "list = jobs\nkey.group = 1\nkey.resource = 2\n");
        assertThat(validator(files(ROUTES, folder)).of("acme")).hasSize(4)
                .anyMatch(one -> one.startsWith("acme.camel.yaml: key.resource in acme.properties would be lost"));
        assertThat(validator(files(ROUTES, folder)).oldForm("acme", Set.of("group"))).hasSize(2)
                .allSatisfy(one -> assertThat(one).contains(": write ${variable."));
        assertThat(validator(files(ROUTES, folder)).hints("acme")).satisfiesExactlyInAnyOrder(
                one -> assertThat(one).startsWith("acme.camel.yaml:4: write direct:acme-… instead of direct:{{source}}-…"),
                one -> assertThat(one).startsWith("acme.camel.yaml:11: write ${variable.group} in"),
                one -> assertThat(one).startsWith("acme.camel.yaml:8: write \"expression: {constant: {expression: …}}\" instead of"),
                one -> assertThat(one).startsWith("acme.camel.yaml:11: write \"expression: {simple: {expression: …}}\" instead of"),
                one -> assertThat(one).startsWith("acme.camel.yaml:12: write \"- to: {uri: direct:acme-fetch}\" instead of \"- to: direct:acme-fetch\""));
    }

    /** Camel makes routes of the templates, so what Camel refuses is found before the first job is asked for. */
    @Test
    void namesWhatCamelCannotMakeARouteOf() throws IOException {
        write("acme.properties", "list = jobs\n");
        write("acme-jobs.jslt", "{ \"facts\": [] }");
        String template = """
                - routeTemplate:
                    id: acme-jobs
                    parameters:
                      - name: size
                        defaultValue: "100"
                    from:
                      uri: direct:acme-jobs
                      steps:
                        - setHeader:
                            name: CamelHttpQuery
                            expression:
                              simple:
                                expression: "size={{size}}"
                        - to:
                            uri: direct:acme-fetch
                """;
        write("acme.camel.yaml", template);
        assertThat(validator(files(ROUTES, folder)).of("acme")).isEmpty();

        edit("acme.camel.yaml", "setHeader:", "setHeadr:");
        assertThat(validator(files(ROUTES, folder)).of("acme")).singleElement().asString()
                .startsWith("acme.camel.yaml: Camel cannot load it: ").contains("setHeadr");

        write("acme.camel.yaml", template);
        edit("acme.camel.yaml", "name: CamelHttpQuery", "nam: CamelHttpQuery");
        assertThat(validator(files(ROUTES, folder)).of("acme")).singleElement().asString()
                .startsWith("acme.camel.yaml: Camel cannot load it: ").contains("nam");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'a: [1'                           | acme.camel.yaml:1: is not YAML
            'a: 1\\na: 2'                     | acme.camel.yaml:2: is not YAML: found duplicate key a
            'a: !mine 1'                      | acme.camel.yaml:1: is not YAML
            'a: \\0'                          | acme.camel.yaml: is not YAML: special characters
            ''                                | acme.camel.yaml: there is no route template acme-jobs
            'just words'                      | acme.camel.yaml: there is no route template acme-jobs
            '- &a [*a]'                       | acme.camel.yaml: there is no route template acme-jobs
            """)
    void saysSoIfTheRoutesAreNone(String text, String problem) throws IOException {
        write("acme.properties", "list = jobs\n");
        write("acme-jobs.jslt", "{ \"facts\": [] }");
        write("acme.camel.yaml", text.replace("\\n", "\n").replace("\\0", "\0"));

        assertThat(validator(files(ROUTES, folder)).of("acme")).singleElement().asString().startsWith(problem);
    }

    @Test
    void offersRoutesOnlyWhatAPollHas() {
        assertThat(RouteTemplateValidator.POLL).allSatisfy(name -> assertThat(PollTask.class).hasPublicMethods(
                "get" + Character.toUpperCase(name.charAt(0)) + name.substring(1)));
    }

    @Test
    void asksForTemplatesAndSaysWhoseJobsNobodyWouldSeeEnd() throws IOException {
        write("acme.properties", "list = jobs\n");
        write("acme-jobs.jslt", "{ \"facts\": [] }");
        assertThat(validator(files(folder)).of("acme"))
                .containsExactly("acme.camel.yaml: is missing: the route templates that say what to ask");
        assertThat(validator(files(folder)).hints("acme")).as("while something is wrong").isEmpty();

        write("acme.camel.yaml", "- routeTemplate: {id: acme-jobs, from: {uri: 'direct:acme-jobs'}}");
        assertThat(validator(files(folder)).hints("acme")).containsExactly("acme.properties: no resource of provider"
                + " acme shows the status of one job, so nobody would see that it ended: name one by job in"
                + " acme.properties; until then follow, wait and jobs of a source are refused");
    }

    @Test
    void findsWhatItsAuthorStillHasToDo() throws IOException {
        write("acme.properties", "# TODO set it; then remove this line\nlist = jobs\n");
        write("acme-jobs.jslt", "// why\n  // TODO map it; then remove this line\n// TODO not that one\n"
                + ".x // TODO y; then remove this line");
        write("acme-b.properties", "# TODO of another; then remove this line\nlist = jobs\n");
        write("acme-b-jobs.jslt", "// TODO of another; then remove this line\n");
        write("acmes.properties", "# TODO of yet another; then remove this line\n");
        assertThat(validator(files(folder)).toDo("acme")).containsExactly(
                "acme-jobs.jslt:2: TODO map it; then remove this line",
                "acme.properties:1: TODO set it; then remove this line");
    }

    private void edit(String name, String what, String by) throws IOException {
        assertThat(Files.readString(folder.resolve(name))).contains(what);
        write(name, Files.readString(folder.resolve(name)).replace(what, by));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static ProviderValidator validator(RouteFiles files) {
        return new ProviderValidator(files, new CamelTemplateReader());
    }

    private static RouteFiles files(Path... folders) throws IOException {
        return new RouteFiles(ProviderValidatorTest.class.getClassLoader(), List.of(), List.of(folders));
    }
}
