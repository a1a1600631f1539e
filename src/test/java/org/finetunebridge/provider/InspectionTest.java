package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.finetunebridge.watch.Poll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InspectionTest {

    private static final Path ROUTES = Path.of("routes");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"dashscope", "minimax", "openai", "azure-openai", "mistral", "together"})
    void findsNothingWrongWithTheProvidersThatShip(String provider) throws IOException {
        assertThat(new Inspection(files(ROUTES)).of(provider)).isEmpty();
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

        assertThat(new Inspection(files(ROUTES, folder)).of("acme")).satisfiesExactlyInAnyOrder(
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

        assertThat(new Inspection(files(ROUTES, folder)).of("acme")).satisfiesExactlyInAnyOrder(
                one -> assertThat(one).startsWith("acme.camel.yaml:5: no such parameter: - name: gruop; there are group, source"),
                one -> assertThat(one).startsWith("acme.camel.yaml:11: no such parameter: {{grup}}"),
                one -> assertThat(one).startsWith("acme.camel.yaml:11: variable.poll.cursorpath is not there").contains("cursorPath"),
                one -> assertThat(one).startsWith("acme.camel.yaml:13: direct:{{source}}-fetsh leads nowhere"));

        write("acme.camel.yaml", "- routeTemplate:\n    id: x\n   from: y\n");
        assertThat(new Inspection(files(ROUTES, folder)).of("acme")).singleElement().asString()
                .startsWith("acme.camel.yaml:3: is not YAML: ");
    }

    @Test
    void offersRoutesOnlyWhatAPollHas() {
        assertThat(TemplateInspection.POLL).allSatisfy(name -> assertThat(Poll.class).hasPublicMethods(
                "get" + Character.toUpperCase(name.charAt(0)) + name.substring(1)));
    }

    @Test
    void givesATemplateToTheProviderOfTheLongestName() throws IOException {
        write("a.properties", "list = jobs");
        write("a-b.properties", "list = jobs");
        var providers = new Providers(files(folder));
        assertThat(providers.of("a-jobs")).isEqualTo("a");
        assertThat(providers.of("a-b-jobs")).isEqualTo("a-b");
        assertThat(providers.of("watch")).isEmpty();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static RouteFiles files(Path... folders) throws IOException {
        return new RouteFiles(InspectionTest.class.getClassLoader(), List.of(), List.of(folders));
    }
}
