package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.TextFiles.text;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What makes a provider is in files, all of it, and whoever adds one is told which are missing. */
class ProvidersAreFilesTest {

    private static final Path MAIN = Path.of("src/main/java");
    /** The two that are there without being named, what the help says of them, and the demo that plays them. */
    private static final Pattern DEFAULTS = Pattern.compile("\"dashscope,minimax\"|such as dashscope\\.api-key"
            + "|DASHSCOPE_API_KEY|\"minimax\\.group-id\"|\"dashscope\\.logs\"|List\\.of\\(\"dashscope\", \"minimax\"\\)");
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|//[^\n]*");

    /** Not even a part of a name: {@code AzureKey} would be one. */
    @TestFactory
    Stream<DynamicTest> areNamedInNoJava() {
        Map<Path, String> code = javaFiles().collect(Collectors.toMap(file -> file, file -> file.getFileName() + " "
                + DEFAULTS.matcher(COMMENT.matcher(text(file)).replaceAll("")).replaceAll("")));
        return providers().map(provider -> dynamicTest(provider, () -> {
            List<String> words = Stream.concat(Stream.of(provider), Arrays.stream(provider.split("-"))).toList();
            Pattern name = Pattern.compile("(?i)" + String.join("|", words));
            code.forEach((file, text) -> assertThat(name.matcher(text).results()).as("%s in %s", provider, file).isEmpty());
        }));
    }

    /** A sandbox that plays it, answers to map, a page that says what is doubtful, and a row in the README. */
    @TestFactory
    Stream<DynamicTest> comeWithAllThatBelongsToThem() {
        return providers().map(provider -> dynamicTest(provider, () -> {
            assertThat(Path.of("src/main/resources/simulator", provider + ".camel.yaml")).exists();
            assertThat(Path.of("src/main/resources/simulator/providers")).content().containsPattern("(?m)^" + provider + "( |$)");
            assertThat(Path.of("docs/providers", provider + ".md")).content().contains("## Doubts");
            assertThat(Path.of("README.md")).content().contains("docs/providers/" + provider + ".md");
            assertThat(Path.of("src/test/resources/fixtures", new ProviderRegistry(files()).like(provider))).isNotEmptyDirectory();
        }));
    }

    private static Stream<String> providers() {
        return new ProviderRegistry(files()).names().stream();
    }

    private static RouteFiles files() {
        try {
            return new RouteFiles(ProvidersAreFilesTest.class.getClassLoader(), List.of(), List.of(Path.of("routes")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> javaFiles() {
        try (Stream<Path> all = Files.walk(MAIN)) {
            return all.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
