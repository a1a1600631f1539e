package org.finetunebridge.provider.validation;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** What is wrong with the route templates of a provider, that would show only when the first job is asked for. */
final class RouteTemplateValidator {

    /** What a route may use of the poll under way: the getters of {@code watch.Poll}. */
    static final Set<String> POLL = Set.of("jobPath", "jobSegments", "jobJson", "cursorPath", "cursorJson");
    private static final String HERE = "direct:{{source}}-";
    private static final String FETCH = HERE + "fetch";
    /** Not where an expression makes the rest of the name. */
    private static final Pattern TARGET = Pattern.compile("direct:\\{\\{source}}-[A-Za-z0-9-]++(?![${])");
    private static final Pattern POLL_MEMBER = Pattern.compile("variable\\.poll\\??\\.([A-Za-z]+)");
    private static final Pattern PARAMETER = Pattern.compile("\\{\\{([A-Za-z0-9-]+)}}");

    private final String provider;
    private final String file;
    private final ValidationReport problems;
    private final Map<String, Node> templates = new TreeMap<>();
    private YamlFile yaml;

    RouteTemplateValidator(String provider, String file, ValidationReport problems) {
        this.provider = provider;
        this.file = file;
        this.problems = problems;
    }

    /**
     * @param resources that need a template
     * @param keys      that the provider adds to a source's: each is a parameter
     */
    void look(String text, Set<String> resources, Set<String> keys) {
        try {
            yaml = new YamlFile(file, text);
        } catch (MarkedYamlEngineException e) {
            problem(e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0), "is not YAML: " + e.getProblem());
            return;
        } catch (YamlEngineException e) {
            problem(0, "is not YAML: " + e.getMessage().replaceAll("\\s+", " "));
            return;
        }
        yaml.entries().stream().map(entry -> YamlFile.child(entry, "routeTemplate")).forEach(this::template);
        resources.forEach(this::resource);
        targets();
        eachMatch(POLL_MEMBER, this::member);
        parameters(keys);
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
        } else if (!address(template).equals(HERE + resource)) {
            problem(YamlFile.line(from(template)), "the template " + provider + '-' + resource + " is called by \""
                    + address(template) + "\", not by \"" + HERE + resource + '"');
        }
    }

    private void targets() {
        Set<String> known = templates.values().stream().map(RouteTemplateValidator::address).collect(Collectors.toSet());
        eachMatch(TARGET, found -> {
            if (!found.words().equals(FETCH) && !known.contains(found.words())) {
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
