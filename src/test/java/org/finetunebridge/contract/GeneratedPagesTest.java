package org.finetunebridge.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.finetunebridge.provider.Provider;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.junit.jupiter.api.Test;

/**
 * Tables of {@code docs/} that repeat nothing by hand: the keys are described in {@code application.properties} and the files of
 * the providers, the fields of events in the schemas. A run with {@code -Dgolden=write} writes them.
 */
class GeneratedPagesTest {

    private static final String HOW = "mvn test -Dtest=GeneratedPagesTest -Dgolden=write writes it";
    private static final Pattern PART = Pattern.compile("(<!-- generated: (\\S+) -->\n).*?(<!-- end -->)", Pattern.DOTALL);
    private static final Pattern HEADING = Pattern.compile("# -+ (.+?) -+");
    private static final Pattern KEY = Pattern.compile("(#?)([a-z][a-z0-9-]*)\\.([a-z0-9.-]+) =(.*)");
    /** Their defaults, or whole keys, are a provider's. */
    private static final Map<String, String> ELSEWHERE = Map.of("provider", "the name of the section",
            "base-url", "the [provider's](#providers)", "time-zone", "the [provider's](#providers)");
    private static final Path SCHEMAS = Path.of("src/main/resources/schemas");
    private static final Map<String, String> TYPES = Map.of("string", "text", "integer", "whole number", "boolean", "true or false");

    private final ProviderRegistry providers = new ProviderRegistry(
            new RouteFiles(getClass().getClassLoader(), List.of(), List.of(Path.of("routes"))));

    GeneratedPagesTest() throws IOException {}

    @Test
    void describesTheKeysAsTheirFilesDo() throws IOException {
        Map<String, String> described = new LinkedHashMap<>();
        assertHolds(Path.of("docs/configure.md"), Map.of("keys", keys(described), "providers", providers(described)));
    }

    @Test
    void describesTheFieldsOfEventsAsTheSchemasDo() throws IOException {
        Map<String, String> parts = new LinkedHashMap<>();
        Map<String, JsonNode> schemas = new LinkedHashMap<>();
        for (String kind : List.of("job.status-changed", "checkpoint.changed", "log.appended", "metrics.recorded", "job.stalled",
                "checkpoint.expiring")) {
            schemas.put(kind, schema(kind + ".v1"));
        }
        JsonNode first = schemas.values().iterator().next();
        Set<String> common = first.path("properties").properties().stream().map(Map.Entry::getKey)
                .filter(field -> schemas.values().stream().allMatch(schema -> schema.path("properties").has(field))).collect(Collectors.toSet());
        common.remove("status");
        assertThat(common).contains("provider", "account", "jobId", "observedAt", "occurredAt");
        parts.put("envelope", fields(schema("cloudevent"), Set.of("data"), false));
        parts.put("common", fields(first, common, true));
        schemas.forEach((kind, schema) -> parts.put(kind, fields(schema, common, false)));
        parts.put("dead-letter", fields(schema("dead-letter.v1"), Set.of("provider", "account"), false));
        assertHolds(Path.of("docs/events.md"), parts);
    }

    private static void assertHolds(Path page, Map<String, String> parts) throws IOException {
        String text = Files.readString(page);
        assertThat(PART.matcher(text).results().map(part -> part.group(2))).as("marked parts of %s", page)
                .containsExactlyInAnyOrderElementsOf(parts.keySet());
        String generated = PART.matcher(text).replaceAll(part ->
                Matcher.quoteReplacement(part.group(1) + '\n' + parts.get(part.group(2)) + '\n' + part.group(3)));
        if ("write".equals(System.getProperty("golden"))) {
            Files.writeString(page, generated);
            return;
        }
        assertThat(text).as(HOW).isEqualTo(generated);
    }

    /** @param described gets what is said of each key */
    private static String keys(Map<String, String> described) throws IOException {
        var tables = new StringBuilder();
        String heading = null;
        List<String> comment = new ArrayList<>();
        for (String line : Files.readString(Path.of("application.properties")).lines().toList()) {
            Matcher key = KEY.matcher(line);
            Matcher begins = HEADING.matcher(line);
            if (begins.matches()) {
                heading = begins.group(1).replaceFirst(", shown for .*", "");
            } else if (key.matches() && !heading.startsWith("a second account") && described.putIfAbsent(key.group(2) + '.' + key.group(3),
                    String.join(" ", comment)) == null && !isOfAProvider(key.group(2), key.group(3))) {
                if (heading.length() > 0 && tables.indexOf(title(heading)) < 0) {
                    tables.append(tables.isEmpty() ? "" : "\n").append("### ").append(title(heading)).append("\n\n| Key | Default | What it is |\n|---|---|---|\n");
                }
                tables.append(row(code((key.group(2).equals("bridge") ? "bridge" : "<source>") + '.' + key.group(3).replaceFirst("client[.].*", "client.*")), standard(key), plain(comment)));
            } else if (line.startsWith("# ")) {
                comment.add(line.substring(2).strip());
                continue;
            }
            comment.clear();
        }
        return tables.toString();
    }

