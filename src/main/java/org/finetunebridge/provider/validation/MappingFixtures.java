package org.finetunebridge.provider.validation;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.event.RecordPage.RecordKeyStrategy;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;

/**
 * Answers that a provider's author saved, put through its mappings:
 * {@code fixtures/<provider>/<resource>/<case>.response.json} beside its files. What was asked, if the mapping needs
 * it, is {@code <case>.asked.json}.
 */
public final class MappingFixtures {

    private static final String RESPONSE = ".response.json";
    /** A member of the answer that {@code new-provider} made up. */
    private static final String EXAMPLE = "TODO";
    private static final ObjectMapper JSON = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    private final Path folder;
    private final ProviderRegistry providers;
    private final JsltMapper mappings;
    private final Map<FactType, Set<String>> known = new EnumMap<>(FactType.class);
    private final List<String> problems = new ArrayList<>();
    /** Resources of which a saved answer has a record that can be used; and why one has none. */
    private final Set<String> usable = new HashSet<>();
    private final Map<String, String> unusable = new TreeMap<>();

    /**
     * @param folder the provider's files are in
     * @param files  all files, those of the folder among them
     */
    public MappingFixtures(Path folder, RouteFiles files) {
        this.folder = folder;
        this.providers = new ProviderRegistry(files);
        this.mappings = new JsltMapper(files);
    }

    /** What would become of each saved answer of a provider: a line each, and one for each of its records. */
    public List<String> of(String provider) throws IOException {
        problems.clear();
        unusable.clear();
        usable.clear();
        List<String> lines = new ArrayList<>();
        for (Path response : responses(folder.resolve("fixtures").resolve(provider))) {
            lines.add(folder.relativize(response) + ":");
            publish(response, provider).forEach(line -> lines.add("  " + line));
        }
        unusable.forEach((resource, why) -> {
            if (!usable.contains(resource)) {
                problems.add(folder.relativize(folder.resolve("fixtures").resolve(provider).resolve(resource))
                        + ": no saved answer becomes an event: " + why);
            }
        });
        return lines;
    }

    /** Where a mapping made no page of an answer of the last provider asked for; not where it refused one. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    private List<String> publish(Path response, String provider) throws IOException {
        String resource = response.getParent().getFileName().toString();
        try {
            JsonNode answer = JSON.readTree(response.toFile());
            if (answer.has(EXAMPLE)) {
                problems.add(folder.relativize(response) + ": " + EXAMPLE + ' ' + answer.get(EXAMPLE).asText());
            }
            JsonNode page = mappings.mapResource(answer, asked(response), provider, resource);
            var reader = new FactParser(provider, providers.read(provider).zone());
            List<String> lines = new ArrayList<>();
            Set<String> unlisted = new TreeSet<>();
            for (ParseResult result : RecordPage.of(page, reader, RecordKeyStrategy.PLAIN).results()) {
                lines.add(published(result));
                if (result.fact() != null && result.fact().isListed() && !providers.read(provider).ways().isOfRecords(resource)) {
                    unusable.put(resource, "a " + result.fact().kind().word() + ", but " + provider + ".properties names " + resource
                            + " neither by after, recent, growing nor whole, so nobody knows where to read on");
                } else if (result.fact() != null) {
                    usable.add(resource);
                } else {
                    unusable.putIfAbsent(resource, result.reason());
                }
                unlisted.addAll(unlisted(result, known(provider, resource)));
                strangers(result).forEach(field -> problems.add(folder.relativize(response) + ": no "
                        + result.fact().kind().word() + " event has a field " + field));
            }
            if (!unlisted.isEmpty()) {
                lines.add("not in fields." + resource + ", so counted as drift: " + String.join(", ", unlisted));
            }
            lines.add(page.has("next") ? "then the page " + page.get("next") : "then no other page");
            return lines;
        } catch (JsltMapper.NoPageException e) {
            problems.add(folder.relativize(response) + ": " + e.getMessage());
            return List.of(e.getMessage());
        } catch (JsltMapper.WrongShapeException e) {
            unusable.putIfAbsent(resource, e.getMessage());
            return List.of("refused: " + e.getMessage());
        }
    }

    private static String published(ParseResult result) {
        if (result.fact() == null) {
            return "dead letter: " + result.reason();
        }
        return result.fact().kind().word() + ' ' + result.job() + ' ' + result.fact().data()
                + ("UNKNOWN".equals(result.fact().status()) ? " <- the mapping has no word for this status" : "");
    }

    /** The fields that the descriptor says the records have; empty if it does not say. */
    private Set<String> known(String provider, String resource) throws IOException {
        Map<String, Set<String>> fields = providers.read(provider).fields();
        return fields.getOrDefault(resource, fields.getOrDefault(resource + 's', Set.of()));
    }

    private static Set<String> unlisted(ParseResult result, Set<String> listed) {
        Set<String> names = new TreeSet<>();
        if (!listed.isEmpty() && result.raw() != null && result.raw().isObject()) {
            result.raw().fieldNames().forEachRemaining(names::add);
            names.removeAll(listed);
        }
        return names;
    }

    /** What the event's schema does not know. */
    private Set<String> strangers(ParseResult result) {
        Set<String> fields = new TreeSet<>();
        if (result.fact() != null && result.fact().kind() != FactType.JOB_SEEN) {
            result.fact().data().fieldNames().forEachRemaining(fields::add);
            fields.removeAll(known.computeIfAbsent(result.fact().kind(), MappingFixtures::fields));
        }
        return fields;
    }

    private static Set<String> fields(FactType kind) {
        try (InputStream in = MappingFixtures.class.getResourceAsStream("/schemas/" + kind.word() + ".v1.schema.json")) {
            Set<String> fields = new HashSet<>();
            JSON.readTree(in).path("properties").fieldNames().forEachRemaining(fields::add);
            return fields;
        } catch (IOException e) {
            throw new UncheckedIOException("the schema of " + kind.word() + " cannot be read", e);
        }
    }

    private static JsonNode asked(Path response) throws IOException {
        Path asked = Path.of(response.toString().replace(RESPONSE, ".asked.json"));
        return Files.exists(asked) ? JSON.readTree(asked.toFile()) : JsltMapper.asked("", "");
    }

    private static List<Path> responses(Path fixtures) throws IOException {
        if (!Files.isDirectory(fixtures)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(fixtures, 2)) {
            return all.filter(file -> file.toString().endsWith(RESPONSE)).sorted().toList();
        }
    }
}
