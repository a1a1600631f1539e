package org.finetunebridge.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** What is wrong with the route templates of a provider, that would show only when the first job is asked for. */
final class TemplateInspection {

    /** What a route may use of the poll under way: the getters of {@code watch.Poll}. */
    static final Set<String> POLL = Set.of("jobPath", "jobSegments", "jobJson", "cursorPath", "cursorJson");
    private static final Pattern TEMPLATE = Pattern.compile("(?m)^\\s+id: *[\"']?([A-Za-z0-9-]+)[\"']?\\s*$");
    private static final Pattern DIRECT = Pattern.compile("direct:\\{\\{source}}-([A-Za-z0-9-]+)");
    private static final Pattern POLL_MEMBER = Pattern.compile("variable\\.poll\\.([A-Za-z]+)");
    private static final Pattern PARAMETER = Pattern.compile("\\{\\{([A-Za-z0-9-]+)}}|- name: *[\"']?([A-Za-z0-9-]+)[\"']? *$",
            Pattern.MULTILINE);

    private final String provider;
    private final String file;
    private final String text;
    private final List<String> problems = new ArrayList<>();

    TemplateInspection(String provider, String file, String text) {
        this.provider = provider;
        this.file = file;
        this.text = text;
    }

    /**
     * @param resources that need a template
     * @param keys      that the provider adds to a source's: each is a parameter
     */
    List<String> of(Set<String> resources, Set<String> keys) {
        if (isYaml()) {
            Set<String> templates = new TreeSet<>(found(TEMPLATE).map(match -> match.group(1)).toList());
            resources.forEach(resource -> resource(resource, templates));
            targets(templates);
            poll();
            parameters(keys);
        }
        return problems;
    }

    private boolean isYaml() {
        try {
            new Load(LoadSettings.builder().setLabel(file).build()).loadFromString(text);
            return true;
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            problems.add(file + ':' + line + ": is not YAML: " + e.getProblem());
            return false;
        }
    }

    private void resource(String resource, Set<String> templates) {
        String id = provider + '-' + resource;
        if (!templates.contains(id)) {
            problems.add(file + ": there is no route template " + id + ", but the resource " + resource + " is named");
        } else if (!text.contains("direct:{{source}}-" + resource + '"')) {
            problems.add(file + ": no template is called by \"direct:{{source}}-" + resource + '"');
        }
    }

    private void targets(Set<String> templates) {
        found(DIRECT).filter(match -> !match.group(1).equals("fetch") && !templates.contains(provider + '-' + match.group(1)))
                .forEach(match -> problem(match, match.group() + " leads nowhere: there is no template " + provider + '-'
                        + match.group(1)));
    }

    private void poll() {
        found(POLL_MEMBER).filter(match -> !POLL.contains(match.group(1))).forEach(match -> problem(match, match.group()
                + " is not there for routes; there are " + String.join(", ", new TreeSet<>(POLL))));
    }

    private void parameters(Set<String> keys) {
        Set<String> known = new TreeSet<>(keys);
        known.add("source");
        found(PARAMETER).filter(match -> !known.contains(match.group(1) == null ? match.group(2) : match.group(1)))
                .filter(match -> match.group(1) != null || isParameter(match.start()))
                .forEach(match -> problem(match, "no such parameter: " + match.group().strip() + "; there are "
                        + String.join(", ", known) + "; key.<name> in " + provider + ".properties makes another"));
    }

    /** A name stands for a parameter only in the list of them; headers have names too. */
    private boolean isParameter(int at) {
        String before = text.substring(0, at);
        return before.lastIndexOf("parameters:") > Math.max(before.lastIndexOf("from:"), before.lastIndexOf("steps:"));
    }

    private Stream<MatchResult> found(Pattern pattern) {
        Matcher matcher = pattern.matcher(text);
        return matcher.results().filter(match -> !isComment(match.start()));
    }

    private boolean isComment(int at) {
        return text.substring(text.lastIndexOf('\n', at) + 1, at).strip().startsWith("#");
    }

    private void problem(MatchResult match, String what) {
        problems.add(file + ':' + (1 + text.substring(0, match.start()).chars().filter(one -> one == '\n').count()) + ": " + what);
    }
}
