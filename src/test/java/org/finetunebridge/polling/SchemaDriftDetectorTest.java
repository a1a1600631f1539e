package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.junit.jupiter.api.Test;

class SchemaDriftDetectorTest {

    private final SchemaDriftDetector drift = new SchemaDriftDetector("acme", Map.of("jobs", Set.of("id")));

    @Test
    void countsANameOnceHoweverOftenItIsSeen() {
        for (int poll = 0; poll < 5; poll++) {
            drift.look("jobs", job("id", "surprise"));
            drift.look("job", job("id", "surprise"));
            drift.look("events", job("id", "surprise"));
        }
        assertThat(drift.count()).as("of the list and of one job").isEqualTo(2);
        drift.look("jobs", job("another"));
        assertThat(drift.count()).isEqualTo(3);
    }

    @Test
    void keepsNoMoreNamesThanItMustAndNoLongOnes() {
        for (int name = 0; name < 1_000; name++) {
            drift.look("jobs", job("x".repeat(10_000) + name));
        }
        assertThat(drift.count()).as("cut, they are equal").isOne();
        for (int name = 0; name < 1_000; name++) {
            drift.look("jobs", job("name-" + name));
        }
        assertThat(drift.count()).isEqualTo(200);
    }

    @Test
    void countsEveryUnknownStatusOfARecordAndOfWhatItShowsBesides() {
        drift.look("jobs", status("UNKNOWN", "baking", "UNKNOWN", "cooling"));
        drift.look("jobs", status("UNKNOWN", "baking", "RUNNING", "running"));

        assertThat(drift.count()).isEqualTo(2);
        drift.look("jobs", status("RUNNING", "running", "UNKNOWN", "cooked"));
        assertThat(drift.count()).isEqualTo(3);
    }

    @Test
    void cutsNoNameThatIsShortEnough() {
        String longest = "x".repeat(100 - "jobs.".length());
        drift.look("jobs", job(longest));
        drift.look("jobs", job(longest + "y"));
        assertThat(drift.count()).isEqualTo(2);

        drift.look("jobs", job(longest + "z"));
        assertThat(drift.count()).as("cut, it is one of them").isEqualTo(2);
    }

    @Test
    void looksAtNothingThatIsNoObjectOrHasNoListOfFields() {
        drift.look("jobs", new ParseResult(null, JsonNodeFactory.instance.arrayNode()
                .add("surprise"), "id", "bad", null, null));
        drift.look("events", job("surprise"));

        assertThat(drift.count()).isZero();
    }

    private static ParseResult status(String status, String raw, String besides, String besidesRaw) {
        Fact derived = new Fact(FactType.JOB_STATUS_CHANGED, "j", null, null, null, null, null,
                data(besides, besidesRaw), Map.of(), List.of());
        Fact fact = new Fact(FactType.JOB_STATUS_CHANGED, "j", null, null, null, null, null, data(status, raw),
                Map.of(), List.of(derived));
        return new ParseResult(fact, JsonNodeFactory.instance.objectNode(), raw, null, "j", null);
    }

    private static ObjectNode data(String status, String raw) {
        return JsonNodeFactory.instance.objectNode().put("status", status).put("statusRaw", raw);
    }

    private static ParseResult job(String... fields) {
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ObjectNode raw = page.putArray("facts").addObject().putObject("raw");
        for (String field : fields) {
            raw.put(field, 1);
        }
        return RecordPage.of(page, new FactParser("acme", ZoneOffset.UTC)).results().get(0);
    }
}
