package org.finetunebridge.polling;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.Suspension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done about each page of a sweep that was read, or was not: who waits, who is set aside, and what is given up.
 * Not safe for threads: the watch guards it.
 */
final class PollCoordinator {

    private static final Logger LOG = LoggerFactory.getLogger(PollCoordinator.class);

    private final SourceSettings source;
    private final InstantSource clock;
    private final PollListener onlookers;
    private final RetryPolicy retries;
    private final SinkOutage outage;
    private final SourceHold hold;
    private final PollCycle plan;
    private volatile CycleResult tally = CycleResult.NONE;

    PollCoordinator(SourceSettings source, InstantSource clock, PollListener onlookers, RetryPolicy retries, SinkOutage outage, SourceHold hold,
            PollCycle plan) {
        this.source = source;
        this.clock = clock;
        this.onlookers = onlookers;
        this.retries = retries;
        this.outage = outage;
        this.hold = hold;
        this.plan = plan;
    }

    /** How the sweep goes; for any thread. */
    CycleResult tally() {
        return tally;
    }

    /** Begins a sweep; without a session it reads nothing. */
    void begin(SinkSession session) {
        plan.begin(clock.instant());
        tally = CycleResult.NONE;
        if (session == null) {
            tally = tally.failing("the sink cannot be written");
        } else {
            hold.recall(session.of(source.name(), "").suspension(), plan.began(), plan.isFresh());
            Suspension list = plan.isFresh() ? null : hold.listTrouble(plan.began());
            tally = list == null ? tally : tally.failed(list.reason());
            plan.fill(session, list == null);
            giveUp();
        }
    }

    /** A page was read, and what was new in it is told. */
    void passed(PollTask poll) {
        poll.published();
        rest(poll.getAttempt().rest());
        retries.answered(poll.getJob());
        outage.over();
        onlookers.read(poll.takeKnown(), poll.getAttempt().took());
        if (!poll.isReading()) {
            read(poll);
        }
    }

    private void read(PollTask poll) {
        retries.succeeded(poll.getJob());
        plan.sweep().remove(poll.getJob());
        onlookers.jobRead(poll.getJob());
        if (poll.isList()) {
            hold.listRead();
            tally = tally.plusRead(plan.addListedJobs(poll.session()));
            giveUp();
        } else {
            tally = tally.plusRead(1);
        }
    }

    /** The account has nothing left to ask for until then. */
    private void rest(Duration asked) {
        if (asked != null) {
            hold.extend(clock.instant().plus(asked));
            onlookers.deferred(hold.until());
            giveUp();
        }
    }

    /** A request failed: decides, and returns what there is to remember and to tell of it. */
    RetryPolicy.Verdict failed(PollTask poll, ProviderException failure) {
        RetryPolicy.Verdict verdict = retries.failed(poll.getJob(), failure, hold.known(poll, failure), clock.instant());
        onlookers.failed(failure, poll.getAttempt().took());
        plan.sweep().postpone(poll.getJob(), verdict.until());
        hold.failed(poll, verdict);
        if (verdict.ofAll()) {
            onlookers.deferred(verdict.until());
        }
        if (verdict.parked()) {
            park(poll, failure, verdict);
        }
        rest(poll.getAttempt().rest());
        if (verdict.ofAll() || poll.isList()) {
            giveUp();
        } else {
            late(plan.giveUp(poll.getJob(), hold.until(), outage.since(), clock.instant()));
        }
        return verdict;
    }

    private void park(PollTask poll, ProviderException failure, RetryPolicy.Verdict verdict) {
        plan.sweep().remove(poll.getJob());
        tally = tally.failed(poll + ": " + failure.getMessage());
        LOG.warn("{}: {}; set aside until {}", poll, failure.getMessage(), verdict.until());
        if (poll.isList() && !verdict.ofAll()) {
            plan.addKnownJobs(poll.session());
        }
    }

    /** The sink failed: nobody's fault here. Everything waits. */
    void sinkFailed(SinkUnavailableException lost) {
        if (!outage.isOn()) {
            LOG.warn("{}: tries again later, for nothing can be written: {}", source.name(), lost.getMessage());
        }
        hold.extend(outage.failed(lost.getMessage(), clock.instant()));
        hold.forget();
        giveUp();
    }

    private void giveUp() {
        late(plan.giveUp(hold.until(), outage.since(), clock.instant()));
    }

    private void late(List<String> jobs) {
        if (!jobs.isEmpty()) {
            LOG.debug("{}: left for later: {}", source.name(), jobs);
            tally = outage.isOn() ? tally.failed("nothing can be written: " + outage.reason()).failed(jobs.size() - 1)
                    : tally.failed(jobs.size());
        }
    }
}
