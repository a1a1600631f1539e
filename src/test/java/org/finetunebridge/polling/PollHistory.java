package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.finetunebridge.polling.PollAction.Failed;
import org.finetunebridge.polling.PollAction.Read;
import org.finetunebridge.polling.PollAction.Reads;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.Suspension;

/**
 * A random history of one source, played against a {@link PollSchedule} alone: jobs that run, end, run again and vanish;
 * a list and resources that fail for a while; an account that is throttled, or refused; a sink that fails; a wall clock
 * that is set; a process that is restarted. Every request is checked as it is made.
 */
final class PollHistory extends RememberedStates {

    static final Duration PERIOD = Duration.ofSeconds(30);
    static final Duration RECHECK = Duration.ofMinutes(15);
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final List<String> FOLLOW = List.of("checkpoints", "events");
    private static final int CONCURRENCY = 3;
    private static final int RATE = 3;
    /** The list and three requests for each of four jobs: by the rate, or by the slowest answers three at a time. */
    private static final long LONGEST_CYCLE = 13 * 1_000_000_000L / RATE;

    /** What a history has in it. */
    record Kind(boolean listed, boolean once, boolean faults, boolean restarts, Duration recheckFor) {}

    private record Flight(long done, Read read, int resource) {}

    final Kind kind;
    final Map<String, String> lives = new TreeMap<>();
    final Map<String, List<Long>> wholeReads = new TreeMap<>();
    final Map<String, Integer> attempts = new TreeMap<>();
    private final Random random;
    private final SourceSettings source;
    private final Map<String, Long> faultsUntil = new HashMap<>();
    private final Map<String, ErrorAction> faults = new HashMap<>();
    private final Map<String, Long> notBefore = new HashMap<>();
    private final Map<String, Long> expectedBy = new HashMap<>();
    private final PriorityQueue<Flight> flights = new PriorityQueue<>((one, other) -> Long.compare(one.done(), other.done()));
    private ListSnapshot shown = new ListSnapshot(true);
    private PollSchedule schedule;
    private long now;
    private long nextTick;
    private long banUntil;
    private long rateAllowsAt;
    private long held;
    /** The sink failed, and is not known to be written again. */
    private boolean sinkFails;
    private Duration wallStep = Duration.ZERO;

    PollHistory(Kind kind, long seed) {
        this.kind = kind;
        this.random = new Random(seed);
        for (int job = 0; job < 1 + random.nextInt(4); job++) {
            lives.put("job-" + job, random.nextInt(3) == 0 ? "QUEUED" : "RUNNING");
        }
        this.source = DryRun.settings(kind.listed() ? List.of() : List.copyOf(lives.keySet()), FOLLOW, CONCURRENCY,
                random.nextBoolean() ? 0 : RATE, PERIOD, RECHECK, kind.recheckFor());
        restart();
    }

    void restart() {
        var budget = kind.once() ? RetryBudget.ONCE : RetryBudget.watching(source);
        schedule = new PollSchedule(new PollRules(source, budget, random.nextLong()));
        flights.clear();
        notBefore.clear();
        rateAllowsAt = 0;
        // Rests and waits of less than half a minute are not remembered.
        Suspension whole = of("").suspensions().get(JobState.WHOLE);
        banUntil = whole == null ? 0 : Math.min(banUntil, now + RetryPolicy.remaining(whole, moment().wall()));
        nextTick = now;
    }

    CycleResult result() {
        return schedule.result();
    }

    JobState state(String job) {
        return of(job);
    }

    /** Plays so long. */
    PollHistory play(Duration time) {
        long end = now + time.toNanos();
        while (now < end) {
            step(end);
        }
        return this;
    }

    /** Plays one cycle to its end. */
    PollHistory playOnce() {
        schedule = schedule.ticked(moment());
        nextTick = Long.MAX_VALUE;
        for (int steps = 0; !schedule.isIdle(); steps++) {
            assertThat(steps).as("steps of one cycle").isLessThan(5_000);
            step(Long.MAX_VALUE);
        }
        return this;
    }

    void become(String job, String status) {
        lives.put(job, status);
    }

    void vanish(String job) {
        lives.remove(job);
    }

    void fail(String what, ErrorAction how, Duration time) {
        faults.put(what, how);
        faultsUntil.put(what, now + time.toNanos());
    }

    void stepWall(Duration step) {
        wallStep = wallStep.plus(step);
    }

