package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.finetunebridge.provider.JsltMapper.PageSchema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PageSchemaTest {

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
            "[], facts is missing",
            "`{\"fatcs\": []}`, facts is missing",
            "`{\"facts\": {}}`, facts is of the wrong type",
            "`{\"facts\": [], \"nxet\": 2}`, it has no member nxet",
            "`{\"facts\": [], \"next\": {}}`, next is of the wrong type",
            "`{\"facts\": [], \"more\": \"yes\"}`, more is of the wrong type"})
    void saysWhatIsWrong(String page, String problem) throws JsonProcessingException {
        assertThat(PageSchema.problem(new ObjectMapper().readTree(page))).startsWith(problem);
    }
}
