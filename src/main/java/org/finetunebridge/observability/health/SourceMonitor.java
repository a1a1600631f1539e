package org.finetunebridge.observability.health;

import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.TimeZone;
import org.finetunebridge.observability.health.SourceStatus.Condition;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.polling.PollListener;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.state.Suspension;
import org.quartz.CronExpression;

/** Follows the polls of one source and says how it stands. */
public final class SourceMonitor implements PollListener {

    /** Shorter failures, and the retries they take, are no reason to wake somebody. */
    private static final Duration SILENCE = Duration.ofMinutes(5);
    private static final int PERIODS = 3;

    private final SourcePoller poller;
    private final InstantSource clock;
    private final Instant started;
    private volatile Instant lastSuccess;
    private volatile Failure lastFailure;

    private record Failure(Instant time, String reason) { }

    /** Listens to the poller from now on. */
    public SourceMonitor(SourcePoller poller, InstantSource clock) {
        this.poller = poller;
        this.clock = clock;
        this.started = clock.instant();
        poller.onPoll(this);
    }

    /** Whose requests these are. */
    public SourcePoller poller() {
        return poller;
    }

    /** How the source stands now. */
    public SourceStatus status() {
        Instant now = clock.instant();
        Instant success = lastSuccess;
        Failure failure = lastFailure;
        Suspension suspension = poller.suspension();
        Instant held = poller.suspendedUntil();
        boolean suspended = suspension != null && suspension.parked();
        boolean fails = failure != null && (success == null || failure.time().isAfter(success));
        Condition condition = suspended ? Condition.SUSPENDED : isSilent(success, now) ? Condition.SILENT
                : held.isAfter(now) ? Condition.WAITING : fails ? Condition.FAILING
                : success == null ? Condition.STARTING : Condition.WELL;
        String reason = suspended ? suspension.reason() : failure == null || condition == Condition.WELL ? null
                : failure.reason();
        Instant heldUntil = held.isAfter(now) ? held : null;
        return new SourceStatus(poller.source(), condition, now, success, failure == null ? null : failure.time(),
                reason, suspended ? suspension.until() : null, heldUntil, heldUntil == null ? due(now) : heldUntil);
    }

    @Override
    public void read(int known, Duration took) {
        lastSuccess = clock.instant();
    }

    @Override
    public void failed(ProviderException failure, Duration took) {
        lastFailure = new Failure(clock.instant(), failure.getMessage());
    }

    /** A source whose configured jobs have all ended has nothing to ask for, and is well. */
    @Override
    public void cycleEnded(CycleResult result) {
        if (result.failed() == 0) {
            lastSuccess = clock.instant();
        }
    }

    /** With a cron, which may mean once a week, silence says nothing. */
    private boolean isSilent(Instant success, Instant now) {
        SourceSettings source = poller.source();
        Duration periods = source.period().multipliedBy(PERIODS);
        Duration silence = Duration.between(success == null ? started : success, now);
        return source.cron() == null && silence.compareTo(periods.compareTo(SILENCE) > 0 ? periods : SILENCE) > 0;
    }

    private Instant due(Instant now) {
        SourceSettings source = poller.source();
        if (source.cron() == null) {
            return poller.began().plus(source.period());
        }
        try {
            var cron = new CronExpression(source.cron());
            cron.setTimeZone(TimeZone.getTimeZone(source.cronZone()));
            Date next = cron.getNextValidTimeAfter(Date.from(now));
            return next == null ? null : next.toInstant();
        } catch (ParseException e) {
            throw new IllegalStateException("the cron was checked when the configuration was read", e);
        }
    }
}
