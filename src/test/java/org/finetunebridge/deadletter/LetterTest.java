package org.finetunebridge.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.finetunebridge.event.Envelope;
import org.finetunebridge.event.Event;
import org.finetunebridge.event.FactReader;
import org.finetunebridge.event.Finding;
import org.finetunebridge.event.Page;
import org.finetunebridge.fetch.Answered;
import org.finetunebridge.fetch.Attempt;
import org.finetunebridge.fetch.Failure;
import org.finetunebridge.provider.Means;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LetterTest {

    private static final Instant NOW = Instant.parse("2026-03-01T04:05:06Z");
    /** As answers are read. */
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);

    private final DeadLetters letters = new DeadLetters(new Envelope("dashscope", "team", ZoneOffset.UTC, false));
    private final Attempt attempt = new Attempt();

    @BeforeEach
    void answered() {
        Answered.at(NOW, attempt);
    }

    @Test
    void givesARecordBackUnderTheNameThatItWasRefusedBy() throws IOException {
        for (String number : new String[] {"2.0E-5", "0.000016", "1.10", "1e400", "12345678901234567890.5", "-0.0"}) {
            Finding refused = refused("{\"hyper_parameters\": {\"learning_rate\": " + number + "}}");

            JsonNode record = read(letters.ofRecord(refused, "", "jobs", attempt)).record();

            assertThat(Finding.nameOf(record)).as(number).isEqualTo(refused.id());
        }
    }

    @Test
    void isWithoutANameIfSomebodyWroteItByHand() {
        for (String line : new String[] {"", "not JSON", "{\"id\":", "[1]", "5"}) {
            assertThat(Letter.read(line).id()).as(line).isEmpty();
            assertThat(Letter.read(line).account()).as(line).isEmpty();
        }
    }

    @Test
    void holdsNoRecordWhereItDoesNotHoldAllOfIt() throws IOException {
        Finding large = refused("{\"note\": \"" + "x".repeat(100_000) + "\"}");
        Event event = new Event("ft-1", "{\"id\":\"an-id\"}".getBytes(UTF_8), Map.of());

        assertThat(read(letters.ofRecord(large, "", "jobs", attempt)).record().isMissingNode()).isTrue();
        assertThat(read(letters.ofEvent(event, "too large", attempt)).record().isMissingNode()).isTrue();
        assertThat(read(letters.ofFailure(Failure.of(Means.JOB, "gone", null), 1, "ft-1", "job", attempt, NOW))
                .record()).isNull();
    }

    private static Letter read(Event letter) {
        return Letter.read(new String(letter.value(), UTF_8));
    }

    private static Finding refused(String raw) throws IOException {
        JsonNode mapped = JSON.readTree("{\"facts\": [{\"kind\": \"job.status-changed\", \"raw\": " + raw + "}]}");
        return Page.of(mapped, new FactReader("dashscope", ZoneOffset.UTC)).findings().get(0);
    }
}
