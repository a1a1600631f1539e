package org.finetunebridge.provider.validation;

import com.schibsted.spt.data.jslt.JsltException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.text.LogSanitizer;

/** Reads a provider's files as their author would want them read: everything that is wrong, with file and line. */
public final class ProviderValidator {

    /** A line that {@code new-provider} wrote, for the author to do what it says. */
    private static final Pattern TO_DO = Pattern.compile("\\s*(?:#|//) (TODO .*; then remove this line)");
    private static final Pattern PLACE = Pattern.compile("(.*) at (\\S+\\.jslt:\\d+):\\d+\\s*");

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,40}");
    /** Keys, files and routes of the bridge's own begin so, or they stand for something else in the files of providers. */
    private static final Set<String> WORDS = Set.of("bridge", "camel", "owner", "errors", "failed", "fetch", "poll", "publish", "request",
            "watch", "source", "provider", "resource", "dead", "schedule", "bounds", "schemas");

    private final RouteFiles files;
    private final RouteTemplateReader reader;

    /**
     * @param files  those to look at, and those they may lean on
     * @param reader of their route templates
     */
    public ProviderValidator(RouteFiles files, RouteTemplateReader reader) {
        this.files = files;
        this.reader = reader;
    }

    /** Why a new provider should not be named so; null if it may. */
    public static String refusalOfName(String name) {
        if (WORDS.contains(name)) {
            return name + " is a word of the bridge's own, with which other keys, files or routes begin: choose another name";
        } else if (name.matches("[0-9].*")) {
            return name + " begins with a digit, and no shell sets a variable of such a name, so its key could not come from the"
                    + " environment: begin with a letter";
        }
        return NAME.matcher(name).matches() ? null
                : LogSanitizer.line(name) + " is no name for a provider: lower-case letters, digits and -, at most 41";
    }

    /** What is wrong with the files of a provider, one line each; empty if nothing is. */
    public List<String> of(String provider) throws IOException {
        return report(provider).lines();
    }

    /** What works, but is better written otherwise, one line each: nothing that keeps the provider from being used. */
    public List<String> hints(String provider) throws IOException {
        return report(provider).hints();
    }

    /** What the files that were begun by {@code new-provider} still ask their author for, one line each. */
    public List<String> toDo(String provider) throws IOException {
        var report = new ValidationReport();
        var providers = new ProviderRegistry(files);
        for (String file : files.endingWith("")) {
            String stem = file.replaceFirst("\\..*", "");
            if (stem.equals(provider) || providers.owner(stem).equals(provider)) {
                List<String> lines = files.read(file).lines().toList();
                for (int line = 0; line < lines.size(); line++) {
                    Matcher found = TO_DO.matcher(lines.get(line));
                    if (found.matches()) {
                        report.add(file, line + 1, found.group(1));
                    }
                }
            }
        }
        return report.lines();
    }

    /**
     * What in a provider's templates would be sent as it is written, because it was made for routes of each account, one
     * line each.
     *
     * @param keys the provider's own keys
     */
    public List<String> oldForm(String provider, Set<String> keys) throws IOException {
        var report = new ValidationReport();
        String file = provider + ".camel.yaml";
        String text = files.has(file) ? files.read(file) : "";
        if (text.contains("{{")) {
            new RouteTemplateValidator(provider, text, keys, report).lookForOldForm(reader);
        }
        return report.lines();
    }

    private ValidationReport report(String provider) throws IOException {
        var report = new ValidationReport();
        var descriptor = new DescriptorValidator(provider, files, report);
        descriptor.look();
        String routes = provider + ".camel.yaml";
        if (files.has(routes)) {
            new RouteTemplateValidator(provider, files.read(routes), descriptor.ownKeys(), report).look(reader, descriptor.resources());
        } else {
            report.add(routes, 0, "is missing: the route templates that say what to ask");
        }
        mappings(provider, descriptor.resources(), report);
        String errors = provider + "-errors.json";
        if (files.has(errors)) {
            new ErrorTableValidator(errors, report).look(files.read(errors));
        }
        if (report.lines().isEmpty() && new ProviderRegistry(files).read(provider).noJobAlone() != null) {
            report.hint(provider + ".properties", 0, new ProviderRegistry(files).read(provider).noJobAlone()
                    + "; until then follow, wait and jobs of a source are refused");
        }
        return report;
    }

    private void mappings(String provider, Set<String> resources, ValidationReport problems) {
        var mappings = new JsltMapper(files);
        for (String resource : resources) {
            String mapping = mappings.nameOf(provider, resource);
            if (files.has(mapping + ".jslt")) {
                compile(mapping, mappings, problems);
            } else if (!resources.contains(resource + 's')) {
                problems.add(mapping + ".jslt", 0, "is missing: the mapping of the resource " + resource);
            }
        }
    }

    private static void compile(String mapping, JsltMapper mappings, ValidationReport problems) {
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

    /** What is wrong with files, and what is better written otherwise: a line each, which begins with the place. */
    static final class ValidationReport {

        private final Set<String> problems = new LinkedHashSet<>();
        private final Set<String> hints = new LinkedHashSet<>();

        /** A problem. @param line counted from 1; 0 if it is about the whole file */
        void add(String file, int line, String what) {
            problems.add(place(file, line) + what);
        }

        /** A problem that names its place itself. */
        void add(String line) {
            problems.add(line);
        }

        /** What works, but is better written otherwise. @param line counted from 1 */
        void hint(String file, int line, String what) {
            hints.add(place(file, line) + what);
        }

        /** The problems. */
        List<String> lines() {
            return List.copyOf(problems);
        }

        /** Nothing that keeps the files from being used. */
        List<String> hints() {
            return List.copyOf(hints);
        }

        private static String place(String file, int line) {
            return file + (line > 0 ? ":" + line : "") + ": ";
        }
    }
}