    private static boolean isOfAProvider(String section, String key) {
        return section.equals("minimax") || key.equals("workspace");
    }

    private static String standard(Matcher key) {
        String value = key.group(4).strip();
        return !key.group(2).equals("bridge") && ELSEWHERE.containsKey(key.group(3)) ? ELSEWHERE.get(key.group(3))
                : key.group(1).isEmpty() && !value.isEmpty() ? code(value) : "";
    }

    private String providers(Map<String, String> described) throws IOException {
        var table = new StringBuilder("| Provider | `base-url` | `time-zone` | Keys of its own |\n|---|---|---|---|\n");
        List<String> names = new ArrayList<>(List.of("dashscope", "minimax"));
        providers.names().stream().filter(name -> !names.contains(name)).sorted().forEach(names::add);
        for (String name : names) {
            Provider provider = providers.read(name);
            var own = new StringJoiner("<br>");
            provider.keys().forEach((key, value) -> own.add(code(key)
                    + (value.equals(Provider.REQUIRED) ? ", has to be set" : value.isEmpty() ? "" : ", " + code(value)) + ": "
                    + plain(List.of(described.getOrDefault(name + '.' + key, said(name, key))))));
            table.append(row('[' + code(name) + "](providers/" + name + ".md)", provider.baseUrl().isEmpty() ? "has to be set" : code(provider.baseUrl()),
                    code(provider.zone().getId()), own.toString()));
        }
        return table.toString();
    }

    /** The comment above the key in the provider's file. */
    private static String said(String provider, String key) {
        try {
            Matcher said = Pattern.compile("((?:# .*\n)+)(?:[a-z].*\n)?key\\." + key + " =").matcher(Files.readString(Path.of("routes", provider + ".properties")));
            assertThat(said.find()).as("what %s.properties says of %s", provider, key).isTrue();
            return said.group(1).replaceAll("(?m)^# ", "").replace('\n', ' ').strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode schema(String name) throws IOException {
        return new ObjectMapper().readTree(SCHEMAS.resolve(name + ".schema.json").toFile());
    }

    /** @param named either the only fields of the table, or those that it leaves out */
    private static String fields(JsonNode schema, Set<String> named, boolean only) {
        var table = new StringBuilder("| Field | Is | What it is |\n|---|---|---|\n");
        addFields(table, schema, schema, "", named, only);
        return table.toString();
    }

    private static void addFields(StringBuilder table, JsonNode root, JsonNode object, String before, Set<String> named, boolean only) {
        Set<String> always = object.path("required").valueStream().map(JsonNode::asText).collect(Collectors.toSet());
        for (Map.Entry<String, JsonNode> field : object.path("properties").properties()) {
            if (named.contains(before + field.getKey()) != only) {
                continue;
            }
            JsonNode value = resolved(root, field.getValue());
            String words = value.has("enum") && value.path("enum").size() > 1 && !field.getKey().equals("dataschema") ? " One of "
                    + value.path("enum").valueStream().map(one -> code(one.asText())).collect(Collectors.joining(", ")) + '.' : "";
            String described = field.getValue().path("description").asText(value.path("description").asText());
            table.append(row(code(before + field.getKey()), type(root, value) + (before.isEmpty() && always.contains(field.getKey()) ? ", always" : ""),
                    (plain(List.of(described)) + words).strip()));
            if (!only) {
                addFields(table, root, value, before + field.getKey() + '.', named, false);
            }
        }
    }

    private static JsonNode resolved(JsonNode root, JsonNode field) {
        return field.has("$ref") ? root.at(field.path("$ref").asText().substring(1)) : field;
    }

    private static String type(JsonNode root, JsonNode field) {
        JsonNode value = resolved(root, field);
        if (value.has("oneOf")) {
            return value.path("oneOf").valueStream().map(one -> type(root, one)).collect(Collectors.joining(" or "));
        }
        if (value.path("type").isArray()) {
            return value.path("type").valueStream().map(one -> word(one.asText())).collect(Collectors.joining(" or "));
        }
        if (value.has("const")) {
            return code(value.path("const").asText());
        }
        String type = value.path("type").asText(value.has("enum") ? "string" : "any");
        return value.path("format").asText().equals("date-time") ? "time" : type.equals("array")
                ? "list of " + type(root, value.path("items")) + 's' : word(type);
    }

    private static String word(String type) {
        return TYPES.getOrDefault(type, type);
    }

    private static String title(String heading) {
        return Character.toUpperCase(heading.charAt(0)) + heading.substring(1);
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    private static String code(String text) {
        return '`' + text + '`';
    }

    /** Text in which nothing is a sign of Markdown, and pages that are named are linked. */
    private static String plain(List<String> lines) {
        return String.join(" ", lines).replaceAll("[*_|<\\[\\]]", "\\\\$0").replaceAll("docs/([a-z-]+\\.md)", "[$1]($1)");
    }
}
