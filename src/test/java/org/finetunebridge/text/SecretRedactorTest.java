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
        assertThat(secret.isIn("sk-a/b+c=xd and sk-")).isFalse();
        assertThat(secret.outOf("sk-a/b+c=xd and sk-")).isEqualTo("sk-a/b+c=xd and sk-");
    }
}
