package org.finetunebridge.provider.validation;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** What is wrong with the route templates of a provider, that would show only when the first job is asked for. */
final class RouteTemplateValidator {

    /** What a route may use of the poll under way: the getters of {@code polling.PollTask}. */
    static final Set<String> POLL = Set.of("jobPath", "jobSegments", "jobJson", "cursorPath", "cursorJson");
    /** What a route may use of its account, besides the provider's own keys. */
    private static final Set<String> ACCOUNT = Set.of("poll", "source", "provider", "resource");
    /** Variables that the shared routes set themselves. */
    private static final Set<String> RESERVED = Set.of("poll", "source", "provider", "resource", "attempt", "question", "client");
    private static final String OLD_HERE = "direct:{{source}}-";
    private static final Pattern POLL_MEMBER = Pattern.compile("variable\\.poll\\??\\.([A-Za-z]+)");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{variable\\.([A-Za-z0-9-]+)");
    private static final Pattern PARAMETER = Pattern.compile("\\{\\{([A-Za-z0-9-]+)}}");

    private final String provider;
    private final String file;
    private final ValidationReport problems;
    private final ValidationReport hints;
    private final String here;
    /** Not where an expression makes the rest of the name. */
    private final Pattern target;
    private final Map<String, Node> templates = new TreeMap<>();
    private YamlFile yaml;

    /** @param hints gets what works, but is better written otherwise */
    RouteTemplateValidator(String provider, String file, ValidationReport problems, ValidationReport hints) {
        this.provider = provider;
        this.file = file;
        this.problems = problems;
        this.hints = hints;
        this.here = "direct:" + provider + '-';
        this.target = Pattern.compile("(?:" + Pattern.quote(here) + "|direct:\\{\\{source}}-)[A-Za-z0-9-]++(?![${])");
    }

    /**
     * @param resources that need a template
     * @param keys      that the provider adds to a source's: each is a parameter
     */
    void look(String text, Set<String> resources, Set<String> keys) {
        yaml = YamlFile.of(file, text, problems);
        if (yaml == null) {
            return;
        }
        yaml.entries().stream().map(entry -> YamlFile.child(entry, "routeTemplate")).forEach(this::template);
        resources.forEach(this::resource);
        targets();
        eachMatch(POLL_MEMBER, this::member);
        parameters(keys);
        variables(keys);
        new AccountVariables(provider, file, yaml, keys).look(problems, hints);
        CanonicalForm.look(yaml, file, hints);
    }

    private void template(Node template) {
        Node id = YamlFile.child(template, "id");
        String name = YamlFile.text(id);
        if (!name.isEmpty() && templates.put(name, template) != null) {
            problem(YamlFile.line(id), "there is a template " + name + " before this one");
        } else if (!name.isEmpty() && !name.startsWith(provider + '-')) {
            problem(YamlFile.line(id), "the template " + name + " is never used: its name does not begin with "
                    + provider + '-');
        }
    }

    private void resource(String resource) {
        Node template = templates.get(provider + '-' + resource);
        if (template == null) {
            problem(0, "there is no route template " + provider + '-' + resource + ", but the resource " + resource
                    + " is named");
        } else if (!current(address(template)).equals(here + resource)) {
            problem(YamlFile.line(from(template)), "the template " + provider + '-' + resource + " is called by \""
                    + address(template) + "\", not by \"" + here + resource + '"');
        }
    }

    private void targets() {
        Set<String> known = templates.values().stream().map(template -> current(address(template))).collect(Collectors.toSet());
        eachMatch(target, found -> {
            String called = current(found.words());
            if (!called.equals(here + "fetch") && !known.contains(called)) {
                problem(found.line(), found.words() + " leads nowhere: no template is called by it");
            }
        });
    }

    private void member(Found found) {
        if (!POLL.contains(found.name())) {
            problem(found.line(), found.words() + " is not there for routes; there are "
                    + String.join(", ", new TreeSet<>(POLL)));
        }
    }

    /** An address as it is called: in the old form the placeholder stands for the provider. */
    private String current(String address) {
        return address.startsWith(OLD_HERE) ? here + address.substring(OLD_HERE.length()) : address;
    }

    private void variables(Set<String> keys) {
        keys.stream().filter(RESERVED::contains).sorted().forEach(key -> problem(0, "key." + key + " in " + provider
                + ".properties would be lost: the routes have a variable of that name themselves"));
        Set<String> known = new TreeSet<>(keys);
        known.addAll(ACCOUNT);
        String there = String.join(", ", known);
        templates.values().stream().flatMap(template -> YamlFile.children(template, "setVariable"))
                .forEach(set -> known.add(YamlFile.text(YamlFile.child(set, "name"))));
        eachMatch(VARIABLE, found -> {
            if (!known.contains(found.name())) {
                problem(found.line(), "variable." + found.name() + " is not there for routes; there are " + there + "; key.<name> in "
                        + provider + ".properties makes another");
            }
        });
    }

    private void parameters(Set<String> keys) {
        Set<String> known = new TreeSet<>(keys);
        known.add("source");
        String rest = "; there are " + String.join(", ", known) + "; key.<name> in " + provider
                + ".properties makes another";
        templates.values().stream().flatMap(template -> YamlFile.items(YamlFile.child(template, "parameters")).stream())
                .map(parameter -> YamlFile.child(parameter, "name"))
                .filter(name -> name != null && !known.contains(YamlFile.text(name)))
                .forEach(name -> problem(YamlFile.line(name), "no such parameter: " + YamlFile.text(name) + rest));
        eachMatch(PARAMETER, found -> {
            if (!known.contains(found.name())) {
                problem(found.line(), "no such parameter: " + found.words() + rest);
            }
        });
    }

    /** Part of a scalar: its words, the name in them if the pattern has one, and the line they stand on. */
    private record Found(String words, String name, int line) {}

    private void eachMatch(Pattern pattern, Consumer<Found> look) {
        templates.values().stream().flatMap(YamlFile::scalars).forEach(scalar ->
                pattern.matcher(scalar.getValue()).results().map(match -> found(match, scalar)).forEach(look));
    }

    private Found found(MatchResult match, ScalarNode scalar) {
        return new Found(match.group(), match.groupCount() > 0 ? match.group(1) : "", yaml.line(scalar, match.group()));
    }

    /** A template's endpoint, which may stand in a route of its own. */
    private static Node from(Node template) {
        Node from = YamlFile.child(template, "from");
        return from == null ? YamlFile.child(YamlFile.child(template, "route"), "from") : from;
    }

    private static String address(Node template) {
        Node from = from(template);
        Node uri = YamlFile.child(from, "uri");
        return YamlFile.text(uri == null ? from : uri);
    }

    private void problem(int line, String what) {
        problems.add(file, line, what);
    }
}
