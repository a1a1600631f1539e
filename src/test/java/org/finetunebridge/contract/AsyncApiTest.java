package org.finetunebridge.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.finetunebridge.event.FactType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class AsyncApiTest {

    private static final Path RESOURCES = Path.of("src/main/resources");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(VersionFlag.V202012);

    private final JsonNode api = read();
    private final JsonNode messages = api.at("/components/messages");

    @Test
    void describesExactlyTheTypesThatAnEventMayHave() throws Exception {
        JsonNode envelope = JSON.readTree(RESOURCES.resolve("schemas/cloudevent.schema.json").toFile());

        assertThat(api.path("asyncapi").asText()).isEqualTo("3.0.0");
        assertThat(messages.findValuesAsText("name")).filteredOn(name -> name.startsWith("org."))
                .containsExactlyInAnyOrderElementsOf(texts(envelope.at("/properties/type/enum")))
                .contains(FactType.JOB_STATUS_CHANGED.type(), FactType.CHECKPOINT_CHANGED.type(), FactType.LOG_APPENDED.type(),
                        FactType.METRICS_RECORDED.type());
    }

    @Test
    void namesTheTopicsThatAreTheDefaults() throws Exception {
        String settings = Files.readString(Path.of("application.properties"));

        assertThat(api.at("/channels").findValuesAsText("address")).containsExactly("finetune.events",
                "finetune.dead-letters").allSatisfy(topic -> assertThat(settings).contains(" = " + topic + "\n"));
    }

    @Test
    void refersToNothingThatIsNotThere() {
        assertThat(api.findValuesAsText("$ref")).isNotEmpty().allSatisfy(reference -> {
            if (reference.startsWith("#")) {
                assertThat(api.at(reference.substring(1)).isMissingNode()).as(reference).isFalse();
            } else {
                assertThat(RESOURCES.resolve(reference)).exists();
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> givesExamplesThatItsSchemasAccept() {
        return messages.properties().stream().map(message -> DynamicTest.dynamicTest(message.getKey(),
                () -> accepts(message.getValue())));
    }

    private static void accepts(JsonNode message) throws IOException {
        JsonNode event = message.at("/examples/0/payload");
        JsonNode own = message.at("/payload/allOf/1/properties");
        JsonSchema data = schema(own.at("/data/$ref").asText());
        assertThat(own.at("/type/const").asText()).isEqualTo(message.path("name").asText());
        assertThat(own.at("/dataschema/const").asText()).isEqualTo(data.getId());
        assertThat(event.path("type").asText()).isEqualTo(message.path("name").asText());
        assertThat(event.path("dataschema").asText()).isEqualTo(data.getId());
        assertThat(schema(message.at("/payload/allOf/0/$ref").asText()).validate(event.toString(), InputFormat.JSON))
                .isEmpty();
        assertThat(data.validate(event.path("data").toString(), InputFormat.JSON)).isEmpty();
    }

    private static JsonSchema schema(String file) throws IOException {
        return SCHEMAS.getSchema(JSON.readTree(RESOURCES.resolve(file).toFile()));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(one -> texts.add(one.asText()));
        return texts;
    }

    private static JsonNode read() {
        try {
            Object yaml = new Load(LoadSettings.builder().build())
                    .loadFromString(Files.readString(RESOURCES.resolve("asyncapi.yaml")));
            return JSON.valueToTree((Map<?, ?>) yaml);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
