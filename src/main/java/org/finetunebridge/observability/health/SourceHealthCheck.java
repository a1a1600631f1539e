package org.finetunebridge.observability.health;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.state.Suspension;

/**
 * Whether a source is read: its key is not refused, and it was heard of lately. Never part of liveness, since a restart
 * mends no provider.
 */
public final class SourceHealthCheck extends AbstractHealthCheck {

    /** A provider's hiccup, and the retries it takes, are no reason to wake somebody. */
    private static final Duration SILENCE = Duration.ofMinutes(5);
    private static final int PERIODS = 3;

    private final SourcePoller poller;
    private final PollHealth pulse;
    private final InstantSource clock;

    /** @param pulse of the source that is watched */
    public SourceHealthCheck(SourcePoller poller, PollHealth pulse, InstantSource clock) {
        super("bridge", "source-" + poller.source().name());
        this.poller = poller;
        this.pulse = pulse;
        this.clock = clock;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        Instant now = clock.instant();
        details(result);
        String problem = problem(now);
        if (problem == null) {
            // Camel shows messages, and keeps details for JMX.
            result.message(pulse.lastSuccess() == null ? "not read yet" : "last read "
                    + Duration.between(pulse.lastSuccess(), now).toSeconds() + " seconds ago").up();
        } else {
            result.message(problem).down();
        }
    }

    private void details(HealthCheckResultBuilder result) {
        result.detail("provider", poller.source().provider().name());
        if (pulse.lastSuccess() != null) {
            result.detail("last.success", pulse.lastSuccess().toString());
        }
        if (pulse.lastFailure() != null) {
            result.detail("last.failure", pulse.lastFailure().time().toString());
            result.detail("last.failure.reason", pulse.lastFailure().reason());
        }
    }

    private String problem(Instant now) {
        Suspension suspension = poller.suspension();
        if (suspension != null && suspension.parked()) {
            return "set aside until " + suspension.until() + ": " + suspension.reason();
        }
        Duration silence = Duration.between(pulse.silentSince(), now);
        return silence.compareTo(longestSilence(poller.source())) > 0
                ? "not read for " + silence.toSeconds() + " seconds" : null;
    }

    /** Cron may mean once a week: then silence says nothing. */
    private static Duration longestSilence(SourceSettings source) {
        Duration periods = source.period().multipliedBy(PERIODS);
        return source.cron() != null ? Duration.ofSeconds(Long.MAX_VALUE)
                : periods.compareTo(SILENCE) > 0 ? periods : SILENCE;
    }
}
