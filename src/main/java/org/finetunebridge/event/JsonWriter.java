package org.finetunebridge.event;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Writes JSON trees. Jackson's own way builds a serializer context for every tree, and an event has a dozen. */
public final class JsonWriter {

    private JsonWriter() {}

    /** Whether it can be written as JSON: anything but the numbers NaN and Infinity, which JSON does not have. */
    public static boolean isFinite(JsonNode node) {
        return !(node.isDouble() || node.isFloat()) || Double.isFinite(node.doubleValue());
    }

    /** Writes the value as it was received; NaN and Infinity as texts. */
    public static void write(JsonNode node, JsonGenerator json) throws IOException {
        switch (node.getNodeType()) {
            case STRING -> json.writeString(node.textValue());
            case BOOLEAN -> json.writeBoolean(node.booleanValue());
            case NUMBER -> writeNumber(node, json);
            case OBJECT -> {
                json.writeStartObject();
                for (var field : node.properties()) {
                    json.writeFieldName(field.getKey());
                    write(field.getValue(), json);
                }
                json.writeEndObject();
            }
            case ARRAY -> {
                json.writeStartArray();
                for (JsonNode element : node) {
                    write(element, json);
                }
                json.writeEndArray();
            }
            default -> json.writeNull();
        }
    }

    /** Appends JSON text that does not depend on the order in which a provider writes the keys of an object. */
    static void canonical(JsonNode node, StringBuilder text) {
        switch (node.getNodeType()) {
            case STRING -> quote(node.textValue(), text);
            case OBJECT -> {
                List<String> names = new ArrayList<>(node.size());
                node.fieldNames().forEachRemaining(names::add);
                names.sort(null);
                text.append('{');
                for (String name : names) {
                    quote(name, text);
                    canonical(node.get(name), text.append(':'));
                    text.append(',');
                }
                text.append('}');
            }
            case ARRAY -> {
                text.append('[');
                for (JsonNode element : node) {
                    canonical(element, text);
                    text.append(',');
                }
                text.append(']');
            }
            default -> text.append(node.asText("null"));
        }
    }

    /** A text as a JSON string, with its quotes. */
    public static String quoted(String text) {
        var quoted = new StringBuilder(text.length() + 2);
        quote(text, quoted);
        return quoted.toString();
    }

    private static void quote(String text, StringBuilder quoted) {
        quoted.append('"');
        if (isPlain(text)) {
            quoted.append(text);
        } else {
            JsonStringEncoder.getInstance().quoteAsString(text, quoted);
        }
        quoted.append('"');
    }

    /** Whether nothing is to be escaped: the encoder goes character by character. */
    private static boolean isPlain(String text) {
        for (int at = 0; at < text.length(); at++) {
            char unit = text.charAt(at);
            if (unit < ' ' || unit == '"' || unit == '\\') {
                return false;
            }
        }
        return true;
    }

    private static void writeNumber(JsonNode node, JsonGenerator json) throws IOException {
        switch (node.numberType()) {
            case INT -> json.writeNumber(node.intValue());
            case LONG -> json.writeNumber(node.longValue());
            case BIG_INTEGER -> json.writeNumber(node.bigIntegerValue());
            case BIG_DECIMAL -> json.writeNumber(node.decimalValue());
            default -> json.writeNumber(node.doubleValue());
        }
    }
}
