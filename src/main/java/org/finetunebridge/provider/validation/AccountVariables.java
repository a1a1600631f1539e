package org.finetunebridge.provider.validation;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * What a provider's templates say of an account. All accounts of a provider share its routes, so an account's name and its
 * own keys are variables of the exchange. Placeholders, which stood for them when each account had routes of its own, still
 * work in addresses and in expressions of the language {@code simple}; elsewhere they would be sent as they are written.
 */
final class AccountVariables {

    private static final Pattern PLACEHOLDER = Pattern.compile("(direct:)?\\{\\{([A-Za-z0-9-]+)}}");

    private final String provider;
    private final String file;
    private final YamlFile yaml;
    private final Set<String> keys;
    private final Set<Node> seen = new HashSet<>();

    /** @param keys the provider's own keys */
    AccountVariables(String provider, String file, YamlFile yaml, Set<String> keys) {
        this.provider = provider;
        this.file = file;
        this.yaml = yaml;
        this.keys = keys;
    }

    /**
     * Looks at every placeholder.
     *
     * @param problems gets those that would be sent as they are written
     * @param hints    gets those that work, but are better written otherwise
     */
    void look(ValidationReport problems, ValidationReport hints) {
        yaml.entries().forEach(entry -> look(YamlFile.child(entry, "routeTemplate"), "", "", problems, hints));
    }

    private void look(Node node, String key, String within, ValidationReport problems, ValidationReport hints) {
        if (!seen.add(node)) {
            return;
        }
        if (node instanceof ScalarNode scalar) {
            PLACEHOLDER.matcher(scalar.getValue()).results().forEach(found ->
                    placeholder(found, scalar, isSimple(key, within), problems, hints));
        }
        YamlFile.items(node).forEach(item -> look(item, "", key, problems, hints));
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                look(tuple.getValueNode(), YamlFile.text(tuple.getKeyNode()), key, problems, hints);
            }
        }
    }

    private void placeholder(MatchResult found, ScalarNode scalar, boolean simple, ValidationReport problems, ValidationReport hints) {
        String name = found.group(2);
        int line = yaml.line(scalar, found.group());
        if (name.equals("source")) {
            if (found.group(1) != null) {
                hints.add(file, line, "write direct:" + provider + "-… instead of direct:{{source}}-…: all accounts share the route");
            } else {
                problems.add(file, line, "write ${variable.source} in an expression of the language simple instead of {{source}}:"
                        + " all accounts share the route");
            }
        } else if (keys.contains(name)) {
            (simple ? hints : problems).add(file, line, "write ${variable." + name + "} in an expression of the language simple"
                    + " instead of {{" + name + "}}: all accounts share the route");
        }
    }

    private static boolean isSimple(String key, String within) {
        return key.equals("simple") || key.equals("expression") && within.equals("simple") || key.equals("toD")
                || key.equals("uri") && within.equals("toD");
    }
}