    private void step(long end) {
        long next = Math.min(Math.min(end, nextTick), flights.isEmpty() ? Long.MAX_VALUE : flights.peek().done());
        long due = schedule.dueAt();
        next = Math.max(now, due == PollSchedule.NEVER ? next : Math.min(next, Math.max(now, due)));
        require(next < Long.MAX_VALUE, "something has to come next after %s", now);
        long heldUntil = Math.max(schedule.holdUntil(), sinkFails ? next : 0);
        held += Math.max(0, Math.min(next, heldUntil) - now);
        now = next;
        sinkFails &= isFailing("sink");
        if (nextTick <= now) {
            schedule = schedule.ticked(moment());
            nextTick += PERIOD.toNanos();
        }
        if (schedule.isBeginning(moment())) {
            begin();
        }
        while (!flights.isEmpty() && flights.peek().done() <= now) {
            answer(flights.poll());
        }
        Reads reads = schedule.take(1 + random.nextInt(8), moment());
        schedule = reads.schedule();
        reads.reads().forEach(read -> ask(read, 0));
        require(flights.size() <= CONCURRENCY, "%s in flight", flights.size());
    }

    /** Millions of requests are checked, so that a description is only made of what is wrong. */
    private static void require(boolean holds, String wrong, Object about, Object... more) {
        if (!holds) {
            throw new AssertionError(String.format(Locale.ROOT, wrong, Stream.concat(Stream.of(about), Stream.of(more)).toArray()));
        }
    }

    private void begin() {
        if (isFailing("sink")) {
            sinkFails = true;
            schedule = schedule.unopened("disk full", moment());
        } else {
            shown = new ListSnapshot(true);
            schedule = schedule.begun(this, moment());
        }
    }

    private void ask(Read read, int resource) {
        String name = read.resources().get(resource);
        String key = read.job() + ' ' + name;
        attempts.merge(key, 1, Integer::sum);
        require(now >= banUntil, "%s before the provider allows it", key);
        require(now >= rateAllowsAt, "%s before the rate allows it", key);
        rateAllowsAt = source.rate() == 0 ? 0 : now + (long) (1e9 / source.rate());
        require(now >= notBefore.getOrDefault(key, 0L), "%s before its backoff allows it", key);
        checkInTime(key);
        for (Flight other : flights) {
            require(!other.read().job().equals(read.job()), "two tasks of job %s at once", read.job());
            require(!other.read().job().isEmpty() && !read.job().isEmpty(), "job %s beside the list", read.job());
        }
        flights.add(new Flight(now + 10_000_000L + random.nextInt(900_000_000), read, resource));
    }

    private void checkInTime(String key) {
        Long by = expectedBy.remove(key);
        if (by != null) {
            require(now - held <= by, "%s is read %s ns late", key, now - held - by);
        }
    }

    /** Nothing that was to be read by now is missing. */
    PollHistory requireInTime() {
        expectedBy.forEach((key, by) -> assertThat(now - held).as("%s is read at all", key).isLessThanOrEqualTo(by));
        return this;
    }

    private void answer(Flight flight) {
        Read read = flight.read();
        String resource = read.resources().get(flight.resource());
        String key = read.job() + ' ' + resource;
        ErrorAction fault = isFailing(key) ? faults.get(key) : isFailing("all") ? faults.get("all") : null;
        if (isFailing("sink")) {
            sinkFails = true;
            schedule = schedule.unwritable("disk full", moment()).completed(read.job(), true, moment());
        } else if (fault != null) {
            failed(read, resource, key, fault);
        } else {
            passed(flight, read, resource, key);
        }
    }

    private void failed(Read read, String resource, String key, ErrorAction fault) {
        boolean throttled = fault == ErrorAction.THROTTLED;
        Duration retryAfter = throttled && random.nextBoolean() ? Duration.ofSeconds(1 + random.nextInt(90)) : null;
        int status = throttled ? 429 : fault == ErrorAction.JOB ? 404 : fault == ErrorAction.SOURCE ? 401 : 503;
        Failed failed = schedule.failed(read.job(), resource,
                new ProviderException(fault, "no", status, "", null, retryAfter, null), this, moment());
        var decision = failed.decision();
        schedule = failed.schedule();
        notBefore.put(key, decision.until());
        banUntil = decision.ofAll() ? Math.max(banUntil, now + (retryAfter == null ? 0 : retryAfter.toNanos())) : banUntil;
        assertThat(decision.until()).isGreaterThan(now);
        expect(read.job(), resource, decision.until() - now);
        JobState state = of(read.job());
        if (decision.suspension() != null) {
            String of = decision.ofAll() ? JobState.WHOLE : read.job().isEmpty() ? JobState.LIST : resource;
            String job = decision.ofAll() ? "" : read.job();
            boolean again = !schedule.left(read.job()).isEmpty();
            JobState suspended = of(job).suspended(of, decision.suspension());
            states.put(job, job.isEmpty() || again ? suspended
                    : suspended.readWhole(moment().wall(), RECHECK, kind.recheckFor()));
        }
        assertThat(state).isNotNull();
        schedule = schedule.completed(read.job(), true, moment());
    }

