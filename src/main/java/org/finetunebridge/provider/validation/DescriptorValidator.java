package org.finetunebridge.provider.validation;

import java.io.IOException;
import java.io.StringReader;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.finetunebridge.provider.Provider;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.provider.validation.ProviderValidator.ValidationReport;

/** What is wrong with a provider's {@code .properties}: unknown keys, values that are none, names that lead nowhere. */
final class DescriptorValidator {

    private static final List<String> WAYS = List.of("growing", "whole", "recent", "after", "numbered", "indexed",
            "settling");
    private static final String ONCE = "once";
    private static final Set<String> KEYS = Stream.concat(WAYS.stream(), Stream.of("base-url", "time-zone", "key-header",
            "key-prefix", "request-id-header", "rate-limits", "list", "list.first", "job", "follow", "like",
            "regions", "optional", "signature", "key-query", ONCE))
            .collect(TreeSet::new, Set::add, Set::addAll);
    private static final Pattern OPEN_KEY = Pattern.compile("(key|header|fields|first|page-size)\\..+");
    private static final Pattern HEADER = Pattern.compile("header\\.[A-Za-z][A-Za-z0-9-]*");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]*");
    private static final Pattern PARAMETER = Pattern.compile("[A-Za-z0-9_.-]+");
    private static final Pattern ADDRESS = Pattern.compile("https?://[^/?#\\s]+[^?#\\s]*");

    private final String file;
    private final String text;
    private final Properties descriptor = new Properties();
    private final RouteFiles files;
    private final ValidationReport problems;

    DescriptorValidator(String provider, RouteFiles files, ValidationReport problems) throws IOException {
        this.file = provider + ".properties";
        this.text = files.read(file);
        this.descriptor.load(new StringReader(text));
        this.files = files;
        this.problems = problems;
        if (!NAME.matcher(provider).matches()) {
            problems.add(file, 0, "a provider's name is lower-case letters, digits and -");
        } else if (ProviderValidator.refusalOfName(provider) != null) {
            problems.hint(file, 0, ProviderValidator.refusalOfName(provider));
        }
    }

    void look() {
        descriptor.stringPropertyNames().stream().sorted().forEach(this::key);
        if (value("list").isBlank()) {
            problems.add(file, 0, "list is missing: the resource that lists an account's jobs");
        }
        zone();
        if (!value("base-url").isEmpty() && !ADDRESS.matcher(value("base-url")).matches()) {
            problem("base-url", "base-url is no http or https address: " + value("base-url"));
        }
        if (!value("like").isEmpty() && !files.has(value("like").strip() + ".properties")) {
            problem("like", "like names a provider that is not there: " + value("like"));
        }
        descriptor.stringPropertyNames().stream().filter(key -> key.startsWith("page-size.")).sorted().forEach(this::pageSize);
        descriptor.stringPropertyNames().stream().filter(key -> key.startsWith("header.")).sorted().forEach(this::header);
        if (!value("signature").isEmpty() && !Provider.SIGNATURES.contains(value("signature"))) {
            problem("signature", "no such way to sign: " + value("signature") + "; there are " + String.join(", ", Provider.SIGNATURES));
        } else if (!value("signature").isEmpty() && !ownKeys().contains(Provider.SIGNER)) {
            problem("signature", "signature needs key." + Provider.SIGNER + ", the name of the secret that the api key is");
        }
        if (!value("key-query").isEmpty() && !PARAMETER.matcher(value("key-query")).matches()) {
            problem("key-query", "key-query is no name of a parameter: " + value("key-query"));
        }
        ProviderRegistry.words(descriptor, "follow").stream().filter(word -> ProviderRegistry.resource(word).isEmpty()).forEach(word ->
                problem("follow", "follow names no resource before the question mark: " + word));
        WAYS.forEach(this::way);
        ProviderRegistry.words(descriptor, "optional").stream().filter(one -> !followed().contains(one)).forEach(one ->
                problem("optional", "optional names " + one + ", which is not followed: without a list, or the job that was asked for,"
                        + " nothing can be read"));
        Stream.concat(Stream.of("list", "job", "follow"), WAYS.stream()).forEach(way -> ProviderRegistry.words(descriptor, way).stream()
                .filter(ProviderRegistry.words(descriptor, ONCE)::contains).forEach(one -> problem(ONCE, ONCE + " names " + one
                        + ", which " + way + " names, too: it is read once, as a whole, and nothing else")));
    }

    /** Every resource that is named: each needs a template and a mapping. */
    Set<String> resources() {
        Set<String> resources = new LinkedHashSet<>();
        Stream.of("list", "job", "follow", ONCE).flatMap(key -> ProviderRegistry.words(descriptor, key).stream())
                .map(ProviderRegistry::resource).filter(name -> !name.isEmpty()).forEach(resources::add);
        return resources;
    }

    private Set<String> followed() {
        return ProviderRegistry.words(descriptor, "follow").stream().map(ProviderRegistry::resource).collect(Collectors.toSet());
    }

    /** What it adds to a source's keys. */
    Set<String> ownKeys() {
        return ProviderRegistry.ownKeys(descriptor).keySet();
    }

    private void key(String key) {
        if (!KEYS.contains(key) && !OPEN_KEY.matcher(key).matches()) {
            problem(key, "no such key: " + key + "; there are " + String.join(", ", KEYS)
                    + ", key.*, header.*, fields.*, first.*, page-size.*");
        }
    }

    private void pageSize(String key) {
        if (!value(key).strip().matches("[1-9][0-9]{0,5}")) {
            problem(key, key + " is no number of records: " + value(key));
        }
    }

    private void header(String key) {
        if (!HEADER.matcher(key).matches()) {
            problem(key, key + " is no name of a header");
        } else if (!ownKeys().contains(value(key).strip())) {
            problem(key, key + " names the key " + value(key) + ", which is none of the provider's own: key." + value(key).strip());
        }
    }

    private void zone() {
        try {
            ZoneId.of(descriptor.getProperty("time-zone", "UTC"));
        } catch (DateTimeException e) {
            problem("time-zone", "no such time zone: " + value("time-zone"));
        }
    }

    private void way(String way) {
        Set<String> resources = resources();
        ProviderRegistry.words(descriptor, way).stream().filter(one -> !resources.contains(one)).forEach(one ->
                problem(way, way + " names " + one + ", which is neither list, job nor followed"));
    }

    private String value(String key) {
        return descriptor.getProperty(key, "");
    }

    private void problem(String key, String what) {
        problems.add(file, line(key), what);
    }

    /** Where the key has its value: the last time, if it has several. */
    private int line(String key) {
        Pattern begins = Pattern.compile("\\s*" + Pattern.quote(key) + "(\\s*[=:].*|\\s+.*)?");
        List<String> lines = text.lines().toList();
        int line = lines.size();
        while (line > 0 && !begins.matcher(lines.get(line - 1)).matches()) {
            line--;
        }
        return line;
    }
}
