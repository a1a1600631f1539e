package org.finetunebridge.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.StringReader;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/** The providers there are: every {@code <provider>.properties} among the route files. */
public final class Providers {

    private static final String DESCRIPTOR = ".properties";
    private static final String OWN_KEY = "key.";
    private static final String FIELDS = "fields.";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final RouteFiles files;

    /** @param files where to look */
    public Providers(RouteFiles files) {
        this.files = files;
    }

    /** Their names, in order. */
    public List<String> names() {
        return files.endingWith(DESCRIPTOR).stream()
                .map(name -> name.substring(0, name.length() - DESCRIPTOR.length())).toList();
    }

    /** Reads one of them. */
    public Provider read(String name) throws IOException {
        var text = new Properties();
        text.load(new StringReader(files.read(name + DESCRIPTOR)));
        return new Provider(name, text.getProperty("base-url"), ZoneId.of(text.getProperty("time-zone", "UTC")),
                text.getProperty("key-header", "Authorization"), prefix(text), text.getProperty("request-id-header"),
                text.getProperty("list"),
                text.getProperty("list.first", ""), text.getProperty("job"), words(text, "follow"),
                words(text, "growing"), ownKeys(text), fields(text), new ErrorTable(table(name + "-errors.json"),
                        table("errors.json")));
    }

    /** A properties file cannot end a value with a space, and {@code Bearer} needs one. */
    private static String prefix(Properties text) {
        String word = text.getProperty("key-prefix", "").strip();
        return word.isEmpty() ? "" : word + ' ';
    }

    private static List<String> words(Properties text, String key) {
        return Arrays.stream(text.getProperty(key, "").split(",")).map(String::strip)
                .filter(word -> !word.isEmpty()).toList();
    }

    private static Map<String, String> ownKeys(Properties text) {
        Map<String, String> keys = new TreeMap<>();
        text.stringPropertyNames().stream().filter(key -> key.startsWith(OWN_KEY))
                .forEach(key -> keys.put(key.substring(OWN_KEY.length()), text.getProperty(key)));
        return keys;
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
