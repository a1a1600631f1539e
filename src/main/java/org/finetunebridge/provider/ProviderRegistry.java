package org.finetunebridge.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.StringReader;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.finetunebridge.event.FactType;
import org.finetunebridge.provider.Provider.PaginationConfig;

/** The providers there are: every {@code <provider>.properties} among the route files. */
public final class ProviderRegistry {

    private static final String DESCRIPTOR = ".properties";
    private static final String HEADER = "header.";
    private static final String OWN_KEY = "key.";
    private static final String FIELDS = "fields.";
    private static final String FIRST = "first.";
    private static final String PAGE_SIZE = "page-size.";
    private static final String ERRORS = "-errors.json";
    private static final String STATUS_CHANGED = '"' + FactType.JOB_STATUS_CHANGED.word() + '"';
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final RouteFiles files;

    /** @param files where to look */
    public ProviderRegistry(RouteFiles files) {
        this.files = files;
    }

    /** Their names, in order. */
    public List<String> names() {
        return files.endingWith(DESCRIPTOR).stream()
                .map(name -> name.substring(0, name.length() - DESCRIPTOR.length())).toList();
    }

    /** Whose file or route template that is, by its name: of {@code a} and {@code a-b} the longer. */
    public String of(String name) {
        return names().stream().filter(one -> name.startsWith(one + '-')).max(Comparator.comparingInt(String::length))
                .orElse("");
    }

    /** Whose file that is, by its name without its ending: a provider's descriptor and routes are named as it is. */
    public String owner(String stem) {
        return files.has(stem + DESCRIPTOR) ? stem : of(stem);
    }

    /**
     * The names of the files that end so and are needed: those of all providers, and those of the providers that are used.
     * A file that is not packed with the program is always among them, so that a mistake in it is found at the start.
     *
     * @throws IOException if a descriptor cannot be read
     */
    public List<String> files(String ending, Collection<String> used) throws IOException {
        Set<String> owners = new TreeSet<>(used);
        for (String provider : used) {
            owners.add(like(provider));
        }
        return files.endingWith(ending).stream().filter(name -> {
            String owner = owner(name.substring(0, name.length() - ending.length()));
            return owner.isEmpty() || owners.contains(owner) || !files.isPacked(name);
        }).toList();
    }

    /**
     * Keys that they add to a source's.
     *
     * @throws IOException that says whose files cannot be read
     */
    public Set<String> keys() throws IOException {
        Set<String> keys = new TreeSet<>();
        for (String name : names()) {
            try {
                keys.addAll((isPacked(name) ? ownKeys(descriptor(name)) : read(name).keys()).keySet());
            } catch (IOException | RuntimeException e) {
                throw new IOException("the files of provider " + name + " cannot be read: " + e.getMessage(), e);
            }
        }
        return keys;
    }

    /** Whether nothing of it can hold a mistake of the user's. */
    private boolean isPacked(String name) {
        return Stream.of(name + DESCRIPTOR, name + ERRORS, "errors.json").allMatch(file -> !files.has(file) || files.isPacked(file));
    }

    /**
     * Reads one of them.
     *
     * @throws IllegalArgumentException if a value of its descriptor means nothing
     */
    public Provider read(String name) throws IOException {
        Properties text = descriptor(name);
        String like = text.getProperty("like", name);
        Map<String, Set<String>> fields = fields(text);
        return new Provider(name, text.getProperty("base-url", ""), ZoneId.of(text.getProperty("time-zone", "UTC")),
                text.getProperty("key-header", "Authorization"), prefix(text), text.getProperty("request-id-header"),
                text.getProperty("list"), text.getProperty("job"), follow(text), wishes(text), ways(text),
                ownKeys(text), fields.isEmpty() && !like.equals(name) ? fields(descriptor(like)) : fields, limits(text),
                new ErrorTable(table(files.has(name + ERRORS) ? name + ERRORS : like + ERRORS), table("errors.json")),
                words(text, "regions"), headers(text), set(text, "optional"), text.getProperty("signature"), text.getProperty("key-query"),
                showsOneJob(name, text));
    }

    /** Whether what is read of one job can show its status, by the mappings; one that imports others is believed. */
    private boolean showsOneJob(String name, Properties text) throws IOException {
        if (text.containsKey("job")) {
            return true;
        }
        var mappings = new JsltMapper(files);
        for (String resource : follow(text)) {
            String mapping = mappings.nameOf(name, resource) + ".jslt";
            String words = files.has(mapping) ? files.read(mapping) : "";
            if (words.contains(STATUS_CHANGED) || words.contains("import ")) {
                return true;
            }
        }
        return false;
    }

