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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.event.RecordPage.RecordKeyStrategy;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.Provider;
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
    /** What is in a word that likely says that a job is over. */
    private static final Pattern END = Pattern.compile("(?i)delet|remov|archiv|expir|terminat|abort|stop|kill|revok|reject"
            + "|time.?d?.?out|complet|finish|done|cancel|fail|succe|error");
    private static final ObjectMapper JSON = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    private final Path folder;
    private final RouteFiles files;
    private final ProviderRegistry providers;
    private final JsltMapper mappings;
    private final Map<FactType, Set<String>> known = new EnumMap<>(FactType.class);
    private final List<String> problems = new ArrayList<>();
    private final Set<String> hints = new LinkedHashSet<>();
    /** Resources of which a saved answer has a record that can be used; and why one has none. */
    private final Set<String> usable = new HashSet<>();
    private final Map<String, String> unusable = new TreeMap<>();
    /** Resources with a mark in an answer, and those whose answers say how they are ordered. */
    private final Set<String> marked = new TreeSet<>();
    private final Set<String> ordered = new HashSet<>();

    /**
     * @param folder the provider's files are in
     * @param files  all files, those of the folder among them
     */
    public MappingFixtures(Path folder, RouteFiles files) {
        this.folder = folder;
        this.files = files;
        this.providers = new ProviderRegistry(files);
        this.mappings = new JsltMapper(files);
    }

    /** What would become of each saved answer of a provider: a line each, and one for each of its records. */
    public List<String> of(String provider) throws IOException {
        problems.clear();
        unusable.clear();
        usable.clear();
        hints.clear();
        marked.clear();
        ordered.clear();
        List<String> lines = new ArrayList<>();
        List<Path> responses = responses(folder.resolve("fixtures").resolve(provider));
        for (Path response : responses) {
            lines.add(folder.relativize(response) + ":");
            publish(response, provider).forEach(line -> lines.add("  " + line));
        }
        unusable.forEach((resource, why) -> {
            if (!usable.contains(resource)) {
                problems.add(folder.relativize(folder.resolve("fixtures").resolve(provider).resolve(resource))
                        + ": no saved answer becomes an event: " + why);
            }
        });
        missing(providers.read(provider), responses);
        marks(providers.read(provider));
        return lines;
    }

    /** What works, but is likely not meant so, of the last provider asked for. */
    public List<String> hints() {
        return List.copyOf(hints);
    }

    private void missing(Provider provider, List<Path> responses) {
        Set<String> saved = responses.stream().map(MappingFixtures::resource).collect(Collectors.toSet());
        Stream.of(Stream.of(provider.list()), provider.follow().stream(), provider.ways().once().stream()).flatMap(one -> one)
                .filter(resource -> !saved.contains(resource) && !saved.contains(resource + 's')).distinct().sorted()
                .forEach(resource -> hints.add("fixtures/" + provider.name() + '/' + resource + "/<case>" + RESPONSE
                        + ": there is none, so nothing shows what the mapping of " + resource + " makes of an answer"));
    }

    private void marks(Provider provider) {
        for (String resource : marked) {
            String mapping = mappings.nameOf(provider.name(), resource) + ".jslt";
            if (!provider.ways().after().contains(resource) && !provider.ways().recent().contains(resource)) {
                hints.add(mapping + ": mark is not used: only a list that " + provider.name() + ".properties names by after is read on from it");
            } else if (!ordered.contains(resource)) {
                hints.add(mapping + ": mark is not used without newestFirst beside it: false, if the list shows the oldest first");
            }
        }
    }

    /** Where a mapping made no page of an answer of the last provider asked for; not where it refused one. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    private List<String> publish(Path response, String provider) throws IOException {
        String resource = resource(response);
        String unasked = unasked(response, provider, resource);
        try {
            JsonNode answer = JSON.readTree(response.toFile());
            if (answer.has(EXAMPLE)) {
                problems.add(folder.relativize(response) + ": " + EXAMPLE + ' ' + answer.get(EXAMPLE).asText());
            }
            JsonNode page = mappings.mapResource(answer, question(response), provider, resource);
            var reader = new FactParser(provider, providers.read(provider).zone());
            List<String> lines = new ArrayList<>();
            Set<String> unlisted = new TreeSet<>();
            for (ParseResult result : RecordPage.of(page, reader, RecordKeyStrategy.PLAIN).results()) {
                lines.add(published(result));
                derived(result).forEach(fact -> lines.add("  and with it " + words(fact)));
                if (result.fact() != null && result.fact().isListed() && !providers.read(provider).ways().isOfRecords(resource)) {
                    unusable.put(resource, "a " + result.fact().kind().word() + ", but " + provider + ".properties names " + resource
                            + " neither by after, recent, growing nor whole, so nobody knows where to read on");
                } else if (result.fact() != null) {
                    usable.add(resource);
                } else {
                    unusable.putIfAbsent(resource, result.reason() + unasked);
                }
                unlisted.addAll(unlisted(result, known(provider, resource)));
                Stream.concat(Stream.ofNullable(result.fact()), derived(result)).forEach(fact -> strangers(fact).forEach(field ->
                        problems.add(folder.relativize(response) + ": no " + fact.kind().word() + " event has a field " + field)));
            }
            looked(page, provider, resource);
            if (!unlisted.isEmpty()) {
                lines.add("not in fields." + resource + ", so counted as drift: " + String.join(", ", unlisted));
            }
            lines.add(page.has("next") ? "then the page " + page.get("next") : "then no other page");
            return lines;
        } catch (JsltMapper.NoPageException e) {
            problems.add(folder.relativize(response) + ": " + e.getMessage());
            return List.of(e.getMessage());
        } catch (JsltMapper.WrongShapeException e) {
            unusable.putIfAbsent(resource, e.getMessage() + unasked);
            return List.of("refused: " + e.getMessage() + unasked);
        }
    }

    private void looked(JsonNode page, String provider, String resource) throws IOException {
        if (page.has("mark")) {
            marked.add(resource);
        }
        if (page.has("newestFirst")) {
            ordered.add(resource);
        }
        if (page.has("next") && !page.has("more") && providers.read(provider).ways().growing().contains(resource)) {
            hints.add(mappings.nameOf(provider, resource) + ".jslt: next without more, in a list that is asked by position: it is read on"
                    + " until a page shows nothing new; \"more\": false on the last page saves a request");
        }
    }

    /** What to say of an answer that cannot be used, where what was asked is needed and was not saved; empty if it is not. */
    private String unasked(Path response, String provider, String resource) throws IOException {
        String mapping = mappings.nameOf(provider, resource) + ".jslt";
        return Files.exists(asked(response)) || !files.has(mapping) || !files.read(mapping).contains("$asked") ? ""
                : "; " + mapping + " looks at what was asked, and there is no " + folder.relativize(asked(response))
                        + " that says it: {\"job\": \"…\", \"cursor\": \"…\"}";
    }

    private static String published(ParseResult result) {
        if (result.fact() == null) {
            return "dead letter: " + result.reason();
        }
        String words = words(result.fact());
        if (!"UNKNOWN".equals(result.fact().status())) {
            return words;
        }
        return words + " <- the mapping has no word for this status" + (result.fact().kind() != FactType.JOB_STATUS_CHANGED ? ""
                : END.matcher(result.fact().data().path("statusRaw").asText()).find()
                        ? ", which sounds like an end: a job of unknown status is read on as long as it is listed. SUCCEEDED, FAILED and"
                                + " CANCELLED end one; if jobs that ended may show it too, give such a record the kind job.seen and no second end"
                        : ": a job of unknown status is read on as long as it is listed");
    }

    private static String words(Fact fact) {
        return fact.kind().word() + ' ' + fact.job() + ' ' + fact.data();
    }

    /** What is published with the record; metrics that hold no measurement are not. */
    private static Stream<Fact> derived(ParseResult result) {
        return Stream.ofNullable(result.fact()).flatMap(fact -> fact.derived().stream()).filter(one ->
                one.kind() != FactType.METRICS_RECORDED || !one.data().path("values").isEmpty() || one.data().has("notFinite"));
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
    private Set<String> strangers(Fact fact) {
        Set<String> fields = new TreeSet<>();
        if (fact.kind() != FactType.JOB_SEEN) {
            fact.data().fieldNames().forEachRemaining(fields::add);
            fields.removeAll(known.computeIfAbsent(fact.kind(), MappingFixtures::fields));
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

    private static String resource(Path response) {
        return response.getParent().getFileName().toString();
    }

    /** The file that says what was asked. */
    private static Path asked(Path response) {
        return Path.of(response.toString().replace(RESPONSE, ".asked.json"));
    }

    private static JsonNode question(Path response) throws IOException {
        Path asked = asked(response);
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