    private void passed(Flight flight, Read read, String resource, String key) {
        boolean whole = schedule.left(read.job()).size() == 1;
        Duration rest = kind.faults() && random.nextInt(400) == 0 ? Duration.ofSeconds(random.nextInt(120)) : null;
        banUntil = rest == null ? banUntil : Math.max(banUntil, now + rest.toNanos());
        if (read.job().isEmpty()) {
            showList();
            states.put("", of("").unsuspended());
        } else {
            JobState state = of(read.job()).suspended(resource, null);
            if (resource.equals("job")) {
                state = publishing(state, lives.get(read.job()));
            }
            if (whole) {
                state = state.readWhole(moment().wall(), RECHECK, kind.recheckFor());
                wholeReads.computeIfAbsent(read.job(), job -> new ArrayList<>()).add(now);
                if (read.probe()) {
                    states.put("", of("").suspended(JobState.WHOLE, null));
                }
            }
            states.put(read.job(), state);
        }
        expect(read.job(), resource, 0);
        schedule = schedule.answered(rest, moment()).read(read.job(), resource, true, whole, of(read.job()), moment());
        if (read.job().isEmpty()) {
            schedule = schedule.listed(shown, this, moment());
        }
        int next = flight.resource() + 1;
        if (!whole && next < read.resources().size() && schedule.mayRead(read.job(), read.resources().get(next), moment())
                && schedule.holdUntil() <= now) {
            schedule = schedule.asking(moment());
            ask(read, next);
        } else {
            schedule = schedule.completed(read.job(), true, moment());
        }
    }

    /**
     * A job that runs is read again in the next cycle, one that waits in the third after, waits of its own, of the source and
     * of the sink apart. That cycle begins up to a period late, for the one before may run on so long with what fails; and
     * whoever comes last in it waits for the others, by the rate or by their answers.
     */
    private void expect(String job, String resource, long wait) {
        if (kind.once()) {
            return;
        }
        boolean runs = job.isEmpty() || List.of("RUNNING", "QUEUED").contains(lives.getOrDefault(job, ""))
                && !of(job).published().terminal() && of(job).retired() == null;
        if (runs) {
            boolean waits = kind.listed() && "QUEUED".equals(of(job).published().status());
            expectedBy.put(job + ' ' + resource, now - held + wait + PERIOD.toNanos() * (waits ? 4 : 2) + LONGEST_CYCLE);
        } else {
            FOLLOW.forEach(one -> expectedBy.remove(job + ' ' + one));
            expectedBy.remove(job + " job");
        }
        // Whether the job itself is asked depends on whether its list can be.
        if (kind.listed() && resource.equals("job")) {
            expectedBy.remove(job + " job");
        }
    }

    /** As the detectors do: the status is published, one that ended and is shown otherwise is watched again. */
    private void showList() {
        lives.forEach((job, status) -> {
            JobState state = publishing(of(job).seen(), status);
            states.put(job, state);
            shown.shows(job, state.retired() == null, null);
        });
        for (JobState state : all()) {
            if (state.retired() == null && !shown.shows(state.job())) {
                states.put(state.job(), state.retired(JobState.Retired.VANISHED));
                FOLLOW.forEach(one -> expectedBy.remove(state.job() + ' ' + one));
                // If it is shown again, it is as new: what failed of it before is forgotten with it.
                notBefore.keySet().removeIf(key -> key.startsWith(state.job() + ' '));
            }
        }
        lives.forEach((job, status) -> {
            if (of(job).published().terminal()) {
                FOLLOW.forEach(one -> expectedBy.remove(job + ' ' + one));
            }
        });
    }

    private static JobState publishing(JobState state, String status) {
        return status == null || status.equals(state.published().status()) ? state
                : state.with(new PublishedState(status, Map.of("", List.of(status)), List.of(), Map.of()));
    }

    private boolean isFailing(String what) {
        return faultsUntil.getOrDefault(what, 0L) > now;
    }

    private Moment moment() {
        return new Moment(now, START.plusNanos(now).plus(wallStep));
    }
}
