package org.finetunebridge.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FactParserTest {

    private static final ObjectMapper JSON = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    private static final String STATUS = """
            {"kind":"job.status-changed","job":"ft-1","key":["RUNNING"],"time":"2026-03-01 08:00:00",
             "data":{"status":"RUNNING","statusRaw":"RUNNING"},"raw":{"n":1}}""";
    private static final String CHECKPOINT = """
            {"kind":"checkpoint.changed","job":"ft-1","key":["checkpoint-1","READY"],
             "data":{"checkpoint":"checkpoint-1","status":"READY","statusRaw":"SUCCEEDED"},"raw":{"n":2}}""";
    private static final String LOG = """
            {"kind":"log.appended","job":"ft-1","key":[1702558487522,"hello"],"time":1702558487522,
             "data":{"level":"INFO","message":"hello"},"raw":{"n":3}}""";

    private final FactParser reader = new FactParser("acme", ZoneId.of("Asia/Shanghai"));

    @Test
    void readsAFact() {
        ParseResult result = read(STATUS);

        assertThat(result.reason()).isNull();
        assertThat(result.fact().kind()).isEqualTo(FactType.JOB_STATUS_CHANGED);
        assertThat(result.fact().time()).isEqualTo("2026-03-01T00:00:00Z");
        assertThat(result.fact().timeRaw().asText()).isEqualTo("2026-03-01 08:00:00");
        assertThat(result.fact().status()).isEqualTo("RUNNING");
        assertThat(result.id()).isEqualTo(result.fact().id());
        assertThat(read(CHECKPOINT).fact()).isNotNull();
        assertThat(read(LOG).fact()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            STATUS     | kind              | "job.deleted" | a kind of fact nobody knows
            STATUS     | kind              | null          | a kind of fact nobody knows
            STATUS     | job               | 5             | the job id is missing or not a text
            STATUS     | job               | " "           | the job id is missing or not a text
            STATUS     | job               | null          | the job id is missing or not a text
            STATUS     | job               | ".."          | a step in a path
            STATUS     | key               | []            | nothing distinguishes this record from another
            STATUS     | key               | [null]        | a field that its id is made of is missing
            STATUS     | key               | [""]          | a field that its id is made of is empty
            STATUS     | data              | 42            | not an object
            STATUS     | data.statusRaw    | 5             | the status is missing or not a text
            STATUS     | data.statusRaw    | null          | the status is missing or not a text
            STATUS     | data.status       | "DANCING"     | the mapping's status is not one of ours
            STATUS     | data.status       | "READY"       | the mapping's status is not one of ours
            CHECKPOINT | data.status       | "RUNNING"     | the mapping's status is not one of ours
            CHECKPOINT | data.checkpoint   | 7             | the checkpoint's name is missing or not a text
            LOG        | data.message      | {}            | the message is missing or not a text
            LOG        | data.message      | null          | the message is missing or not a text
            """)
    void refusesARecordThatCannotBeUsed(String record, String field, String value, String reason) {
        ParseResult result = read(changed(record, field, value));

        assertThat(result.fact()).isNull();
        assertThat(result.reason()).contains(reason);
        assertThat(result.raw().path("n").isInt()).isTrue();
        assertThat(result.id()).matches("[a-z2-7]{26}").isEqualTo(read(changed(record, field, value)).id());
    }

    /** Each of these lost the whole job, its events and its checkpoints. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            time     | "soon"                 | "soon"
            time     | "2026-02-30 10:00:00"  | "2026-02-30 10:00:00"
            time     | 1e400                  | 1E+400
            time     | {}                     | null
            time     | true                   | null
            time     | NaN                    | null
            time     | "0001-01-01T00:00:00Z" | null
            time     | ""                     | null
            time     | 0                      | null
            time     | -62135596800           | null
            time     | null                   | null
            appeared | [1]                    | null
            """)
    void losesNoRecordForATimeThatIsUnsetOrCannotBeRead(String field, String value, String raw) {
        Fact fact = read(changed(field.equals("time") ? "STATUS" : "CHECKPOINT", field, value)).fact();

        assertThat(fact).isNotNull();
        assertThat(fact.time()).isNull();
        assertThat(fact.appeared()).isNull();
        assertThat(String.valueOf(fact.timeRaw())).isEqualTo(raw);
    }

    /** Of one that can be used the dead letter says whose it is. */
    @Test
    void namesTheJobOfARecordThatCannotBeUsed() {
        String longest = "x".repeat(512);
        ObjectNode record = changed("STATUS", "job", '"' + longest + '"');
        assertThat(read(record).fact().job()).isEqualTo(longest);
        record.put("nosuch", 1);
        assertThat(read(record)).satisfies(result -> assertThat(result.reason()).contains("the mapping gives it nosuch"))
                .satisfies(result -> assertThat(result.job()).isEqualTo(longest));
        assertThat(read(record.put("job", longest + 'x')).job()).isNull();
    }

    @Test
    void readsWhatIsToBeAskedForOnce() {
        assertThat(read(STATUS).fact().once()).isEmpty();
        assertThat(read(changed("STATUS", "once", "{\"results\":\"" + "f".repeat(512) + "\"}")).fact().once())
                .containsExactly(Map.entry("results", "f".repeat(512)));
        for (String wrong : List.of("\"" + "f".repeat(513) + "\"", "\"..\"", "7", "null")) {
            assertThat(read(changed("STATUS", "once", "{\"results\":" + wrong + "}")).reason())
                    .contains("what results is asked with is no short text");
        }
    }

    @Test
    void refusesMetricsOfAnOriginNobodyKnows() {
        for (String origin : List.of("event", "elsewhere")) {
            ParseResult result = read("{\"kind\":\"metrics.recorded\",\"job\":\"ft-1\",\"key\":[7],\"data\":{\"origin\":\"" + origin
                    + "\",\"values\":{\"loss\":1}}}");
            assertThat(result.fact() != null).as(result.reason()).isEqualTo(origin.equals("event"));
        }
    }

    /** What the clock alone says: the same thing has the same id whenever it is said. */
    @Test
    void tellsWhatIsStalledOrExpires() {
        Instant at = Instant.parse("2026-03-08T00:00:00Z");
        Fact checkpoint = read(changed("CHECKPOINT", "data.expiresAt", "\"2026-03-08 08:00:00\"")).fact();
        Fact unreadable = read(changed("CHECKPOINT", "data.expiresAt", "\"soon\"")).fact();
        Fact model = read(changed("CHECKPOINT", "data.outputModel", "\"m\"")).fact();

        assertThat(reader.expiresAt(checkpoint)).isEqualTo(at);
        assertThat(reader.expiresAt(unreadable)).isNull();
        Fact expiring = reader.expiring(checkpoint, at);
        assertThat(expiring.kind()).isEqualTo(FactType.CHECKPOINT_EXPIRING);
        assertThat(expiring.job()).isEqualTo("ft-1");
        assertThat(expiring.data()).isEqualTo(json("{\"checkpoint\":\"checkpoint-1\",\"expiresAt\":\"2026-03-08T00:00:00Z\"}"));
        assertThat(expiring.id()).isEqualTo(reader.expiring(model, at).id()).isNotEqualTo(reader.expiring(model, at.plusSeconds(1)).id());
        assertThat(reader.expiring(model, at).data().path("outputModel").asText()).isEqualTo("m");

        Fact stalled = reader.stalled("ft-1", at, "RUNNING");
        assertThat(stalled.kind()).isEqualTo(FactType.JOB_STALLED);
        assertThat(stalled.data()).isEqualTo(json("{\"since\":\"2026-03-08T00:00:00Z\",\"status\":\"RUNNING\"}"));
        assertThat(stalled.id()).isEqualTo(reader.stalled("ft-1", at, "QUEUED").id()).isNotEqualTo(reader.stalled("ft-1", at.plusSeconds(1), "RUNNING").id());
    }

    @Test
    void refusesAJobIdThatIsABook() {
        assertThat(read(changed("STATUS", "job", '"' + "x".repeat(513) + '"')).reason()).contains("longer than 512");
    }

    @Test
    void publishesALineWithoutAnyText() {
        ObjectNode line = changed("LOG", "data.message", "\"\"");
        line.putArray("key").add(1702558487522L).add("");

        assertThat(reader.read(line).fact()).isNotNull();
    }

    @Test
    void refusesARecordWhoseDerivedFactCannotBeUsed() {
        ObjectNode line = changed("LOG", "level", "null");
        line.set("derived", changed("STATUS", "job", "7"));

        assertThat(reader.read(line).reason()).contains("the job id");
    }

    @Test
    void refusesWhatIsNoRecordAtAll() {
        ParseResult result = reader.read(JsonNodeFactory.instance.objectNode().put("raw", 42));

        assertThat(result.fact()).isNull();
        assertThat(result.raw().asInt()).isEqualTo(42);
        assertThat(result.job()).isNull();
    }

    private ParseResult read(String record) {
        return reader.read(json(record));
    }

    private ParseResult read(JsonNode record) {
        return reader.read(record);
    }

    private static ObjectNode changed(String record, String field, String value) {
        ObjectNode changed = (ObjectNode) json(switch (record) {
            case "STATUS" -> STATUS;
            case "CHECKPOINT" -> CHECKPOINT;
            default -> LOG;
        });
        ObjectNode of = field.startsWith("data.") ? (ObjectNode) changed.get("data") : changed;
        String name = field.substring(field.indexOf('.') + 1);
        if (value.equals("null")) {
            of.remove(name);
        } else {
            of.set(name, json(value));
        }
        return changed;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
