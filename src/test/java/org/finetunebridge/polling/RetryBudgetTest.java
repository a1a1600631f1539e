package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.finetunebridge.settings.SourceSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryBudgetTest {

    @ParameterizedTest
    @CsvSource({"PT30S,PT30S", "PT1M59S,PT1M59S", "PT2M,PT2M", "PT1H,PT2M"})
    void keepsAtWhatFailsUntilTheNextCycleButNoLongerThanACatchUpDoes(Duration period, Duration retry) {
        assertThat(RetryBudget.watching(source(period, null))).isEqualTo(new RetryBudget(retry, false));
    }

    /** Its cycles may be far apart, whatever the period would be. */
    @Test
    void keepsAtWhatFailsAsLongAsACatchUpDoesWithACronExpression() {
        assertThat(RetryBudget.watching(source(Duration.ofSeconds(30), "0 0 3 * * ?")))
                .isEqualTo(new RetryBudget(Duration.ofMinutes(2), false));
    }

    private static SourceSettings source(Duration period, String cron) {
        SourceSettings of = DryRun.settings(List.of(), List.of(), 1, 0, period, Duration.ZERO, Duration.ZERO);
        return new SourceSettings(of.name(), of.provider(), of.baseUrl(), of.apiKey(), of.jobs(),
                of.models(), of.since(), period, cron, of.cronZone(), of.concurrency(), of.rate(), of.zone(), of.requestTimeout(),
                of.own(), of.recheck(), of.recheckFor(), of.events(), of.access(), of.timed());
    }
}
