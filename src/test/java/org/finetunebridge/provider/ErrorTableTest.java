package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The error tables in {@code routes/}: what they say of every error a provider documents. */
class ErrorTableTest {

    private static final Path ROUTES = Path.of("routes");

    @TestFactory
    Stream<DynamicTest> isWrittenInWordsAndRegexesWeKnow() {
        return tables().map(table -> dynamicTest(table.getFileName().toString(), () -> {
            for (JsonNode row : read(table).path("rows")) {
                assertThat(row.path("means").asText()).as("%s", row).isIn("transient", "job", "source", "odd");
                assertThat(row.size()).as("conditions of %s", row).isBetween(2, 4);
                for (String part : List.of("status", "code", "message")) {
                    assertThatCode(() -> Pattern.compile(row.path(part).asText())).as("%s", row)
                            .doesNotThrowAnyException();
                }
            }
        }));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            dashscope, 400, InvalidParameter, Missing training files, job
            dashscope, 401, InvalidApiKey, Invalid API-key provided., source
            dashscope, 400, InvalidApiKey, Invalid API-key provided., source
            dashscope, 403, Workspace.AccessDenied, Workspace access denied., source
            dashscope, 404, NotFound, Not Found!, job
            dashscope, 409, Conflict, exists, job
            dashscope, 408, , , transient
            dashscope, 425, , , transient
            dashscope, 429, Throttling, Requests throttling triggered., transient
            dashscope, 429, Throttling, Too many requests in route. Please try again later., transient
            dashscope, 429, Throttling, 'Too many fine-tune job in running, please retry later.', job
            dashscope, 429, Throttling, Only 20 fine-tune job in running or succeeded allowed per user., job
            dashscope, 429, Throttling.RateQuota, You exceeded your request limit., transient
            dashscope, 429, , , transient
            dashscope, 429, PrepaidBillOverdue, The bill is overdue., job
            dashscope, 429, CommodityNotPurchased, Not purchased., job
            dashscope, 500, InternalError, Internal server error!, transient
            dashscope, 503, , , transient
            dashscope, 302, , , odd
            minimax, 200, 0, success, ok
            minimax, 200, 1000, unknown error, transient
            minimax, 200, 1002, rate limit, transient
            minimax, 200, 2045, rate growth limit, transient
            minimax, 200, 1004, token not match group, source
            minimax, 401, 1004, login fail, source
            minimax, 200, 2049, invalid api key, source
            minimax, 200, 2013, invalid params, job
            minimax, 200, 20132, invalid samples, job
            minimax, 200, 2056, usage limit exceeded, job
            minimax, 200, 4711, never heard of, odd
            minimax, 503, 4711, never heard of, transient
            minimax, 429, , , transient
            """)
    void knowsWhatAnErrorMeans(String provider, String status, String code, String message, String meaning) {
        JsonNode own = read(ROUTES.resolve(provider + "-errors.json"));
        boolean fine = elements(own.path("ok")).anyMatch(ok -> ok.asText().equals(code));
        String found = fine ? "ok" : Stream.of(own, read(ROUTES.resolve("errors.json")))
                .flatMap(table -> elements(table.path("rows")))
                .filter(row -> whole(row.get("status"), status) && whole(row.get("code"), code))
                .filter(row -> somewhere(row.get("message"), message))
                .findFirst().orElseThrow().get("means").asText();
        assertThat(found).isEqualTo(meaning);
    }

    private static boolean whole(JsonNode regex, String value) {
        return regex == null || value != null && value.matches(regex.asText());
    }

    private static boolean somewhere(JsonNode regex, String value) {
        return regex == null
                || value != null && Pattern.compile(regex.asText(), Pattern.CASE_INSENSITIVE).matcher(value).find();
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static Stream<Path> tables() {
        try (Stream<Path> all = Files.list(ROUTES)) {
            return all.filter(file -> file.toString().endsWith("errors.json")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
