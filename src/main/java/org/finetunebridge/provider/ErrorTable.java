package org.finetunebridge.provider;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What a provider's errors mean: {@code <provider>-errors.json}, then the rows common to all in {@code errors.json}.
 * The first row whose given members all match decides.
 */
public final class ErrorTable {

    /** Where the APIs that are read put the reason of an error, asked after the pointers that a table names. */
    private static final List<JsonPointer> COMMON = Stream.of("/error/message", "/message", "/detail",
            "/error_description", "/base_resp/status_msg", "/errors", "/error", "/msg").map(JsonPointer::compile).toList();
    /** Members of an object that hold its reason. */
    private static final List<String> WORDS = List.of("msg", "message", "detail", "error");
    /** Characters. A provider may send megabytes, and a regular expression may need the square of that. */
    private static final int LONGEST = 4096;
    private static final int MOST_REASONS = 5;
    private static final int DEEPEST = 4;

    private final JsonPointer code;
    private final List<JsonPointer> messages;
    private final JsonPointer requestId;
    private final Set<String> ok = new HashSet<>();
    private final List<Row> rows = new ArrayList<>();

    private record Row(Pattern status, Pattern code, Pattern message, ErrorAction means) {
        boolean matches(int httpStatus, String errorCode, String text) {
            return (status == null || status.matcher(Integer.toString(httpStatus)).matches())
                    && (code == null || code.matcher(errorCode).matches())
                    && (message == null || message.matcher(text).find());
        }
    }

    /**
     * A provider's own account of an error.
     *
     * @param code      empty if it gives none; at most 4,096 characters
     * @param message   empty if it gives none; at most 4,096 characters
     * @param requestId null if it gives none
     */
    public record Said(String code, String message, String requestId) {}

    /** Reads the provider's own table and the common one. */
    ErrorTable(JsonNode own, JsonNode common) {
        code = pointer(own, "code");
        messages = Stream.concat(texts(own.path("message")).map(JsonPointer::compile), COMMON.stream()).toList();
        requestId = pointer(own, "requestId");
        own.path("ok").forEach(value -> ok.add(value.asText()));
        own.path("rows").forEach(row -> rows.add(row(row)));
        common.path("rows").forEach(row -> rows.add(row(row)));
    }

    /** Whether an answer with HTTP status 200 is an error all the same. */
    public boolean hides(JsonNode answer) {
        JsonNode value = at(answer, code);
        return !ok.isEmpty() && !value.isMissingNode() && !value.isNull() && !ok.contains(value.asText());
    }

    /** What the body of an error says; null if it is no JSON. */
    public Said said(JsonNode body) {
        return new Said(cut(at(body, code).asText("")), cut(message(body)), at(body, requestId).textValue());
    }

    /** What the error means; something nobody listed makes no sense. */
    public ErrorAction means(int status, Said said) {
        return rows.stream().filter(row -> row.matches(status, said.code(), said.message())).findFirst()
                .map(Row::means).orElse(ErrorAction.ODD);
    }

    private String message(JsonNode body) {
        return body != null && body.isTextual() ? body.textValue() : messages.stream()
                .map(pointer -> reason(at(body, pointer), DEEPEST)).filter(text -> !text.isEmpty()).findFirst().orElse("");
    }

    /** The words of a text, a list of reasons, or an object that holds one; empty if there are none. */
    private static String reason(JsonNode node, int deepest) {
        if (node.isArray() && deepest > 0) {
            return StreamSupport.stream(node.spliterator(), false).limit(MOST_REASONS)
                    .map(one -> reason(one, deepest - 1)).filter(text -> !text.isEmpty())
                    .collect(Collectors.joining("; "));
        }
        if (node.isObject() && deepest > 0) {
            String words = WORDS.stream().map(word -> reason(node.path(word), deepest - 1))
                    .filter(text -> !text.isEmpty()).findFirst().orElse("");
            String place = texts(node.path("loc")).collect(Collectors.joining("."));
            return words.isEmpty() || place.isEmpty() ? words : words + " (" + place + ')';
        }
        return node.isTextual() || node.isNumber() ? node.asText().strip() : "";
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    private static JsonNode at(JsonNode node, JsonPointer pointer) {
        return pointer == null || node == null ? MissingNode.getInstance() : node.at(pointer);
    }

    private static JsonPointer pointer(JsonNode table, String member) {
        return table.has(member) ? JsonPointer.compile(table.get(member).asText()) : null;
    }

    /** One text, or a list of them. */
    private static Stream<String> texts(JsonNode node) {
        return node.isArray() ? StreamSupport.stream(node.spliterator(), false).map(JsonNode::asText)
                : node.isTextual() ? Stream.of(node.textValue()) : Stream.empty();
    }

    private static Row row(JsonNode row) {
        return new Row(pattern(row, "status", 0), pattern(row, "code", 0),
                pattern(row, "message", Pattern.CASE_INSENSITIVE), ErrorAction.of(row.path("means").asText()));
    }

    private static Pattern pattern(JsonNode row, String member, int flags) {
        return row.has(member) ? Pattern.compile(row.get(member).asText(), flags) : null;
    }
}
