package org.finetunebridge.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.schibsted.spt.data.jslt.Expression;
import com.schibsted.spt.data.jslt.Parser;
import io.vertx.core.buffer.Buffer;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Translates between a provider's format and the simulation's own, by the mappings in {@code simulator/}. */
public final class ResponseRenderer {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Expression> mappings = new ConcurrentHashMap<>();

    JsonNode render(String mapping, JsonNode input) {
        return mappings.computeIfAbsent(mapping, ResponseRenderer::compile).apply(input);
    }

    /** What a request asks, by its provider's {@code -request.jslt}. */
    public JsonNode query(String provider, String resource, Exchange exchange) {
        Message request = exchange.getMessage();
        ObjectNode asked = JSON.createObjectNode().put("resource", resource);
        request.getHeaders().forEach((name, value) -> {
            if (value instanceof String text) {
                asked.put(name.toLowerCase(Locale.ROOT), text);
            }
        });
        asked.set("body", parsed(text(request)));
        return render(provider + "-request", asked);
    }

    /** The body of a request; empty if it has none. Camel would look through all its converters for one to a text. */
    static String text(Message request) {
        Object body = request.getBody();
        return body instanceof Buffer ? body.toString() : Objects.toString(request.getBody(String.class), "");
    }

    /** Turns the page in the body into the provider's answer. */
    public void answer(String provider, String resource, Exchange exchange) throws JsonProcessingException {
        Message message = exchange.getMessage();
        ObjectNode page = message.getBody(ObjectNode.class);
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        JsonNode answer = render(provider + "-" + (page.has("problem") ? "error" : resource), page);
        if (page.has("problem")) {
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, answer.path("status").asInt());
            answer = answer.path("body");
        }
        message.setBody(answer.has("text") && answer.has("base64") ? file(message, answer) : JSON.writeValueAsBytes(answer));
    }

    /** A file as its provider sends it. */
    private static byte[] file(Message message, JsonNode file) {
        message.setHeader(Exchange.CONTENT_TYPE, "application/octet-stream");
        byte[] text = file.path("text").asText().getBytes(StandardCharsets.UTF_8);
        return file.path("base64").asBoolean() ? Base64.getEncoder().encode(text) : text;
    }

    private static JsonNode parsed(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return JSON.missingNode();
        }
    }

    private static Expression compile(String mapping) {
        String file = mapping + ".jslt";
        return new Parser(new StringReader(ProviderProfiles.text(file))).withSource(file)
                .withResourceResolver(imported -> new StringReader(ProviderProfiles.text(imported)))
                .withObjectFilter(". != null").compile();
    }
}
