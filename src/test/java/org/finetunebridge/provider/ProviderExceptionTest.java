package org.finetunebridge.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.finetunebridge.text.SecretRedactor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProviderExceptionTest {

    private static final SecretRedactor KEY = new SecretRedactor("sk-0123456789abcdef");

    @ParameterizedTest
    @CsvSource({"0, Unusable answer, fetch", "200, Provider error, fetch", "299, Provider error, fetch",
        "300, HTTP error, fetch", "429, HTTP error, fetch"})
    void isNamedAfterWhatTheProviderAnswered(int status, String name, String stage) {
        var failure = new ProviderException(ErrorAction.ODD, "why", status, "", null, null, null);
        assertThat(failure.name()).isEqualTo(name);
        assertThat(failure.stage()).isEqualTo(stage);
    }

    @Test
    void saysWhetherAnAnswerCameThatMakesNoSense() {
        assertThat(ProviderException.of(ErrorAction.ODD, "why", new byte[] {'x'}).stage()).isEqualTo("normalize");
        assertThat(ProviderException.of(ErrorAction.ODD, "why", null).stage()).isEqualTo("fetch");
        assertThat(new ProviderException(ErrorAction.ODD, "why", 500, "", null, null, new byte[] {'x'}).stage())
                .isEqualTo("fetch");
    }

    @Test
    void saysOfAPageThatCannotBeWrittenThatNoProviderIsToBlame() {
        var failure = ProviderException.unwritable("too large");
        assertThat(failure).hasMessage("too large");
        assertThat(failure.name()).isEqualTo("Unpublishable page");
        assertThat(failure.stage()).isEqualTo("publish");
        assertThat(failure.means()).isEqualTo(ErrorAction.JOB);
        assertThat(failure.body()).isNull();
    }

    @Test
    void tellsAllThatTheProviderSaid() {
        var failure = new ProviderException(ErrorAction.THROTTLED, "slow down", 429, "limit", "r-1",
                Duration.ofSeconds(3), "body".getBytes(UTF_8));
        assertThat(failure).hasMessage("slow down").hasNoCause();
        assertThat(failure.means()).isEqualTo(ErrorAction.THROTTLED);
        assertThat(failure.status()).isEqualTo(429);
        assertThat(failure.code()).isEqualTo("limit");
        assertThat(failure.requestId()).isEqualTo("r-1");
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(3));
        assertThat(failure.body()).asString(UTF_8).isEqualTo("body");
    }

    @Test
    void staysItselfWhereTheKeyIsNot() {
        var failure = new ProviderException(ErrorAction.JOB, "why", 400, "code", "r-1", null, "körper".getBytes(UTF_8));
        assertThat(failure.redacted(KEY)).isSameAs(failure);
        assertThat(failure.redacted(SecretRedactor.NONE)).isSameAs(failure);
        assertThat(ProviderException.of(ErrorAction.JOB, "why", null).redacted(KEY).body()).isNull();
    }

    /** Wherever the provider repeats it, and the rest stays to the byte, whatever its encoding. */
    @ParameterizedTest
    @CsvSource({"why sk-0123456789abcdef, code, body ü, why ***, code, body ü",
        "why, sk-0123456789abcdef, body ü, why, ***, body ü",
        "why, code, body sk-0123456789abcdef ü, why, code, body *** ü"})
    void losesTheKeyWhereverItIs(String message, String code, String body, String newMessage, String newCode,
            String newBody) {
        ProviderException failure = new ProviderException(ErrorAction.SOURCE, message, 401, code, "r-1",
                Duration.ofSeconds(3), body.getBytes(ISO_8859_1)).redacted(KEY);
        assertThat(failure).hasMessage(newMessage);
        assertThat(failure.code()).isEqualTo(newCode);
        assertThat(failure.body()).isEqualTo(newBody.getBytes(ISO_8859_1));
        assertThat(failure.status()).isEqualTo(401);
        assertThat(failure.means()).isEqualTo(ErrorAction.SOURCE);
        assertThat(failure.requestId()).isEqualTo("r-1");
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(3));
    }

    /** Where it stands alone: in a longer id the same characters mean something else. */
    @ParameterizedTest
    @CsvSource({"sk-0123456789abcdef, ***", "r-sk-0123456789abcdef, r-sk-0123456789abcdef"})
    void losesTheKeyInPlaceOfAnId(String id, String left) {
        var failure = new ProviderException(ErrorAction.JOB, "why", 400, "code", id, null, null);
        assertThat(failure.redacted(KEY).requestId()).isEqualTo(left);
        assertThat(failure.redacted(KEY)).hasMessage("why");
    }

    @Test
    void staysUnwritableWithoutTheKey() {
        ProviderException failure = ProviderException.unwritable("no sk-0123456789abcdef").redacted(KEY);
        assertThat(failure).hasMessage("no ***");
        assertThat(failure.stage()).isEqualTo("publish");
        assertThat(failure.body()).isNull();
    }
}
