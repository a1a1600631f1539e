package org.finetunebridge.provider;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.schibsted.spt.data.jslt.JsltException;
import java.io.IOException;
import java.io.StringReader;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** Reads a provider's files as their author would want them read: everything that is wrong, with file and line. */
public final class Inspection {

    private static final Set<String> KEYS = Set.of("base-url", "time-zone", "key-header", "key-prefix",
            "request-id-header", "rate-limits", "list", "list.first", "job", "follow", "like", "growing", "whole", "recent", "after",
            "numbered", "indexed", "settling");
    private static final List<String> WAYS = List.of("growing", "whole", "recent", "after", "numbered", "indexed",
            "settling");
    private static final Pattern OPEN_KEY = Pattern.compile("(key|fields|first)\\..+");
    private static final Pattern PLACE = Pattern.compile("(.*) at (\\S+\\.jslt:\\d+):\\d+\\s*");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]*");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RouteFiles files;
    private final List<String> problems = new ArrayList<>();

    /** @param files those to look at, and those they may lean on */
    public Inspection(RouteFiles files) {
        this.files = files;
    }

    /** What is wrong with the files of a provider, one line each; empty if nothing is. */
    public List<String> of(String name) throws IOException {
        problems.clear();
        String file = name + ".properties";
        String text = files.read(file);
        var descriptor = new Properties();
        descriptor.load(new StringReader(text));
        if (!NAME.matcher(name).matches()) {
            problem(file, 0, "a provider's name is lower-case letters, digits and -");
        }
        keys(file, text, descriptor);
        Set<String> resources = resources(descriptor);
        ways(file, text, descriptor, resources);
        routes(name, resources, descriptor);
        mappings(name, resources);
        errors(name + "-errors.json");
        return List.copyOf(problems);
    }

    private void keys(String file, String text, Properties descriptor) {
        for (String key : new TreeSet<>(descriptor.stringPropertyNames())) {
            if (!KEYS.contains(key) && !OPEN_KEY.matcher(key).matches()) {
                problem(file, line(text, key), "no such key: " + key + "; there are "
                        + String.join(", ", new TreeSet<>(KEYS)) + ", key.*, fields.*, first.*");
            }
        }
        if (descriptor.getProperty("list", "").isBlank()) {
            problem(file, 0, "list is missing: the resource that lists an account's jobs");
        }
        try {
            ZoneId.of(descriptor.getProperty("time-zone", "UTC"));
        } catch (DateTimeException e) {
            problem(file, line(text, "time-zone"), "no such time zone: " + descriptor.getProperty("time-zone"));
        }
        String url = descriptor.getProperty("base-url", "");
        if (!url.isEmpty() && !url.matches("https?://[^/?#\\s]+[^?#\\s]*")) {
            problem(file, line(text, "base-url"), "base-url is no http or https address: " + url);
        }
        String like = descriptor.getProperty("like", "");
        if (!like.isEmpty() && !files.has(like + ".properties")) {
            problem(file, line(text, "like"), "like names a provider that is not there: " + like);
        }
    }

    private static Set<String> resources(Properties descriptor) {
        Set<String> resources = new LinkedHashSet<>();
        Stream.of("list", "job", "follow").flatMap(key -> Providers.words(descriptor, key).stream())
                .map(word -> word.split("\\?")[0]).forEach(resources::add);
        return resources;
    }

    private void ways(String file, String text, Properties descriptor, Set<String> resources) {
        for (String way : WAYS) {
            Providers.words(descriptor, way).stream().filter(one -> !resources.contains(one)).forEach(one ->
                    problem(file, line(text, way), way + " names " + one + ", which is neither list, job nor followed"));
        }
    }

    private void routes(String name, Set<String> resources, Properties descriptor) throws IOException {
        String file = name + ".camel.yaml";
        if (!files.has(file)) {
            problem(file, 0, "is missing: the route templates that say what to ask");
            return;
        }
        problems.addAll(new TemplateInspection(name, file, files.read(file))
                .of(resources, Providers.ownKeys(descriptor).keySet()));
    }

    private void mappings(String name, Set<String> resources) {
        var mappings = new Mappings(files);
        for (String resource : resources) {
            String mapping = mappings.nameOf(name, resource);
            if (files.has(mapping + ".jslt")) {
                compile(mapping, mappings);
            } else if (!resources.contains(resource + 's')) {
                problem(mapping + ".jslt", 0, "is missing: the mapping of the resource " + resource);
            }
        }
    }

    private void compile(String mapping, Mappings mappings) {
        try {
            mappings.compile(mapping);
        } catch (JsltException e) {
            problems.add(placeFirst(e.getMessage().replaceAll("\\s*\\n\\s*", " ")));
        }
    }

    /** JSLT says last where a mistake is. */
    private static String placeFirst(String message) {
        Matcher place = PLACE.matcher(message);
        return place.matches() ? place.group(2) + ": " + place.group(1) : message;
    }

    private void errors(String file) throws IOException {
        if (!files.has(file)) {
            return;
        }
        String text = files.read(file);
        try {
            for (JsonNode row : JSON.readTree(text).path("rows")) {
                row(file, text, row);
            }
        } catch (JsonProcessingException e) {
            problem(file, e.getLocation().getLineNr(), "is not JSON: " + e.getOriginalMessage());
        }
    }

    private void row(String file, String text, JsonNode row) throws JsonProcessingException {
        for (String member : List.of("status", "code", "message")) {
            try {
                Pattern.compile(row.path(member).asText());
            } catch (PatternSyntaxException e) {
                problem(file, line(text, JSON.writeValueAsString(row.path(member).asText())), member
                        + " is no regular expression: " + e.getDescription());
            }
        }
        String means = row.path("means").asText();
        if (!Set.of("transient", "job", "source", "odd").contains(means)) {
            problem(file, line(text, '"' + means + '"'), "means is '" + means
                    + "'; allowed are transient, job, source, odd");
        }
    }

    private void problem(String file, int line, String what) {
        problems.add(file + (line > 0 ? ":" + line : "") + ": " + what);
    }

    /** Of the first line that begins with, or holds, these words; 0 if there is none. */
    private static int line(String text, String words) {
        List<String> lines = text.lines().toList();
        for (int line = 0; line < lines.size(); line++) {
            if (!lines.get(line).startsWith("#") && lines.get(line).contains(words)) {
                return line + 1;
            }
        }
        return 0;
    }
}
