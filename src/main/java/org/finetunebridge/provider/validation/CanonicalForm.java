package org.finetunebridge.provider.validation;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.finetunebridge.provider.validation.ProviderValidator.ValidationReport;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Where a route file uses a short form of Camel's YAML, and what the canonical form is. Camel reads both; from 4.23 on it
 * warns of the short ones, and tools such as Kaoto write the canonical one.
 */
final class CanonicalForm {

    /** Not {@code method} and {@code ref}, which are options of other steps too. */
    private static final Set<String> LANGUAGES = Set.of("simple", "constant", "csimple", "jq", "jsonpath", "header", "variable",
            "exchangeProperty", "tokenize", "xpath", "xquery", "groovy", "datasonnet", "ognl", "spel", "mvel");
    private static final Set<String> STEPS_WITH_EXPRESSION = Set.of("setHeader", "setBody", "setVariable", "setProperty", "filter",
            "loop", "split", "delay", "script", "validate", "when", "recipientList", "routingSlip", "dynamicRouter", "enrich",
            "pollEnrich", "throttle", "transform", "sort", "resequence");

    private final String file;
    private final ValidationReport report;
    private final Set<Node> seen = new HashSet<>();

    private CanonicalForm(String file, ValidationReport report) {
        this.file = file;
        this.report = report;
    }

    /**
     * Adds a hint for each place that could be written otherwise.
     *
     * @return whether the text is YAML; if not, that is a problem in the report
     */
    static boolean look(String file, String text, ValidationReport report) {
        LoadSettings settings = LoadSettings.builder().setLabel(file).build();
        try {
            Optional<Node> document = new Compose(settings).composeString(text);
            // Finds a key that is there twice.
            new StandardConstructor(settings).constructSingleDocument(document);
            document.ifPresent(root -> items(root).forEach(entry -> new CanonicalForm(file, report).look("", entry)));
            return true;
        } catch (MarkedYamlEngineException e) {
            report.add(file, e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0), "is not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            report.add(file, 0, "is not YAML: " + e.getMessage().replaceAll("\\s+", " "));
        }
        return false;
    }

    /** @param within the key that holds the node; that of the list for one of its items */
    private void look(String within, Node node) {
        if (!(node instanceof ScalarNode) && !seen.add(node)) {
            return;
        }
        items(node).forEach(item -> {
            if (within.equals("steps") && item instanceof MappingNode step) {
                step.getValue().forEach(this::step);
            }
            look(within, item);
        });
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                String key = text(tuple.getKeyNode());
                if (!key.equals("parameters")) {
                    entry(within, key, tuple.getValueNode());
                    look(key, tuple.getValueNode());
                }
            }
        }
    }

    private void step(NodeTuple step) {
        String name = text(step.getKeyNode());
        if (step.getValueNode() instanceof ScalarNode value && !value.getValue().isEmpty()) {
            String option = Set.of("to", "toD").contains(name) ? "uri: " : "…: ";
            hint(step.getKeyNode(), "write \"- " + name + ": {" + option + value.getValue() + "}\" instead of \"- " + name + ": "
                    + value.getValue() + '"');
        }
    }

    private void entry(String within, String key, Node value) {
        boolean language = LANGUAGES.contains(key) || key.equals("method") && value instanceof MappingNode;
        if (language && STEPS_WITH_EXPRESSION.contains(within)) {
            hint(value, "write \"expression: {" + key + ": {expression: …}}\" instead of \"" + key + ": …\" in " + within);
        } else if (LANGUAGES.contains(key) && value instanceof ScalarNode && !STEPS_WITH_EXPRESSION.contains(within)
                && !within.equals("expression") && !isOption(within)) {
            hint(value, "write \"" + key + ": {expression: …}\" instead of \"" + key + ": …\"");
        } else if (within.equals("expression") && LANGUAGES.contains(key) && value instanceof ScalarNode) {
            hint(value, "write \"" + key + ": {expression: …}\" instead of \"" + key + ": …\"");
        } else if (key.equals("uri") && text(value).contains("?") && !text(value).contains("${")) {
            hint(value, "write what follows the ? of " + text(value) + " under parameters");
        }
    }

    /** Where {@code header} or {@code variable} may be the name of an option and no language. */
    private static boolean isOption(String within) {
        return !Set.of("handled", "continued", "retryWhile", "onWhen", "correlationExpression", "completionPredicate").contains(within);
    }

    private void hint(Node node, String what) {
        report.hint(file, node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0), what);
    }

    private static List<Node> items(Node node) {
        return node instanceof SequenceNode sequence ? sequence.getValue() : List.of();
    }

    /** The text of a scalar; empty if it is none. */
    private static String text(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }
}
