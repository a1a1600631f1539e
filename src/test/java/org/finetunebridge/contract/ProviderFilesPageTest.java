package org.finetunebridge.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.schibsted.spt.data.jslt.Expression;
import com.schibsted.spt.data.jslt.Parser;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code docs/provider-files.md} shows of JSLT does what it says. */
class ProviderFilesPageTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern SNIPPET = Pattern.compile("```jslt\\n(.*?)```", Pattern.DOTALL);

    private final Expression stored = snippet("stored(.)");

    ProviderFilesPageTest() throws IOException {}

    /** As the project's own test asks of every mapping: whatever the fields of a record hold, raw is the record. */
    @ParameterizedTest
    @ValueSource(strings = {"null", "true", "42", "1.50", "\"x\"", "[]", "[null]", "{}", "{\"a\":null}", "{\"status\":5}",
        "{\"a\":{\"signedUrl\":\"u\"}}", "{\"a\":\"\",\"b\":[]}"})
    void storesARecordWithoutASecretAsItCame(String record) throws IOException {
        JsonNode read = JSON.readTree(record);
        assertThat(stored.apply(read)).isEqualTo(read);
    }

    @Test
    void storesNoSecret() throws IOException {
        assertThat(stored.apply(JSON.readTree("{\"a\":1,\"signedUrl\":\"https://x?sig=1\",\"b\":[]}")))
                .isEqualTo(JSON.readTree("{\"a\":1,\"b\":[]}"));
    }

    @Test
    void makesNoListOfFallback() throws IOException {
        assertThat(compile("fallback(.x, [])").apply(JSON.readTree("{}")).isNull()).isTrue();
        assertThat(compile("if (is-array(.x)) .x else []").apply(JSON.readTree("{}"))).isEqualTo(JSON.readTree("[]"));
    }

    private static Expression snippet(String call) throws IOException {
        Matcher shown = SNIPPET.matcher(Files.readString(Path.of("docs/provider-files.md")));
        assertThat(shown.find()).isTrue();
        return compile("let secret = [\"signedUrl\"]\n" + shown.group(1) + call);
    }

    /** As the bridge compiles a mapping. */
    private static Expression compile(String text) {
        return new Parser(new StringReader(text)).withObjectFilter(value -> !value.isNull()).compile();
    }
}
