package org.finetunebridge.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever edits a route file and gets it wrong is told where, in one line. */
class StartupFailureAnalyzerTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            watch.camel.yaml     | - routeTemplate: {id: watch, nonsense: 3}                          | nonsense
            watch.camel.yaml     | - route: [                                                         | watch.camel.yaml
            watch.camel.yaml     | ''                                                                 | watch.camel.yaml
            poll.camel.yaml      | - route: {id: x, from: {uri: 'direct:x', steps: [{log: hi}]}}      | id poll
            mine.camel.yaml      | - route: {id: x, from: {uri: 'nonsuch:x', steps: [{log: hi}]}}     | nonsuch
            mine.camel.yaml      | - route: {id: x, from: {uri: 'direct:x', steps: [{to: '{{y.z}}'}]}}| y.z
            dashscope-jobs.jslt  | { "code":                                                          | dashscope-jobs.jslt
            """)
    void saysWhatIsWrongWithAFile(String name, String content, String expected) throws Exception {
        Files.writeString(folder.resolve(name), content);
        var files = new RouteFiles(getClass().getClassLoader(), RouteFiles.packed(), List.of(folder));

        assertThat(problem(files)).contains(expected).doesNotContain("Exception").doesNotContain("\n")
                .startsWith("the routes or mappings cannot be used: ");
    }

    @Test
    void refusesToStartWithoutRoutes() throws Exception {
        assertThat(problem(new RouteFiles(getClass().getClassLoader(), List.of(), List.of(folder))))
                .contains("there are no routes");
    }

    private String problem(RouteFiles files) {
        InvalidConfigurationException bad = catchThrowableOfType(InvalidConfigurationException.class, () -> {
            try (var bridge = new Bridge(files, Map.of("dashscope.api-key", "sk-1", "dashscope.base-url",
                    "http://127.0.0.1:1", "bridge.state.directory", folder.resolve("state").toString()), true,
                    InstantSource.system())) {
                bridge.init();
                bridge.start();
            }
        });
        assertThat(bad.problems()).hasSize(1);
        return bad.problems().get(0);
    }
}
