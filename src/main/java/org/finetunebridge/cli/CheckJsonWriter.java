package org.finetunebridge.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.provider.ProviderException;

/**
 * A check, for machines: one JSON object, in docs/operating.md. Fields may be added; those that are there keep their
 * names and meanings.
 */
final class CheckJsonWriter {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final PrintWriter out;

    CheckJsonWriter(PrintWriter out) {
        this.out = out;
    }

    void write(CheckReport checked) {
        ObjectNode json = head(checked.exit());
        checked.configuration().forEach(json.putObject("configuration")::put);
        ObjectNode sink = json.putObject("sink").put("kind", checked.settings().sink());
        checked.sink().forEach(sink.putObject("places")::put);
        ArrayNode sources = json.putArray("sources");
        checked.answers().forEach(answer -> source(sources.addObject(), answer));
        checked.settings().off().forEach(name -> sources.addObject().put("name", name).put("on", false));
        checked.missing().forEach(json.putArray("missing")::add);
        json.putArray("problems");
        print(json);
    }

    /** The configuration cannot be used: nobody was asked. */
    void write(List<String> problems) {
        ObjectNode json = head(BridgeCommand.MISCONFIGURED);
        problems.forEach(json.putArray("problems")::add);
        print(json);
    }

    private static ObjectNode head(int exit) {
        return MAPPER.createObjectNode().put("ok", exit == 0).put("exit", exit);
    }

    private static void source(ObjectNode json, SourceProbe answer) {
        json.put("name", answer.source().name()).put("on", true).put("provider", answer.source().provider().name())
                .put("baseUrl", answer.source().baseUrl()).put("answers", answer.isGood())
                .put("millis", answer.took().toMillis());
        if (answer.isGood()) {
            add(json.putArray("events"), answer.batch().events());
            add(json.putArray("deadLetters"), answer.batch().deadLetters());
        } else {
            failure(json.putObject("failure"), answer.failure());
        }
    }

    private static void failure(ObjectNode json, ProviderException failure) {
        json.put("means", failure.means().name().toLowerCase(Locale.ROOT)).put("message", failure.getMessage());
        if (failure.status() != 0) {
            json.put("httpStatus", failure.status());
        }
        if (!failure.code().isEmpty()) {
            json.put("code", failure.code());
        }
        if (failure.requestId() != null) {
            json.put("requestId", failure.requestId());
        }
    }

    /** As they would be published, to the byte: reading and writing them again could change a number. */
    private static void add(ArrayNode array, List<EncodedEvent> events) {
        for (EncodedEvent event : events) {
            var value = new RawValue(new String(event.value(), StandardCharsets.UTF_8));
            if (event.headers().isEmpty()) {
                array.addRawValue(value);
            } else {
                ObjectNode json = array.addObject();
                event.headers().forEach(json::put);
                json.putRawValue("data", value);
            }
        }
    }

    /** Only ASCII: what a terminal or a pipe takes for another character set must still be the same JSON. */
    private void print(ObjectNode json) {
        var ascii = new StringBuilder();
        for (char character : json.toPrettyString().toCharArray()) {
            if (character < 0x7f) {
                ascii.append(character);
            } else {
                ascii.append(String.format("\\u%04x", (int) character));
            }
        }
        out.println(ascii);
        out.flush();
    }
}
