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
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The error tables in {@code routes/}: what they say of every error a provider documents. */
class ErrorTableTest {

    private static final Path ROUTES = Path.of("routes");
    private static final ProviderRegistry PROVIDERS = new ProviderRegistry(routes());

    @TestFactory
    Stream<DynamicTest> isWrittenInWordsAndRegexesWeKnow() {
        return tables().map(table -> dynamicTest(table.getFileName().toString(), () -> {
            for (JsonNode row : read(table).path("rows")) {
                assertThat(row.path("means").asText()).as("%s", row).isIn("transient", "throttled", "job", "source", "odd");
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
            dashscope, 429, Throttling, Requests throttling triggered., throttled
            dashscope, 429, Throttling, Too many requests in route. Please try again later., throttled
            dashscope, 429, Throttling, 'Too many fine-tune job in running, please retry later.', job
            dashscope, 429, Throttling, Only 20 fine-tune job in running or succeeded allowed per user., job
            dashscope, 429, Throttling.RateQuota, You exceeded your request limit., throttled
            dashscope, 429, , , throttled
            dashscope, 429, PrepaidBillOverdue, The bill is overdue., job
            dashscope, 429, CommodityNotPurchased, Not purchased., job
            dashscope, 500, InternalError, Internal server error!, transient
            dashscope, 503, , , transient
            dashscope, 302, , , odd
            minimax, 200, 0, success, ok
            minimax, 200, 1000, unknown error, transient
            minimax, 200, 1002, rate limit, throttled
            minimax, 200, 2045, rate growth limit, throttled
            minimax, 200, 1039, token limit, throttled
            minimax, 200, 1004, token not match group, source
            minimax, 401, 1004, login fail, source
            minimax, 200, 2049, invalid api key, source
            minimax, 200, 2013, invalid params, job
            minimax, 200, 20132, invalid samples, job
            minimax, 200, 2056, usage limit exceeded, job
            minimax, 200, 4711, never heard of, odd
            minimax, 503, 4711, never heard of, transient
            minimax, 429, , , throttled
            openai, 429, rate_limit_exceeded, Rate limit reached, throttled
            openai, 429, insufficient_quota, You exceeded your current quota, source
            azure-openai, 429, , , throttled
            azure-openai, 409, , , transient
            together, 402, , , source
            mistral, 422, , , job
            """)
    void knowsWhatAnErrorMeans(String provider, int status, String code, String message, String meaning)
            throws IOException {
        ErrorTable table = PROVIDERS.read(provider).errors();
        boolean fine = provider.equals("minimax") && code != null && !table.hides(json(
                "{\"base_resp\":{\"status_code\":" + code + "}}"));
        String found = fine ? "ok" : table.means(status, new ErrorTable.Said(code == null ? "" : code,
                message == null ? "" : message, null)).name().toLowerCase(Locale.ROOT);
        assertThat(found).isEqualTo(meaning);
    }

    /** Each of these was "HTTP 422" and no more. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            openai       | {"error":{"message":"No such job","code":"x"}}                    | No such job
            openai       | {"error":"No such job"}                                           | No such job
            together     | {"message":"No such job"}                                         | No such job
            mistral      | {"detail":"No such job"}                                          | No such job
            mistral      | {"detail":[{"loc":["query","page_size"],"msg":"too large","type":"t"}]} | too large (query.page_size)
            mistral      | {"detail":[{"msg":"one"},{"msg":"two"},7,null]}                   | one; two; 7
            dashscope    | {"code":"c","message":"","error":{"message":"No such job"}}       | No such job
            minimax      | {"base_resp":{"status_code":2013,"status_msg":"invalid params"}}  | invalid params
            azure-openai | {"errors":[{"message":"No such job"}]}                            | No such job
            openai       | {"errors":["one","two"]}                                          | one; two
            openai       | {"error":"invalid_client","error_description":"No such client"}   | No such client
            openai       | {"status":404,"error":"Not Found","message":"No such job"}        | No such job
            openai       | {"error":{"detail":{"message":"No such job"}}}                    | No such job
            openai       | "No such job"                                                     | No such job
            openai       | {"error":null,"message":false,"detail":[]}                        | ~~
            openai       | []                                                                | ~~
            """)
    void findsTheReasonInEachDocumentedOrCommonShape(String provider, String body, String reason) throws IOException {
        assertThat(PROVIDERS.read(provider).errors().said(json(body)).message()).isEqualTo(reason);
    }

    @Test
    void saysNothingOfABodyThatIsNoJson() throws IOException {
        assertThat(PROVIDERS.read("openai").errors().said(null)).isEqualTo(new ErrorTable.Said("", "", null));
    }

    /** The pattern of this row needs the square of the message's length where it does not match. */
    @Test
    @Timeout(10)
    void cutsALongReasonBeforeItIsMatched() throws IOException {
        String endless = "fine-tune job ".repeat(1_000_000);
        ErrorTable.Said said = PROVIDERS.read("dashscope").errors().said(json("{\"code\":\"" + endless + "\",\"message\":\""
                + endless + "\"}"));

        assertThat(said.message()).hasSize(4096);
        assertThat(said.code()).hasSize(4096);
        assertThat(PROVIDERS.read("dashscope").errors().means(429, said)).isEqualTo(ErrorAction.THROTTLED);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            404, X.1,  '',                     SOURCE
            500, X.1,  '',                     TRANSIENT
            418, X.1,  '',                     ODD
            40,  X.1,  '',                     ODD
            422, X.17, '',                     JOB
            422, X.1,  '',                     ODD
            422, X.17a, '',                    ODD
            409, '',   'It IS too Late, sadly', JOB
            409, '',   It is late,             ODD
            """)
    void asksTheProvidersOwnRowsThenTheCommonOnes(int status, String code, String message,
            ErrorAction means) throws IOException {
        var table = new ErrorTable(json("""
                {"rows": [{"status": "40[34]", "means": "source"},
                          {"status": "422", "code": "X\\\\.[0-9]{2}", "means": "job"},
                          {"message": "is too late", "means": "job"}]}"""), json("""
                {"rows": [{"status": "404", "means": "job"}, {"status": "5..", "means": "transient"}]}"""));
        assertThat(table.means(status, new ErrorTable.Said(code, message, null))).isEqualTo(means);
    }

    /** An answer of status 200 that does not say that it is fine is believed: it may be a list. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            { "code": "/code", "ok": [0, "fine"] } | { "code": 1 }      | true
            { "code": "/code", "ok": [0, "fine"] } | { "code": "bad" }  | true
            { "code": "/code", "ok": [0, "fine"] } | { "code": 0 }      | false
            { "code": "/code", "ok": [0, "fine"] } | { "code": "fine" } | false
            { "code": "/code", "ok": [0, "fine"] } | { "code": null }   | false
            { "code": "/code", "ok": [0, "fine"] } | { "data": [] }     | false
            { "code": "/code" }                    | { "code": 1 }      | false
            { "ok": [0] }                          | { "code": 1 }      | false
            """)
    void findsAnErrorInAnAnswerThatSaysItIsNotFine(String table, String answer, boolean hides) throws IOException {
        assertThat(new ErrorTable(json(table), json("{}")).hides(json(answer))).isEqualTo(hides);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"b":"two","a":"one"}                              | one
            {"b":"two","a":" "}                                | two
            {"message":"common","b":"two"}                     | two
            {"message":"common"}                               | common
            {"a":{"msg":"  late "}}                            | late
            {"a":{"msg":"late","loc":"body"}}                  | late (body)
            {"a":{"msg":"late","loc":["body",0,"id"]}}         | late (body.0.id)
            {"a":{"msg":"late","loc":[]}}                      | late
            {"a":{"loc":["body"]},"b":"two"}                   | two
            {"a":{"error":"e","detail":"d","message":"m"}}     | m
            {"a":{"error":"e","detail":"d"}}                   | d
            {"a":4.5}                                          | 4.5
            {"a":[1,2,3,4,5,6,7]}                              | 1; 2; 3; 4; 5
            {"a":["","one",null,"two"]}                        | one; two
            {"a":[[[["deep"]]]]}                               | deep
            {"a":[[[[["deeper"]]]]]}                           | ~~
            {"a":{"msg":{"msg":{"msg":{"msg":"deep"}}}}}       | deep
            {"a":{"msg":{"msg":{"msg":{"msg":{"msg":"d"}}}}}}  | ~~
            {"a":[{"msg":[{"msg":"deep"}]}]}                   | deep
            """)
    void readsTheReasonWhereTheTableSaysItIsBeforeElsewhere(String body, String reason) throws IOException {
        var table = new ErrorTable(json("{\"message\": [\"/a\", \"/b\"]}"), json("{}"));
        assertThat(table.said(json(body))).isEqualTo(new ErrorTable.Said("", reason, null));
    }

    @Test
    void readsTheCodeAndTheNameOfTheRequest() throws IOException {
        var table = new ErrorTable(json("{\"code\": \"/error/code\", \"message\": \"/why\", \"requestId\": \"/id\"}"),
                json("{}"));
        assertThat(table.said(json("{\"error\": {\"code\": 17}, \"why\": \"late\", \"id\": \"r-1\"}")))
                .isEqualTo(new ErrorTable.Said("17", "late", "r-1"));
        assertThat(table.said(json("{\"id\": 5, \"why\": \"" + "x".repeat(4096) + "\"}")))
                .isEqualTo(new ErrorTable.Said("", "x".repeat(4096), null));
        assertThat(table.said(json("{\"why\": \"" + "x".repeat(4096) + "y\"}")).message()).isEqualTo("x".repeat(4096));
    }

    private static Stream<Path> tables() {
        try (Stream<Path> all = Files.list(ROUTES)) {
            return all.filter(file -> file.toString().endsWith("errors.json")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RouteFiles routes() {
        try {
            return new RouteFiles(ErrorTableTest.class.getClassLoader(), List.of(), List.of(ROUTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    private static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