    /** The provider whose mappings and error table one has where it has none of its own; itself if there is none. */
    String like(String name) throws IOException {
        return files.has(name + DESCRIPTOR) ? descriptor(name).getProperty("like", name) : name;
    }

    private Properties descriptor(String name) throws IOException {
        var text = new Properties();
        text.load(new StringReader(files.read(name + DESCRIPTOR)));
        // A blank behind a value is seen by nobody.
        text.stringPropertyNames().forEach(key -> text.setProperty(key, text.getProperty(key).strip()));
        return text;
    }

    private static List<String> follow(Properties text) {
        List<String> follow = words(text, "follow").stream().map(ProviderRegistry::resource).toList();
        if (follow.contains("")) {
            throw new IllegalArgumentException("follow names no resource before a question mark: " + text.getProperty("follow"));
        }
        return follow;
    }

    /** The resource of a word that may hold a wish: {@code logs?logs}; empty if it names none. */
    public static String resource(String word) {
        return word.split("\\?", 2)[0];
    }

    private static Map<String, String> wishes(Properties text) {
        Map<String, String> wishes = new TreeMap<>();
        words(text, "follow").stream().map(word -> word.split("\\?", 2)).filter(parts -> parts.length > 1)
                .forEach(parts -> wishes.put(parts[0], parts[1]));
        return wishes;
    }

    private static PaginationConfig ways(Properties text) {
        Map<String, String> first = new TreeMap<>();
        first.put(text.getProperty("list", ""), text.getProperty("list.first", ""));
        text.stringPropertyNames().stream().filter(key -> key.startsWith(FIRST))
                .forEach(key -> first.put(key.substring(FIRST.length()), text.getProperty(key)));
        Map<String, Integer> sizes = new TreeMap<>();
        text.stringPropertyNames().stream().filter(key -> key.startsWith(PAGE_SIZE)).forEach(key ->
                sizes.put(key.substring(PAGE_SIZE.length()), Integer.valueOf(text.getProperty(key))));
        return new PaginationConfig(set(text, "growing"), set(text, "whole"), set(text, "recent"), set(text, "after"),
                set(text, "numbered"), set(text, "indexed"), set(text, "settling"), first, sizes, set(text, "once"));
    }

    private static Set<String> set(Properties text, String key) {
        return Set.copyOf(words(text, key));
    }

    /** A properties file cannot end a value with a space, and {@code Bearer} needs one. */
    private static String prefix(Properties text) {
        String word = text.getProperty("key-prefix", "");
        return word.isEmpty() ? "" : word + ' ';
    }

    public static List<String> words(Properties text, String key) {
        return Arrays.stream(text.getProperty(key, "").split(",")).map(String::strip)
                .filter(word -> !word.isEmpty()).toList();
    }

    public static Map<String, String> ownKeys(Properties text) {
        Map<String, String> keys = new TreeMap<>();
        text.stringPropertyNames().stream().filter(key -> key.startsWith(OWN_KEY))
                .forEach(key -> keys.put(key.substring(OWN_KEY.length()), text.getProperty(key)));
        return keys;
    }

    private static Map<String, String> headers(Properties text) {
        Map<String, String> headers = new TreeMap<>();
        text.stringPropertyNames().stream().filter(key -> key.startsWith(HEADER))
                .forEach(key -> headers.put(key.substring(HEADER.length()), text.getProperty(key)));
        return headers;
    }

    /** {@code remaining/reset}, in pairs. */
    private static Map<String, String> limits(Properties text) {
        Map<String, String> limits = new TreeMap<>();
        words(text, "rate-limits").stream().map(pair -> pair.split("/", 2)).filter(pair -> pair.length == 2)
                .forEach(pair -> limits.put(pair[0].strip(), pair[1].strip()));
        return limits;
    }

    private static Map<String, Set<String>> fields(Properties text) {
        Map<String, Set<String>> fields = new TreeMap<>();
        text.stringPropertyNames().stream().filter(key -> key.startsWith(FIELDS))
                .forEach(key -> fields.put(key.substring(FIELDS.length()), Set.copyOf(words(text, key))));
        return fields;
    }

    private JsonNode table(String name) throws IOException {
        return files.has(name) ? MAPPER.readTree(files.read(name)) : JsonNodeFactory.instance.objectNode();
    }
}
