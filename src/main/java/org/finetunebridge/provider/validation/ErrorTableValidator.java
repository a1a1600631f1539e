package org.finetunebridge.provider.validation;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.finetunebridge.provider.validation.ProviderValidator.ValidationReport;

/** What is wrong with a provider's {@code -errors.json}, that would show only when it answers with an error. */
final class ErrorTableValidator {

    private static final Set<String> POINTERS = Set.of("code", "message", "requestId");
    private static final List<String> PATTERNS = List.of("status", "code", "message");
    private static final Set<String> MEANS = Set.of("transient", "throttled", "job", "source", "odd");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String file;
    private final ValidationReport problems;

    ErrorTableValidator(String file, ValidationReport problems) {
        this.file = file;
        this.problems = problems;
    }

    void look(String text) throws IOException {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                problems.add(file, 1, "is no JSON object");
                return;
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                member(parser.currentName(), parser);
            }
        } catch (JsonProcessingException e) {
            problems.add(file, e.getLocation().getLineNr(), "is not JSON: " + e.getOriginalMessage());
        }
    }

    private void member(String name, JsonParser parser) throws IOException {
        int line = parser.currentLocation().getLineNr();
        parser.nextToken();
        if (name.equals("rows") && parser.currentToken() == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                row(parser.currentLocation().getLineNr(), parser.readValueAsTree());
            }
            return;
        }
        JsonNode value = parser.readValueAsTree();
        if (name.equals("message") && value.isArray()) {
            value.forEach(one -> pointer(line, name, one.asText()));
        } else if (POINTERS.contains(name)) {
            pointer(line, name, value.asText());
        } else if (!(name.equals("ok") && value.isArray())) {
            problems.add(file, line, "no such member: " + name + "; there are " + String.join(", ", new TreeSet<>(POINTERS))
                    + ", and the lists ok and rows");
        }
    }

    private void pointer(int line, String name, String pointer) {
        try {
            JsonPointer.compile(pointer);
        } catch (IllegalArgumentException e) {
            problems.add(file, line, name + " is no JSON pointer: " + pointer);
        }
    }

    private void row(int line, JsonNode row) {
        row.fieldNames().forEachRemaining(name -> {
            if (!PATTERNS.contains(name) && !name.equals("means")) {
                problems.add(file, line, "no such member of a row: " + name + "; there are means, "
                        + String.join(", ", PATTERNS));
            }
        });
        PATTERNS.forEach(name -> pattern(line, name, row.path(name).asText()));
        String means = row.path("means").asText();
        if (!MEANS.contains(means)) {
            problems.add(file, line, "means is '" + means + "'; allowed are " + String.join(", ", new TreeSet<>(MEANS)));
        }
    }

    private void pattern(int line, String name, String pattern) {
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            problems.add(file, line, name + " is no regular expression: " + e.getDescription());
        }
    }
}
