package org.finetunebridge.provider.validation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.finetunebridge.provider.validation.ProviderValidator.ValidationReport;
import org.finetunebridge.provider.validation.RouteTemplateReader.RouteTemplate;
import org.finetunebridge.provider.validation.RouteTemplateReader.Words;

/**
 * What is wrong with the route templates of a provider, that would show only when the first job is asked for. Camel makes
 * routes of them; this looks at the routes. All accounts of a provider share them, so an account's name and its own keys are
 * variables of the exchange. Placeholders, which stood for them when each account had routes of its own, still work in
 * addresses and in expressions of the language simple; elsewhere they would be sent as they are written.
 */
final class RouteTemplateValidator {

    /** What a route may use of the poll under way: the getters of {@code polling.PollTask}. */
    static final Set<String> POLL = Set.of("jobPath", "jobSegments", "jobJson", "cursorPath", "cursorJson",
            "cursorPartsJson", "cursorUrl");
    /** What a route may use of its account, besides the provider's own keys. */
    private static final Set<String> ACCOUNT = Set.of("poll", "source", "provider", "resource");
    /** Variables that the shared routes set themselves. */
    private static final Set<String> RESERVED = Set.of("poll", "source", "provider", "resource", "attempt", "question", "client", "absent");
    /** Routes of the program that ask, as JSON or as a table. */
    private static final Set<String> SHARED = Set.of("fetch", "fetch-csv");
    private static final Pattern TEMPLATE = Pattern.compile("route-?[Tt]emplate");
    private static final Pattern POLL_MEMBER = Pattern.compile("variable\\.poll\\??\\.([A-Za-z]+)");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{variable\\.([A-Za-z0-9-]+)");
    private static final Pattern PLACEHOLDER = Pattern.compile("(direct:)?(\\{\\{([A-Za-z0-9-]+)}})");

    private final String provider;
    private final String file;
    private final String text;
    private final Set<String> keys;
    private final ValidationReport report;
    private final String here;
    /** Not where an expression makes the rest of the name. */
    private final Pattern target;
    private final Map<String, RouteTemplate> templates = new HashMap<>();

    /**
     * @param text of the provider's route file
     * @param keys that the provider adds to a source's: each is a parameter
     */
    RouteTemplateValidator(String provider, String text, Set<String> keys, ValidationReport report) {
        this.provider = provider;
        this.file = provider + ".camel.yaml";
        this.text = text;
        this.keys = keys;
        this.report = report;
        this.here = "direct:" + provider + '-';
        this.target = Pattern.compile("(?:" + Pattern.quote(here) + "|direct:\\{\\{source}}-)[A-Za-z0-9-]++(?![${])");
    }

    /** @param resources that need a template */
    void look(RouteTemplateReader reader, Set<String> resources) {
        if (!CanonicalForm.look(file, text, report)) {
            return;
        }
        List<RouteTemplate> all = read(reader);
        if (all == null) {
            return;
        }
        all.forEach(this::template);
        resources.forEach(this::resource);
        keys.stream().filter(RESERVED::contains).sorted().forEach(key -> problem(0, "key." + key + " in " + provider
                + ".properties would be lost: the routes have a variable of that name themselves"));
        Set<String> called = all.stream().map(template -> current(template.address().text())).collect(Collectors.toSet());
        Set<String> variables = union(keys, ACCOUNT);
        all.forEach(template -> variables.addAll(template.variables()));
        all.forEach(template -> words(template, called, variables));
    }

    /** Only what would be sent as it is written, because it was made for routes of each account. */
    void lookForOldForm(RouteTemplateReader reader) {
        List<RouteTemplate> all = read(reader);
        if (all != null) {
            all.stream().flatMap(template -> template.words().stream()).forEach(this::accounts);
        }
    }

    /** Null if Camel cannot read it, which is a problem then. */
    private List<RouteTemplate> read(RouteTemplateReader reader) {
        if (!TEMPLATE.matcher(text).find()) {
            return List.of();
        }
        Map<String, String> parameters = keys.stream().collect(Collectors.toMap(key -> key, key -> "${variable." + key + '}'));
        parameters.put("source", provider);
        try {
            return reader.read(file, text, parameters);
        } catch (IllegalArgumentException e) {
            problem(0, "Camel cannot load it: " + e.getMessage());
            return null;
        }
    }

    private void template(RouteTemplate template) {
        int line = line(template.id(), template.line());
        if (templates.putIfAbsent(template.id(), template) != null) {
            problem(line, "there is a template " + template.id() + " before this one");
        } else if (!template.id().startsWith(provider + '-')) {
            problem(line, "the template " + template.id() + " is never used: its name does not begin with " + provider + '-');
        } else if (template.refusal() != null) {
            problem(line, "no route can be made of the template " + template.id() + ": " + template.refusal());
        }
    }

    private void resource(String resource) {
        RouteTemplate template = templates.get(provider + '-' + resource);
        if (template == null) {
            problem(0, "there is no route template " + provider + '-' + resource + ", but the resource " + resource + " is named");
        } else if (!current(template.address().text()).equals(here + resource)) {
            problem(line(template.address().text(), template.address().line()), "the template " + template.id() + " is called by \""
                    + template.address().text() + "\", not by \"" + here + resource + '"');
        }
    }

    private void words(RouteTemplate template, Set<String> called, Set<String> variables) {
        Set<String> parameters = union(keys, Set.of("source"));
        template.required().stream().filter(name -> !parameters.contains(name)).forEach(name ->
                noParameter(line(name, template.line()), name));
        parameters.addAll(template.optional());
        for (Words words : template.words()) {
            each(target, words, (found, line) -> {
                String address = current(found.group());
                if (!SHARED.contains(address.substring(here.length())) && !called.contains(address)) {
                    problem(line, found.group() + " leads nowhere: no template is called by it");
                }
            });
            each(POLL_MEMBER, words, (found, line) -> {
                if (!POLL.contains(found.group(1))) {
                    problem(line, found.group() + " is not there for routes; there are " + list(POLL));
                }
            });
            each(VARIABLE, words, (found, line) -> {
                if (!variables.contains(found.group(1))) {
                    problem(line, "variable." + found.group(1) + " is not there for routes; there are " + list(union(keys, ACCOUNT)) + another());
                }
            });
            each(PLACEHOLDER, words, (found, line) -> {
                if (!parameters.contains(found.group(3))) {
                    noParameter(line, found.group(2));
                }
            });
            accounts(words);
        }
    }

    private void accounts(Words words) {
        each(PLACEHOLDER, words, (found, line) -> account(found, line, words.simple()));
    }

    private void account(MatchResult found, int line, boolean simple) {
        String name = found.group(3);
        if (name.equals("source") && found.group(1) != null) {
            report.hint(file, line, "write " + here + "… instead of direct:{{source}}-…: all accounts share the route");
        } else if (name.equals("source") || keys.contains(name)) {
            String what = "write ${variable." + name + "} in an expression of the language simple instead of {{" + name
                    + "}}: all accounts share the route";
            if (simple && !name.equals("source")) {
                report.hint(file, line, what);
            } else {
                problem(line, what);
            }
        }
    }

    private void noParameter(int line, String name) {
        problem(line, "no such parameter: " + name + "; there are " + list(union(keys, Set.of("source"))) + another());
    }

    private String another() {
        return "; key.<name> in " + provider + ".properties makes another";
    }

    /** An address as it is called: in the old form the placeholder stands for the provider. */
    private String current(String address) {
        return address.replaceFirst("^direct:\\{\\{source}}-", here);
    }

    private void each(Pattern pattern, Words words, BiConsumer<MatchResult, Integer> look) {
        pattern.matcher(words.text()).results().forEach(found -> look.accept(found, line(found.group(), words.line())));
    }

    /** The first line from this one on that says these words; this one if none does. */
    private int line(String words, int from) {
        List<String> lines = text.lines().toList();
        for (int line = Math.max(from, 1); line <= lines.size(); line++) {
            if (lines.get(line - 1).contains(words)) {
                return line;
            }
        }
        return from;
    }

    private void problem(int line, String what) {
        report.add(file, line, what);
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(others);
        return all;
    }

    private static String list(Set<String> names) {
        return String.join(", ", new TreeSet<>(names));
    }
}
