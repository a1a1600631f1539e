package org.finetunebridge.observability.health;

import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.TimeZone;
import org.finetunebridge.observability.health.SourceHealth.SourceStatus.Condition;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.polling.PollListener;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.Suspension;
import org.quartz.CronExpression;

/** Follows the polls of one source and says how it stands. */
public final class SourceHealth implements PollListener {

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
    public SourceHealth(SourcePoller poller, InstantSource clock) {
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

    /**
     * How one source stands at one moment: what health, metrics and the status page show of it.
     *
     * @param now            the moment, UTC
     * @param lastSuccess    when the source was last read, or had nothing to read; null if never
     * @param lastFailure    when a request last failed; null if none did
     * @param reason         the last error, in one line for a person; null if there is none that still matters
     * @param suspendedUntil when a suspended source, or its list of jobs, is tried again; null if it is not suspended
     * @param heldUntil      before which nothing of the source is asked; null if nothing holds it back
     * @param next           when it is polled next; null if that cannot be said
     */
    public record SourceStatus(SourceSettings source, Condition condition, Instant now, Instant lastSuccess,
            Instant lastFailure, String reason, Instant suspendedUntil, Instant heldUntil, Instant next) {

        /** From best to worst. */
        public enum Condition {
            /** The last request was answered. */
            WELL,
            /** Nothing has been read yet, and nothing has failed. */
            STARTING,
            /** The last request failed and will be repeated. */
            FAILING,
            /** The provider has asked for a pause. */
            WAITING,
            /** Nothing has been read for so long that somebody should look. */
            SILENT,
            /** The source cannot be read, such as with a refused key, and is tried slowly. */
            SUSPENDED
        }

        /** Whether somebody should look. */
        public boolean isDown() {
            return condition == Condition.SILENT || condition == Condition.SUSPENDED;
        }

        /** The condition in one line, with the last error if it still matters. */
        public String message() {
            String because = reason == null ? "" : ": " + reason;
            return switch (condition) {
                case SUSPENDED -> "suspended until " + suspendedUntil + because;
                case SILENT -> (lastSuccess == null ? "never read" : "not read for "
                        + Duration.between(lastSuccess, now).toSeconds() + " seconds") + because;
                default -> (lastSuccess == null ? "not read yet" : "last read "
                        + Duration.between(lastSuccess, now).toSeconds() + " seconds ago")
                        + (reason == null ? "" : "; last error" + because);
            };
        }
    }

    /**
     * How many jobs of a source there are in the state.
     *
     * @param watched   jobs that are read, by their published status; {@link #UNPUBLISHED} if they have none
     * @param suspended those of them that are suspended after an error and read slowly, by status
     * @param records   all records, of retired jobs too
     */
    public record JobCounts(Map<String, Integer> watched, Map<String, Integer> suspended, int records) {

        /** In place of a status. */
        public static final String UNPUBLISHED = "NONE";

        /** Of a source without jobs. */
        public static final JobCounts NONE = new JobCounts(Map.of(), Map.of(), 0);

        /** Counts in one pass, for the state may hold many sources. Returns counts by the source's name. */
        public static Map<String, JobCounts> bySource(SinkSession session) {
            Map<String, JobCounts> counts = new HashMap<>();
            for (JobState job : session.jobs()) {
                JobCounts before = counts.getOrDefault(job.source(), NONE);
                Map<String, Integer> watched = before == NONE ? new HashMap<>() : before.watched;
                Map<String, Integer> suspended = before == NONE ? new HashMap<>() : before.suspended;
                if (job.retired() == null) {
                    String status = job.published().status() == null ? UNPUBLISHED : job.published().status();
                    watched.merge(status, 1, Integer::sum);
                    if (job.suspension() != null && job.suspension().parked()) {
                        suspended.merge(status, 1, Integer::sum);
                    }
                }
                counts.put(job.source(), new JobCounts(watched, suspended, before.records + 1));
            }
            return counts;
        }

        /** Jobs that are read. */
        public int allWatched() {
            return watched.values().stream().mapToInt(Integer::intValue).sum();
        }

        /** Jobs that are suspended. */
        public int allSuspended() {
            return suspended.values().stream().mapToInt(Integer::intValue).sum();
        }
    }
}
