package org.finetunebridge.provider.validation;

import com.schibsted.spt.data.jslt.JsltException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.RouteFiles;

/** Reads a provider's files as their author would want them read: everything that is wrong, with file and line. */
public final class ProviderValidator {

    private static final Pattern PLACE = Pattern.compile("(.*) at (\\S+\\.jslt:\\d+):\\d+\\s*");

    private final RouteFiles files;

    /** @param files those to look at, and those they may lean on */
    public ProviderValidator(RouteFiles files) {
        this.files = files;
    }

    /** What is wrong with the files of a provider, one line each; empty if nothing is. */
    public List<String> of(String provider) throws IOException {
        var problems = new ValidationReport();
        var descriptor = new DescriptorValidator(provider, files, problems);
        descriptor.look();
        templates(provider, descriptor, problems);
        mappings(provider, descriptor.resources(), problems);
        String errors = provider + "-errors.json";
        if (files.has(errors)) {
            new ErrorTableValidator(errors, problems).look(files.read(errors));
        }
        return problems.lines();
    }

    /** What works, but is better written otherwise, one line each: nothing that keeps the provider from being used. */
    public List<String> hints(String provider) throws IOException {
        var hints = new ValidationReport();
        String file = provider + ".camel.yaml";
        if (files.has(file)) {
            var descriptor = new DescriptorValidator(provider, files, new ValidationReport());
            descriptor.look();
            new RouteTemplateValidator(provider, file, new ValidationReport(), hints)
                    .look(files.read(file), descriptor.resources(), descriptor.ownKeys());
        }
        return hints.lines();
    }

    /**
     * What in a provider's templates would be sent as it is written, because it was made for routes of each account, one
     * line each.
     *
     * @param keys the provider's own keys
     */
    public List<String> oldForm(String provider, Set<String> keys) throws IOException {
        var problems = new ValidationReport();
        String file = provider + ".camel.yaml";
        String text = files.has(file) ? files.read(file) : "";
        YamlFile yaml = text.contains("{{") ? YamlFile.of(file, text, new ValidationReport()) : null;
        if (yaml != null) {
            new AccountVariables(provider, file, yaml, keys).look(problems, new ValidationReport());
        }
        return problems.lines();
    }

    private void templates(String provider, DescriptorValidator descriptor, ValidationReport problems) throws IOException {
        String file = provider + ".camel.yaml";
        if (files.has(file)) {
            new RouteTemplateValidator(provider, file, problems, new ValidationReport())
                    .look(files.read(file), descriptor.resources(), descriptor.ownKeys());
        } else {
            problems.add(file, 0, "is missing: the route templates that say what to ask");
        }
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
}
