package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.finetunebridge.polling.PollAction.Read;
import org.finetunebridge.polling.PollAction.Reads;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.Suspension;

/** A schedule that is taken through its cycles step by step, on a clock that a test sets. */
abstract class ScheduleFixture extends RememberedStates {

    static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    static final Duration PERIOD = Duration.ofSeconds(30);
    static final Duration HOUR = Duration.ofHours(1);
    static final long SECOND = 1_000_000_000L;
    static final long SEED = 2 * SECOND;
    static final List<String> FOLLOW = List.of("checkpoints");

    PollSchedule schedule;
    long now;

    void watch(SourceSettings source) {
        schedule = new PollSchedule(new PollRules(source, RetryBudget.watching(source), SEED));
    }

    void catchUp(SourceSettings source) {
        schedule = new PollSchedule(new PollRules(source, RetryBudget.ONCE, SEED));
    }

    void tick() {
        schedule = schedule.ticked(moment());
    }

    void begin() {
        schedule = schedule.begun(this, moment());
    }

    /** The list was busy, and is asked again after the job that is known. */
    void watchWhoseListIsBusy() {
        watch(listed());
        remember(state("job-1", "RUNNING"));
        tick();
        begin();
        take(1);
        schedule = schedule.failed("", "jobs", busy(), this, moment()).schedule();
        complete("");
    }

    void next() {
        later(30);
        tick();
        later(2);
        begin();
        take(1);
    }

    void later(long seconds) {
        now += seconds * SECOND;
    }

    List<Read> take(int most) {
        Reads reads = schedule.take(most, moment());
        schedule = reads.schedule();
        return reads.reads();
    }

    PollSchedule page(String job, String resource, boolean last, boolean whole) {
        return schedule.read(job, resource, last, whole, of(job), moment());
    }

    void readJob(String job) {
        for (String resource : schedule.left(job)) {
            schedule = page(job, resource, true, schedule.left(job).size() == 1);
        }
        complete(job);
    }

    void readList(String... jobs) {
        var shown = new ListSnapshot(true);
        List.of(jobs).forEach(job -> shown.shows(job, true, null));
        schedule = page("", "jobs", true, true).listed(shown, this, moment());
        complete("");
    }

    void readAll() {
        for (List<Read> reads = take(9); !reads.isEmpty(); reads = take(9)) {
            reads.forEach(read -> readJob(read.job()));
        }
    }

    void complete(String job) {
        complete(job, true);
    }

    void complete(String job, boolean reported) {
        schedule = schedule.completed(job, reported, moment());
    }

    void remember(JobState state) {
        states.put(state.job(), state);
    }

    Moment moment() {
        return new Moment(now, START.plusNanos(now));
    }

    static JobState state(String job, String status) {
        return JobState.blank("acme", job)
                .with(new PublishedState(status, Map.of("", List.of(status)), List.of(), Map.of()));
    }

    static Suspension parked() {
        return new Suspension("source", "error", "told before", 1, true, START.plus(HOUR));
    }

    static ProviderException refused() {
        return new ProviderException(ErrorAction.SOURCE, "refused", 401, "", null, null, null);
    }

    static ProviderException notThere() {
        return new ProviderException(ErrorAction.JOB, "not there", 404, "", null, null, null);
    }

    static ProviderException busy() {
        return new ProviderException(ErrorAction.TRANSIENT, "busy", 503, "", null, null, null);
    }

    static ProviderException throttled(Duration wait) {
        return new ProviderException(ErrorAction.THROTTLED, "throttled", 429, "", null, wait, null);
    }

    static SourceSettings given(String... jobs) {
        return DryRun.settings(List.of(jobs), FOLLOW, 4, 0, PERIOD, HOUR, HOUR);
    }

    static SourceSettings listed() {
        return DryRun.settings(List.of(), FOLLOW, 4, 0, PERIOD, HOUR, HOUR);
    }
}
