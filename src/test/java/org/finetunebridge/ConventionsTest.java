package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.Configuration;
import org.finetunebridge.settings.SettingsReader;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Rules that can be read from files. CONTRIBUTING.md says why they are. */
class ConventionsTest {

    private static final Path ROUTES = Path.of("routes");
    private static final Path MAIN = Path.of("src/main/java/org/finetunebridge");
    private static final Path PROPERTIES = Path.of("application.properties");
    private static final Pattern KEY = Pattern.compile("\\{\\{([^{}]+)}}");
    /** One file holds what both kinds of failure come to. */
    private static final Map<String, Set<String>> OTHER_NAMES = Map.of("errors", Set.of("failed"));
    private static final int YAML_LINES = 100;
    private static final int JAVA_LINES = 350;
    /** Names that code outside of the command line's help must not know. */
    private static final String VENDORS = "(?i)dash-?scope|mini-?max|open-?ai|aliyun|mistral|fireworks|anthropic|qwen|together(?=-|_|ai)";

    private final List<String> providers = providers().names();

    @TestFactory
    Stream<DynamicTest> namesEveryRouteAfterItsFile() {
        return routeFiles().map(file -> dynamicTest(name(file), () -> {
            for (Map<?, ?> route : routes(file)) {
                String id = String.valueOf(route.get("id"));
                if (!OTHER_NAMES.getOrDefault(base(file), Set.of()).contains(id)) {
                    assertThat(id).as("a route in %s", name(file)).matches(base(file) + "(-.+)?");
                }
            }
        }));
    }

