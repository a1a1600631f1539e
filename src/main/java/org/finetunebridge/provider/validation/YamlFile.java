package org.finetunebridge.provider.validation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A YAML file as what it says, and on which lines: however it is written, and without its comments. */
final class YamlFile {

    private final String text;
    private final Node root;

    /** @throws YamlEngineException if it is not YAML */
    YamlFile(String name, String text) {
        LoadSettings settings = LoadSettings.builder().setLabel(name).build();
        Optional<Node> document = new Compose(settings).composeString(text);
        // Finds a key that is there twice.
        new StandardConstructor(settings).constructSingleDocument(document);
        this.text = text;
        this.root = document.orElse(null);
    }

    /** The file; null if it is not YAML, which is a problem then. */
    static YamlFile of(String name, String text, ValidationReport problems) {
        try {
            return new YamlFile(name, text);
        } catch (MarkedYamlEngineException e) {
            problems.add(name, e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0), "is not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            problems.add(name, 0, "is not YAML: " + e.getMessage().replaceAll("\\s+", " "));
        }
        return null;
    }

    /** The entries of the list that the file is; empty if it is none. */
    List<Node> entries() {
        return items(root);
    }

    /** What a node holds under this key; null if it holds no such thing. */
    static Node child(Node node, String key) {
        return node instanceof MappingNode mapping ? mapping.getValue().stream()
                .filter(tuple -> text(tuple.getKeyNode()).equals(key)).map(NodeTuple::getValueNode).findFirst()
                .orElse(null) : null;
    }

    static List<Node> items(Node node) {
        return node instanceof SequenceNode sequence ? sequence.getValue() : List.of();
    }

    /** The text of a scalar; empty if it is none. */
    static String text(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    /** Every scalar that is not a key, in the order of the file. */
    static Stream<ScalarNode> scalars(Node node) {
        Set<Node> found = new LinkedHashSet<>();
        collect(node, found);
        return found.stream().filter(ScalarNode.class::isInstance).map(ScalarNode.class::cast);
    }

    /** What stands under this key, anywhere within a node. */
    static Stream<Node> children(Node node, String key) {
        Set<Node> found = new LinkedHashSet<>();
        collect(node, found);
        return found.stream().map(one -> child(one, key)).filter(child -> child != null);
    }

    /** The line that a node begins on, from 1. */
    static int line(Node node) {
        return node == null ? 0 : node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    /** The line on which a scalar says these words: it may go over several. */
    int line(ScalarNode scalar, String words) {
        int from = scalar.getStartMark().map(Mark::getIndex).map(index -> text.offsetByCodePoints(0, index)).orElse(0);
        int to = scalar.getEndMark().map(Mark::getIndex).map(index -> text.offsetByCodePoints(0, index))
                .orElse(text.length());
        int at = text.substring(from, to).indexOf(words);
        return line(scalar) + (at < 0 ? 0 : (int) text.substring(from, from + at).chars()
                .filter(one -> one == '\n').count());
    }

    /** A node may be there more than once, and even within itself. */
    private static void collect(Node node, Set<Node> found) {
        if (!found.add(node)) {
            return;
        }
        items(node).forEach(item -> collect(item, found));
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(tuple -> collect(tuple.getValueNode(), found));
        }
    }
}
