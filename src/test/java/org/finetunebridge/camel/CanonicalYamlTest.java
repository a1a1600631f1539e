package org.finetunebridge.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Every route file is in the canonical form of Camel's YAML. Camel 4.18 ships one schema, which allows short forms too; the
 * canonical one is made of it by taking those away.
 */
class CanonicalYamlTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Path> FOLDERS = List.of(Path.of("routes"), Path.of("src/main/resources"), Path.of("docs/examples"));

    private static JsonSchema schema;

    @TestFactory
    Stream<DynamicTest> isCanonical() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path folder : FOLDERS) {
            try (Stream<Path> all = Files.walk(folder)) {
                all.filter(file -> file.toString().endsWith(".camel.yaml")).sorted().forEach(files::add);
            }
        }
        assertThat(files).hasSizeGreaterThan(20);
        return files.stream().map(file -> dynamicTest(file.toString(), () -> assertThat(problems(Files.readString(file))).isEmpty()));
    }

    @Test
    void refusesShortForms() throws IOException {
        String route = "- route:\n    id: x\n    from:\n      uri: direct:x\n      steps:\n";
        assertThat(problems(route + "        - to: {uri: direct:y}\n")).isEmpty();
        assertThat(problems(route + "        - setBody: {expression: {simple: {expression: x}}}\n")).isEmpty();
        assertThat(problems(route + "        - to: direct:y\n")).isNotEmpty();
        assertThat(problems(route + "        - setBody: {simple: x}\n")).isNotEmpty();
        assertThat(problems(route + "        - setBody: {simple: {expression: x}}\n")).isNotEmpty();
        assertThat(problems(route + "        - setBody: {expression: {simple: x}}\n")).isNotEmpty();
    }

    private static Set<ValidationMessage> problems(String yaml) throws IOException {
        Object content = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        return canonical().validate(JSON.valueToTree(content));
    }

    private static synchronized JsonSchema canonical() throws IOException {
        if (schema == null) {
            try (InputStream in = CanonicalYamlTest.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
                JsonNode all = JSON.readTree(in);
                withoutShortForms(all);
                schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(all);
            }
        }
        return schema;
    }

    /** A text in the place of an object, and an expression without the member of that name. */
    private static void withoutShortForms(JsonNode node) {
        if (node instanceof ObjectNode object) {
            if (object.get("oneOf") instanceof ArrayNode either && either.size() == 2
                    && either.get(0).path("type").asText().equals("string") && either.get(1).path("type").asText().equals("object")) {
                object.remove("oneOf");
                object.setAll((ObjectNode) either.get(1));
            }
            if (object.get("anyOf") instanceof ArrayNode any) {
                for (int index = any.size() - 1; index >= 0; index--) {
                    if (any.get(index).get("oneOf") instanceof ArrayNode forms && isExpression(forms)) {
                        any.remove(index);
                        ((ArrayNode) object.withArray("required")).add("expression");
                        object.withObject("properties").properties().removeIf(property -> property.getValue().isEmpty()
                                && !property.getKey().equals("expression"));
                        object.withObject("properties").set("expression", expression(forms));
                    }
                }
                if (any.isEmpty()) {
                    object.remove("anyOf");
                }
            }
        }
        node.forEach(CanonicalYamlTest::withoutShortForms);
    }

    private static boolean isExpression(ArrayNode forms) {
        return forms.size() == 3 && forms.get(0).path("$ref").asText().endsWith("ExpressionDefinition") && expression(forms) != null;
    }

    private static JsonNode expression(ArrayNode forms) {
        return forms.get(2).path("properties").get("expression");
    }
}
