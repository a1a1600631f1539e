package org.finetunebridge.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretRedactorTest {

    private final SecretRedactor secret = new SecretRedactor("sk-a/b+c=.d");

    @ParameterizedTest
    @ValueSource(strings = {"sk-a/b+c=.d", "sk-a\\/b+c=.d", "sk\\u002da\\u002fb\\u002Bc\\u003D\\u002ed",
        "sk-a%2Fb%2bc%3D.d"})
    void comesOutOfATextHoweverItsSignsAreWritten(String written) {
        assertThat(secret.outOf("the key " + written + " is wrong: " + written)).isEqualTo(
                "the key *** is wrong: ***");
    }

    @Test
    void leavesOtherTextsAlone() {
        assertThat(secret.mayBeIn("ab+c=xd")).isFalse();
        assertThat(secret.outOf("sk-a/b+c=xd and sk-")).isEqualTo("sk-a/b+c=xd and sk-");
        assertThat(secret.outOf(null)).isNull();
        assertThat(SecretRedactor.NONE.outOf("any text")).isEqualTo("any text");
    }

    /** A key of one letter, as one uses at a local gateway, made {@code ftjob-x1} to {@code ftjob-***1}. */
    @ParameterizedTest
    @ValueSource(strings = {"x", "test", "0123456789abcde"})
    void takesAShortKeyOutOfErrorsAsAWordOnlyAndNeverOutOfRecords(String key) {
        var redactor = new SecretRedactor(key);
        assertThat(redactor.outOf("key '" + key + "': no " + key + "1, no 1" + key)).isEqualTo(
                "key '***': no " + key + "1, no 1" + key);
        assertThat(redactor.outOfRecords("{\"key\":\"" + key + "\"}")).isEqualTo("{\"key\":\"" + key + "\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ft:KEY:acme::B7q8", "ft:gpt:acme:KEY:B7q8", "KEY-1", "ftjob-KEY", "https://x.example/KEY",
        "KEY/gpt", "KEY.ft-1", "a_KEY", "%20KEY", "me@KEY"})
    void leavesALongKeyInAnIdOrAnAddressOfARecord(String text) {
        var redactor = new SecretRedactor("gpt-4o-mini-2024-07-18");
        String record = '"' + text.replace("KEY", "gpt-4o-mini-2024-07-18") + '"';
        assertThat(redactor.outOfRecords(record)).isEqualTo(record);
        assertThat(redactor.outOf(record)).contains("***");
    }

    @ParameterizedTest
    @ValueSource(strings = {"KEY", "the key KEY is wrong", "KEY.", "key=KEY", "(KEY)", "KEY: no", "line\\nKEY", "\\\"KEY\\\""})
    void takesALongKeyThatStandsAloneOutOfARecord(String text) {
        var redactor = new SecretRedactor("sk-test-0123456789abcdef");
        assertThat(redactor.outOfRecords('"' + text.replace("KEY", "sk-test-0123456789abcdef") + '"'))
                .isEqualTo('"' + text.replace("KEY", "***") + '"');
    }
}
