package org.finetunebridge.polling;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** What a provider may send at its worst: true answers with something changed, trees by chance, spoilt bytes. */
final class Garbler {

    private static final JsonNodeFactory JSON = JsonNodeFactory.withExactBigDecimals(true);
    private static final ObjectMapper MAPPER = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    private static final List<String> TEXTS = List.of("", " ", "\u0000", "\ud800", "\udc00\ud800", "\u202e\u2028\u001b[2J",
            "ffi\u0130\u0131\u00df\ufdfa", "\ud83d\ude42", "null", "true", "NaN", "-0", "1e999999999", "0x10", "..",
            "a/../b", "{\"status\":\"running\"}", "{\"status\":{}}", "[[[[[", "{\"a\":1e999999999}", "{'a': nan}",
            "{'loss': 0.1, 'epoch': None}", "2026-02-30 10:00:00", "9999-12-31T23:59:59.999999999999+23:59",
            "0000-00-00 00:00:00", "2026-01-01T00:00:00+99:99", "1768446000", "SUCCEEDED", "succeeded", "RUNNING",
            "2026-01-15 10:11:27,123 - INFO - x", "checkpoint-99999999999999999999", "\\u0000", "%2e%2e", "${body}");
    private static final List<BigDecimal> NUMBERS = List.of(BigDecimal.ZERO, new BigDecimal("-0.0"), BigDecimal.ONE,
            BigDecimal.TEN, new BigDecimal("-1"), new BigDecimal("1e999999999"), new BigDecimal("-1e999999999"),
            new BigDecimal("1e-999999999"), new BigDecimal("1e308"), new BigDecimal("1e309"), new BigDecimal("1e40"),
            new BigDecimal(Long.MAX_VALUE), new BigDecimal(Long.MIN_VALUE), new BigDecimal("9223372036854775808"),
            new BigDecimal("1768446000123.999999999"), new BigDecimal(BigInteger.TEN.pow(900)), new BigDecimal("0.1"));

    private final Random random;
    private final List<JsonNode> answers;
    private final List<String> names = new ArrayList<>();

    /** @param answers true ones */
    Garbler(long seed, List<JsonNode> answers) {
        this.random = new Random(seed);
        this.answers = answers;
        var known = new TreeSet<>(List.of("", "record", "data", "output", "constructor", "x"));
        answers.forEach(answer -> gather(answer, known));
        names.addAll(known);
    }

    byte[] next() {
        int kind = random.nextInt(10);
        if (kind < 3) {
            return bytes(tree(1 + random.nextInt(6)));
        }
        JsonNode answer = one(answers).deepCopy();
        for (int changes = random.nextInt(4); changes >= 0; changes--) {
            answer = changed(answer);
        }
        byte[] bytes = bytes(answer);
        return kind < 9 ? bytes : spoilt(bytes);
    }

    private JsonNode changed(JsonNode node) {
        if (node.isEmpty() || random.nextInt(8) == 0) {
            return strange(node);
        }
        if (node instanceof ObjectNode object) {
            List<String> fields = new ArrayList<>();
            object.fieldNames().forEachRemaining(fields::add);
            String field = one(fields);
            switch (random.nextInt(12)) {
                case 0 -> object.remove(field);
                case 1 -> object.set(one(names), object.get(field));
                default -> object.set(field, changed(object.get(field)));
            }
            return object;
        }
        ArrayNode array = (ArrayNode) node;
        int index = random.nextInt(array.size());
        switch (random.nextInt(12)) {
            case 0 -> array.remove(index);
            case 1 -> array.add(array.get(index).deepCopy());
            default -> array.set(index, changed(array.get(index)));
        }
        return array;
    }

    /** Anything in the place of what was there. */
    private JsonNode strange(JsonNode node) {
        return switch (random.nextInt(6)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.arrayNode().add(node);
            case 2 -> JSON.objectNode().set(one(names), node);
            case 3 -> deep(random.nextInt(120));
            default -> tree(random.nextInt(3));
        };
    }

    private JsonNode tree(int depth) {
        int kind = random.nextInt(depth > 0 ? 10 : 5);
        if (kind >= 7) {
            ArrayNode array = JSON.arrayNode();
            for (int left = random.nextInt(4); left > 0; left--) {
                array.add(tree(depth - 1));
            }
            return array;
        } else if (kind >= 5) {
            ObjectNode object = JSON.objectNode();
            for (int left = random.nextInt(8); left > 0; left--) {
                object.set(one(names), tree(depth - 1));
            }
            return object;
        }
        return switch (kind) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.booleanNode(random.nextBoolean());
            case 2 -> JSON.numberNode(one(NUMBERS));
            case 3 -> JSON.textNode(one(TEXTS));
            default -> JSON.textNode(one(TEXTS).repeat(random.nextInt(100) == 0 ? 1000 : 1 + random.nextInt(3)));
        };
    }

    private static JsonNode deep(int levels) {
        JsonNode node = JSON.textNode("deep");
        for (int level = 0; level < levels; level++) {
            node = level % 2 == 0 ? JSON.arrayNode().add(node) : JSON.objectNode().set("a", node);
        }
        return node;
    }

    private byte[] spoilt(byte[] bytes) {
        for (int left = random.nextInt(4); left >= 0; left--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static void gather(JsonNode node, TreeSet<String> names) {
        node.fieldNames().forEachRemaining(names::add);
        node.forEach(child -> gather(child, names));
    }

    private static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node).getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
