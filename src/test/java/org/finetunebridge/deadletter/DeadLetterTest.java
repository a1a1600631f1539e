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
import org.finetunebridge.camel.http.Answered;
import org.finetunebridge.deadletter.DeadLetter.Kind;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.provider.RequestAttempt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeadLetterTest {

    private static final Instant NOW = Instant.parse("2026-03-01T04:05:06Z");
    /** As answers are read. */
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);

    private final DeadLetterFactory letters = new DeadLetterFactory(new CloudEventWriter("dashscope", "team", ZoneOffset.UTC, false));
    private final RequestAttempt attempt = new RequestAttempt();

    @BeforeEach
    void answered() {
        Answered.at(NOW, attempt);
    }

    @Test
    void givesARecordBackUnderTheNameThatItWasRefusedBy() throws IOException {
        for (String number : new String[] {"2.0E-5", "0.000016", "1.10", "1e400", "12345678901234567890.5", "-0.0"}) {
            ParseResult rejected = rejected("{\"hyper_parameters\": {\"learning_rate\": " + number + "}}");

            JsonNode record = read(letters.ofRecord(rejected, "", "jobs", attempt, NOW)).record();

            assertThat(ParseResult.nameOf(record)).as(number).isEqualTo(rejected.id());
        }
    }

    @Test
    void isForeignIfTheBridgeDidNotWriteIt() {
        for (String line : new String[] {"", "not JSON", "{\"id\":", "[1]", "5", "{}", "{\"data\": {\"account\": \"team\"}}",
            "{\"id\": \"a\", \"data\": {\"account\": \"team\", \"stage\": \"fetch\"}}",
            "{\"id\": \"a\", \"data\": {\"account\": \"team\", \"stage\": \"lunch\", \"error\": {\"class\": \"HTTP error\"}}}",
            "{\"id\": \"a\", \"data\": {\"stage\": \"fetch\", \"error\": {\"class\": \"HTTP error\"}}}"}) {
            assertThat(DeadLetter.read(line).kind()).as(line).isEqualTo(Kind.FOREIGN);
            assertThat(DeadLetter.read(line).text()).isEqualTo(line);
            assertThat(DeadLetter.read(line).account()).as(line).isEmpty();
        }
    }

    @Test
    void saysWhereInItsListTheRecordStood() throws IOException {
        assertThat(read(letters.ofRecord(rejected("7").at(12L), "ft-1", "logs", attempt, NOW)).position()).isEqualTo(12);
        assertThat(read(letters.ofRecord(rejected("7"), "ft-1", "logs", attempt, NOW)).position()).isNull();
    }

    @Test
    void holdsNoRecordWhereItDoesNotHoldAllOfIt() throws IOException {
        ParseResult large = rejected("{\"note\": \"" + "x".repeat(100_000) + "\"}");
        EncodedEvent event = new EncodedEvent("ft-1", "{\"id\":\"an-id\"}".getBytes(UTF_8), Map.of());

        assertThat(read(letters.ofRecord(large, "", "jobs", attempt, NOW)).kind()).isEqualTo(Kind.INCOMPLETE);
        assertThat(read(letters.ofEvent(event, "too large", attempt, NOW)).kind()).isEqualTo(Kind.INCOMPLETE);
        assertThat(read(letters.ofFailure(ProviderException.of(ErrorAction.JOB, "gone", null), 1, "ft-1", "job", attempt, NOW))
                .kind()).isEqualTo(Kind.REQUEST);
        assertThat(read(letters.ofRecord(rejected("null"), "", "jobs", attempt, NOW)).record().isNull()).isTrue();
    }

    private static DeadLetter read(EncodedEvent letter) {
        return DeadLetter.read(new String(letter.value(), UTF_8));
    }

    private static ParseResult rejected(String raw) throws IOException {
        JsonNode mapped = JSON.readTree("{\"facts\": [{\"kind\": \"job.status-changed\", \"raw\": " + raw + "}]}");
        return RecordPage.of(mapped, new FactParser("dashscope", ZoneOffset.UTC)).results().get(0);
    }
}
