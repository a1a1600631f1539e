package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactType;
import org.finetunebridge.settings.SourceSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobFilterTest {

    private static final Instant SINCE = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant BEFORE = SINCE.minusSeconds(1);

    @ParameterizedTest
    @CsvSource({"small,,true", ",small,true", "other,small,true", "small,other,true", ",,true", "other,,false",
            ",other,false",
            "other,another,false"})
    void wantsAJobOfItsModelsByEitherNameAndOneThatNamesNone(String baseModel, String model, boolean wanted) {
        assertThat(filter(List.of("small", "large"), null, ZoneOffset.UTC).wants(job(baseModel, model)))
                .isEqualTo(wanted);
    }

    @Test
    void wantsAnyJobWithoutAWordOfModels() {
        assertThat(filter(List.of(), null, ZoneOffset.UTC).wants(job("other", "another"))).isTrue();
    }

    @Test
    void takesNoJobForOldWithoutAMoment() {
        assertThat(filter(List.of(), null, ZoneOffset.UTC).isOld(created("2001-01-01T00:00:00Z", BEFORE))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"2026-02-28T23:59:59Z,true", "2026-03-01T00:00:00Z,false", "2026-03-01T00:00:01Z,false"})
    void takesAJobForOldThatWasCreatedBefore(String createdAt, boolean old) {
        assertThat(since(ZoneOffset.UTC).isOld(created(createdAt, null))).isEqualTo(old);
    }

    @Test
    void goesByTheCreationAndNotByTheFirstThatIsSeen() {
        assertThat(since(ZoneOffset.UTC).isOld(created("2026-02-28T00:00:00Z", SINCE))).isTrue();
        assertThat(since(ZoneOffset.UTC).isOld(created("2026-03-02T00:00:00Z", BEFORE))).isFalse();
    }

    @Test
    void readsACreationWithoutAZoneInTheZoneOfTheSource() {
        assertThat(since(ZoneId.of("Asia/Shanghai")).isOld(created("2026-03-01 07:59:59", null))).isTrue();
        assertThat(since(ZoneOffset.UTC).isOld(created("2026-03-01 07:59:59", null))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", value = {"none", "''", "yesterday"})
    void goesByTheFirstThatIsSeenIfTheCreationCannotBeRead(String createdAt) {
        assertThat(since(ZoneOffset.UTC).isOld(created(createdAt, BEFORE))).isTrue();
        assertThat(since(ZoneOffset.UTC).isOld(created(createdAt, SINCE))).isFalse();
        assertThat(since(ZoneOffset.UTC).isOld(created(createdAt, null))).as("without any time").isFalse();
    }

    private static JobFilter since(ZoneId zone) {
        return filter(List.of(), SINCE, zone);
    }

    private static JobFilter filter(List<String> models, Instant since, ZoneId zone) {
        SourceSettings of = DryRun.settings(List.of(), List.of(), 1, 0, Duration.ofSeconds(30), Duration.ZERO,
                Duration.ZERO);
        return new JobFilter(new SourceSettings(of.name(), of.provider(), of.baseUrl(), of.apiKey(), of.jobs(),
                models, since, of.period(), of.cron(), of.cronZone(), of.concurrency(), of.rate(), zone, of.requestTimeout(),
                of.own(), of.recheck(), of.recheckFor(), of.events(), of.access(), of.timed()));
    }

    private static Fact job(String baseModel, String model) {
        return fact(JsonNodeFactory.instance.objectNode().put("baseModel", baseModel).put("model", model), null);
    }

    private static Fact created(String createdAt, Instant time) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        return fact(createdAt == null ? data : data.put("createdAt", createdAt), time);
    }

    private static Fact fact(ObjectNode data, Instant time) {
        return new Fact(FactType.JOB_STATUS_CHANGED, "job-1", null, time, null, null, null, data, Map.of(), List.of());
    }
}
