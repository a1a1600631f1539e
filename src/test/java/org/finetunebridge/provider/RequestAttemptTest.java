package org.finetunebridge.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.finetunebridge.text.SecretRedactor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestAttemptTest {

    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

    private final RequestAttempt attempt = new RequestAttempt();

    @ParameterizedTest
    @CsvSource(nullValues = "null", value = {"/jobs, limit=1, GET /jobs?limit=1", "/jobs, '', GET /jobs",
        "/jobs, null, GET /jobs",
        "/jo\u001bbs, a=\u001bb, GET /jo?bs?a=?b"})
    void showsWhatWasAskedInOneLine(String path, String query, String request) {
        attempt.asked("GET", path, query);
        assertThat(attempt.request()).isEqualTo(request);
    }

    @Test
    void showsNothingBeforeItIsAsked() {
        assertThat(attempt.request()).isEmpty();
        assertThatNothingIsAnswered();
    }

    @Test
    void showsWhatWasAnsweredAndHowLongThatTook() {
        attempt.asked("GET", "/jobs", "");
        attempt.sent();
        attempt.answered("body".getBytes(UTF_8), NOW, "r\u001b1");
        attempt.rest(Duration.ofSeconds(7));

        assertThat(attempt.body()).asString(UTF_8).isEqualTo("body");
        assertThat(attempt.observedAt()).isEqualTo(NOW);
        assertThat(attempt.requestId()).isEqualTo("r?1");
        assertThat(attempt.took()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
        assertThat(attempt.rest()).isEqualTo(Duration.ofSeconds(7));

        attempt.answered("other".getBytes(UTF_8), NOW, null);
        assertThat(attempt.requestId()).as("an answer without a name").isNull();
    }

    /** What one page said is not shown beside the next, which may never come. */
    @Test
    void forgetsAnAnswerWhenItAsksAgain() {
        attempt.answered("body".getBytes(UTF_8), NOW, "r-1");
        attempt.rest(Duration.ofSeconds(7));

        attempt.asked("POST", "/jobs/1", "after=2");

        assertThat(attempt.request()).isEqualTo("POST /jobs/1?after=2");
        assertThatNothingIsAnswered();
    }

    @Test
    void takesOnlyTheKeyItWasSentWithOutOfAFailure() {
        var failure = ProviderException.of(ErrorAction.SOURCE, "no sk-0123456789abcdef", null);
        assertThat(attempt.redacted(failure)).isSameAs(failure);

        attempt.sentWith(new SecretRedactor("sk-0123456789abcdef"));

        assertThat(attempt.redacted(failure)).hasMessage("no ***");
    }

    private void assertThatNothingIsAnswered() {
        assertThat(attempt.body()).isNull();
        assertThat(attempt.observedAt()).isNull();
        assertThat(attempt.requestId()).isNull();
        assertThat(attempt.took()).isNull();
        assertThat(attempt.rest()).isNull();
    }
}
