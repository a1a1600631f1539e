package org.finetunebridge.provider;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a provider's errors mean: {@code <provider>-errors.json}, then the rows common to all in {@code errors.json}.
 * The first row whose given members all match decides.
 */
public final class ErrorTable {

    private final JsonPointer code;
    private final JsonPointer message;
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
     * @param code      empty if it gives none
     * @param message   empty if it gives none
     * @param requestId null if it gives none
     */
    public record Said(String code, String message, String requestId) {}

    /** Reads the provider's own table and the common one. */
    ErrorTable(JsonNode own, JsonNode common) {
        code = pointer(own, "code");
        message = pointer(own, "message");
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

    /** What the body of an error says. */
    public Said said(JsonNode body) {
        return new Said(at(body, code).asText(""), at(body, message).asText(""), at(body, requestId).textValue());
    }

    /** What the error means; something nobody listed makes no sense. */
    public ErrorAction means(int status, Said said) {
        return rows.stream().filter(row -> row.matches(status, said.code(), said.message())).findFirst()
                .map(Row::means).orElse(ErrorAction.ODD);
    }

    private static JsonNode at(JsonNode node, JsonPointer pointer) {
        return pointer == null || node == null ? MissingNode.getInstance() : node.at(pointer);
    }

    private static JsonPointer pointer(JsonNode table, String member) {
        return table.has(member) ? JsonPointer.compile(table.get(member).asText()) : null;
    }

    private static Row row(JsonNode row) {
        return new Row(pattern(row, "status", 0), pattern(row, "code", 0),
                pattern(row, "message", Pattern.CASE_INSENSITIVE), ErrorAction.of(row.path("means").asText()));
    }

    private static Pattern pattern(JsonNode row, String member, int flags) {
        return row.has(member) ? Pattern.compile(row.get(member).asText(), flags) : null;
    }
}