    /** A route, and a template of a provider or a shared one, is called by its own name. */
    @TestFactory
    Stream<DynamicTest> namesEveryEndpointAfterItsRoute() {
        return routeFiles().map(file -> dynamicTest(name(file), () -> {
            for (Map<?, ?> route : routes(file)) {
                String id = String.valueOf(route.get("id"));
                String from = from(route);
                if (from.startsWith("direct:") && from.contains("{{")) {
                    assertThat(from).as("the route %s in %s", id, name(file)).isIn("direct:" + id + "-{{client}}", "direct:{{source}}-" + id);
                } else if (from.startsWith("direct:")) {
                    assertThat(id).startsWith(from.substring("direct:".length()));
                }
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> usesNoKeyThatIsNeitherAParameterNorDocumented() {
        Set<String> documented = documented().keySet();
        return routeFiles().map(file -> dynamicTest(name(file), () -> {
            for (Map<?, ?> route : routes(file)) {
                Set<String> known = new HashSet<>(documented);
                parameters(route).forEach(parameter -> known.add(String.valueOf(parameter.get("name"))));
                assertThat(keys(route.toString())).as("what %s in %s uses", route.get("id"), name(file))
                        .isSubsetOf(known);
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> usesEveryParameterItAsksFor() {
        return routeFiles().map(file -> dynamicTest(name(file), () -> {
            for (Map<?, ?> route : routes(file)) {
                for (Map<?, ?> parameter : parameters(route)) {
                    assertThat(keys(route.toString())).as("what %s in %s uses", route.get("id"), name(file))
                            .contains(String.valueOf(parameter.get("name")));
                }
            }
        }));
    }

    @Test
    void keepsSecretsOutOfRoutes() {
        routeFiles().forEach(file -> assertThat(text(file)).as(name(file)).doesNotContainIgnoringCase("api-key")
                .doesNotContainIgnoringCase("api_key").doesNotContainIgnoringCase("authorization"));
    }

    @Test
    void documentsEveryKey() throws Exception {
        Set<String> keys = new TreeSet<>(words("BRIDGE_KEYS"));
        words("SOURCE_KEYS").forEach(key -> keys.add("dashscope." + key));
        for (String provider : List.of("dashscope", "minimax")) {
            providers().read(provider).keys().keySet().forEach(key -> keys.add(provider + '.' + key));
        }
        assertThat(documented().keySet()).containsAll(keys);
    }

    @Test
    void documentsNoKeyThatThereIsNot() throws Exception {
        Set<String> known = new TreeSet<>(words("BRIDGE_KEYS"));
        Set<String> ofASource = new TreeSet<>(words("SOURCE_KEYS"));
        ofASource.addAll(providers().keys());
        assertThat(documented().keySet()).allMatch(key -> known.contains(key) || key.startsWith("bridge.kafka.client.")
                || key.startsWith("camel.")
                || !key.startsWith("bridge.") && ofASource.contains(key.substring(key.indexOf('.') + 1)));
    }

    @Test
    void saysAboveEveryKeyWhatItIs() {
        List<String> lines = text(PROPERTIES).lines().toList();
        for (int line = 1; line < lines.size(); line++) {
            if (lines.get(line).matches("#?[a-z][a-z0-9.-]+ =.*") && !lines.get(line).matches("#(bridge\\.sources|team-b).*")) {
                assertThat(lines.get(line - 1)).as("the line above %s", lines.get(line)).startsWith("# ");
            }
        }
    }

    /** Who deletes a line gets what the line said. */
    @Test
    void documentsTheValuesThatKeysHaveWithoutIt() throws Exception {
        Map<String, String> keys = Map.of("dashscope.api-key", "sk-1", "minimax.api-key", "sk-2");
        var reader = new SettingsReader(providers(), (cron, zone, now) -> null, () -> Instant.EPOCH);
        Map<String, String> documented = new TreeMap<>(new Configuration().file(PROPERTIES).values());
        documented.putAll(keys);
        assertThat(reader.read(documented)).usingRecursiveComparison()
                .withEqualsForType((one, other) -> one.pattern().equals(other.pattern()), Pattern.class)
                .isEqualTo(reader.read(new TreeMap<>(keys)));
    }

    @Test
    void namesNoProviderInJava() {
        String defaults = "\"dashscope,minimax\"";
        javaFiles(MAIN).filter(file -> !file.toString().contains("cli")).forEach(file -> {
            String code = text(file).replace(defaults, "").replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("//[^\n]*", "")
                    .replaceAll("set an api key, such as [a-z.-]+", "");
            assertThat(Pattern.compile(VENDORS).matcher(code).results().map(MatchResult::group)).as(file.toString())
                    .isEmpty();
        });
    }

    @Test
    void keepsFilesShort() {
        routeFiles().filter(file -> !providers.contains(base(file))).forEach(file ->
                assertThat(text(file).lines().count()).as(name(file)).isLessThanOrEqualTo(YAML_LINES));
        javaFiles(MAIN).forEach(file -> assertThat(text(file).lines().count()).as(name(file))
                .isLessThanOrEqualTo(JAVA_LINES));
    }

    @Test
    void describesEveryPackage() {
        assertThat(javaFiles(MAIN).map(Path::getParent).distinct())
                .allMatch(folder -> Files.exists(folder.resolve("package-info.java")));
    }

    /** A test that sleeps is slow on a fast machine and wrong on a slow one. */
    @Test
    void sleepsInNoTest() {
        String sleep = "Thread." + "sleep";
        javaFiles(Path.of("src/test/java")).forEach(file -> assertThat(text(file)).as(name(file)).doesNotContain(sleep));
    }

    private static Stream<Path> routeFiles() {
        return files(ROUTES, ".camel.yaml");
    }

    private static Stream<Path> javaFiles(Path folder) {
        return files(folder, ".java");
    }

    private static Stream<Path> files(Path folder, String ending) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(ending)).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The routes and templates of a file, each with an id. */
    private static List<Map<?, ?>> routes(Path file) {
        List<Map<?, ?>> routes = new ArrayList<>();
        for (Object entry : (List<?>) new Load(LoadSettings.builder().build()).loadFromString(text(file))) {
            for (String kind : List.of("route", "routeTemplate")) {
                if (((Map<?, ?>) entry).get(kind) instanceof Map<?, ?> route) {
                    routes.add(route);
                }
            }
        }
        return routes;
    }

    private static String from(Map<?, ?> route) {
        Map<?, ?> body = route.get("route") instanceof Map<?, ?> inner ? inner : route;
        return String.valueOf(((Map<?, ?>) body.get("from")).get("uri"));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<?, ?>> parameters(Map<?, ?> route) {
        return route.get("parameters") instanceof List<?> list ? (List<Map<?, ?>>) list : List.of();
    }

    private static List<String> keys(String text) {
        return KEY.matcher(text).results().map(found -> found.group(1)).toList();
    }

    /** Keys of application.properties, those that are commented out too. */
    private static Map<String, String> documented() {
        Map<String, String> keys = new TreeMap<>();
        text(PROPERTIES).lines().filter(line -> line.matches("#?[a-z][a-z0-9-]*\\.[a-z0-9.-]+ =.*"))
                .forEach(line -> keys.put(line.replaceFirst("#?([^ ]+) =.*", "$1"), line.replaceFirst("[^=]*= ?", "")));
        return keys;
    }

    /** The keys there are, by the one class that reads them. */
    @SuppressWarnings("unchecked")
    private static Collection<String> words(String constant) throws ReflectiveOperationException {
        Field field = SettingsReader.class.getDeclaredField(constant);
        field.setAccessible(true);
        return (Collection<String>) field.get(null);
    }

    private static ProviderRegistry providers() {
        try {
            return new ProviderRegistry(new RouteFiles(ConventionsTest.class.getClassLoader(), List.of(), List.of(ROUTES)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String base(Path file) {
        return name(file).replace(".camel.yaml", "");
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
