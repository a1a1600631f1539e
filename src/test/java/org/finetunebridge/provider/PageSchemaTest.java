package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.finetunebridge.provider.JsltMapper.PageSchema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageSchemaTest {

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
            "[], facts is missing",
            "`{\"fatcs\": []}`, facts is missing",
            "`{\"facts\": {}}`, facts is of the wrong type",
            "`{\"facts\": [], \"nxet\": 2}`, it has no member nxet",
            "`{\"facts\": [], \"next\": {}}`, next is of the wrong type",
            "`{\"facts\": [], \"more\": \"yes\"}`, more is of the wrong type",
            "`{\"facts\": [], \"more\": 1}`, more is of the wrong type",
            "`{\"facts\": [], \"mark\": true}`, mark is of the wrong type",
            "`{\"facts\": [], \"newestFirst\": \"true\"}`, newestFirst is of the wrong type",
            "`{\"next\": {}, \"facts\": []}`, next is of the wrong type",
            "7, facts is missing"})
    void saysWhatIsWrong(String page, String problem) throws JsonProcessingException {
        assertThat(PageSchema.problem(new ObjectMapper().readTree(page))).startsWith(problem);
    }

    @Test
    void saysWhatAPageMayHave() throws JsonProcessingException {
        assertThat(PageSchema.problem(new ObjectMapper().readTree("{\"facts\": [], \"fatcs\": []}")))
                .isEqualTo("it has no member fatcs, only facts, mark, more, newestFirst, next, requestId");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"facts\": []}",
        "{\"facts\": [1], \"next\": 2, \"mark\": \"m\", \"more\": true, \"newestFirst\": false}",
        "{\"facts\": [], \"next\": \"n\", \"mark\": 3, \"more\": \"unknown\", \"requestId\": \"r\"}",
        "{\"facts\": [], \"requestId\": 7}"})
    void findsNothingWrongWithAWholePage(String page) throws JsonProcessingException {
        assertThat(PageSchema.problem(new ObjectMapper().readTree(page))).isNull();
    }
}
