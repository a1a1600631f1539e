package org.finetunebridge.polling;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.finetunebridge.deadletter.DeadLetterFactory;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobState.Retired;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;
import org.finetunebridge.state.TimedDiff;

/** Compares each page of a source with what was published: what is new becomes the batch to commit. */
public final class ChangeDetector {

    /** A list that shows no job at all is believed when it is read again as empty. */
    private static final String EMPTY = "empty";

    private final SourceSettings source;
    private final FactParser parser;
    private final CloudEventWriter envelope;
    private final SchemaDriftDetector drift;
    private final JobShard shard;
    private final JobFilter filter;
    /** What is read once, after the end of a job. */
    private final Set<String> once;
    private final InterruptedReadings interrupted = new InterruptedReadings();
    private volatile Consumer<Fact> onFact = fact -> { };

    /** @param envelope of the source's events */
    public ChangeDetector(SourceSettings source, CloudEventWriter envelope) {
        this(source, envelope, JobShard.WHOLE);
    }

    /**
     * @param envelope of the source's events
     * @param shard    the jobs that are read here; of those of others nothing is published or remembered
     */
    public ChangeDetector(SourceSettings source, CloudEventWriter envelope, JobShard shard) {
        this.source = source;
        this.shard = shard;
        this.parser = new FactParser(source.provider().name(), source.zone());
        this.envelope = envelope;
        this.drift = new SchemaDriftDetector(source.name(), source.provider().fields());
        this.filter = new JobFilter(source);
        this.once = source.provider().ways().once();
    }

    /** The page as the batch that publishes it, and the poll moved on to what is read next. */
    public Batch observe(JsonNode mapped, PollTask poll) {
        String resource = poll.getResource();
        RecordPage page = RecordPage.of(mapped, parser, poll.config().naming(resource, poll.place().from()))
                .supposing(poll.config().pageSize(resource));
        page.results().forEach(result -> {
            drift.look(resource, result);
            if (result.fact() != null) {
                onFact.accept(result.fact());
            }
        });
        var batch = new BatchBuilder(poll, source, envelope, page.requestId(), poll.getAttempt().observedAt());
        poll.observes();
        if (poll.isList()) {
            list(page, poll, batch);
        } else {
            job(page, poll, batch);
        }
        return batch.page();
    }

    /** The listener is called with everything that is read, new or not, by the thread that reads: it must be quick. */
    public void onFact(Consumer<Fact> listener) {
        onFact = listener;
    }

    /** Pages of a reading can never be written: what is kept of how it went on does not hold. */
    public void forget(PollTask poll) {
        interrupted.forget(poll);
    }

    /** Fields and statuses that came and that nobody here knows. */
    public SchemaDriftDetector drift() {
        return drift;
    }

    /**
     * A failed poll as the batch that publishes it: a deferred end, and a dead letter if it comes to that.
     *
     * @param again whether it is tried again soon, so that a deferred end may wait
     */
    Batch failed(PollTask poll, RetryPolicy.Decision decision, ProviderException failure, boolean again, Instant now) {
        var batch = new BatchBuilder(poll, source, envelope, null, now);
        JobState state = batch.state(poll.getJob());
        forgetStaleEnding(poll, state);
        if (poll.ending() != null && !again) {
            poll.observes();
            state = batch.publish(poll.ending(), state);
            poll.ending(null);
        }
        boolean ofJob = decision.suspends() && !decision.ofAll() && !poll.isList();
        if (ofJob) {
            // One that retired and cannot be read has no checkpoint any more to warn of.
            state = state.retired() != null ? state.expiring(null) : once.contains(poll.getResource())
                    ? state.with(state.published().withDone(poll.getResource())) : state.suspended(poll.getResource(), decision.suspension());
            // As whole as it can be: a job that ended retires, though one of its resources is not there any more.
            state = again ? state : state.readWhole(now, source.recheck(), source.recheckFor());
        }
        batch.remember(state);
        if (decision.suspension() != null && !ofJob) {
            batch.remember(batch.state("").suspended(decision.ofAll() ? JobState.WHOLE : JobState.LIST, decision.suspension()));
        }
        if (decision.publish() && (shard.ownsAccount() || !decision.ofAll() && !poll.isList())) {
            batch.deadLetter(new DeadLetterFactory(envelope).ofFailure(failure, decision.suspension().attempts(),
                    decision.ofAll() ? "" : poll.getJob(), poll.getResource(), poll.getAttempt(), now));
        }
        return batch.batch();
    }

    /** A page of the account's list: which jobs there are, and how they stand. */
    private void list(RecordPage page, PollTask poll, BatchBuilder batch) {
        String resource = poll.getResource();
        JobState own = batch.state("");
        Set<String> shown = new HashSet<>();
        for (ParseResult result : page.results()) {
            if (result.fact() == null) {
                own = shard.ownsAccount() ? own.with(batch.publish(StateDiff.ofState(own.published(), List.of(result)))) : own;
                showsBad(result, poll, batch);
            } else if (shard.owns(result.job()) && filter.wants(result.fact())) {
                // Shown twice in one reading, a job's status is no second read of it: the list moved meanwhile.
                boolean again = !shown.add(result.job()) || poll.place().hasShown(result.job());
                shows(result, again, poll, batch);
            }
        }
        ListPosition at = poll.place();
        ListReader.Step step = ((StateListReader) poll.reader()).pass(at, page, StateDiff.none(own.published()));
        poll.moveOn(step);
        if (step.next() == null && step.wrong() == null) {
            List<JobState> vanished = poll.listing().vanished(poll.session().jobs(source.name()));
            boolean empty = at.from() == 0 && page.results().isEmpty() && !vanished.isEmpty();
            boolean sure = !empty || EMPTY.equals(own.published().cursor(resource).deferred());
            own = own.with(own.published().withDeferred(resource, sure ? null : EMPTY));
            if (sure) {
                vanished.forEach(state -> batch.remember(
                        batch.publish(DeferredEnd.of(state), state).retired(Retired.VANISHED)));
            }
        }
        batch.remember(poll.isReading() ? own : own.unsuspended());
    }

    /** An end says what is read once after it. */
    private JobState ended(Fact fact, boolean isNew, JobState state) {
        return fact.isEnding() && state.retired() == null && !once.isEmpty()
                ? state.with(state.published().withEnd(fact, isNew, once)) : state;
    }

    /** A record that cannot be used shows at least that its job is there. */
    private static void showsBad(ParseResult result, PollTask poll, BatchBuilder batch) {
        if (result.job() != null && batch.knows(result.job())) {
            poll.listing().shows(result.job(), batch.state(result.job()).retired() == null, null);
        }
    }

    private void shows(ParseResult result, boolean again, PollTask poll, BatchBuilder batch) {
        Fact fact = result.fact();
        JobState state = batch.state(fact.job());
        if (state.retired() == null && state.isUnpublished() && filter.isOld(fact)) {
            state = state.retired(Retired.OLD);
        } else {
            state = batch.publishDeferredBefore(fact, state.seen());
        }
        PublishedState published = state.published();
        boolean deferred = poll.listing().holdsEndings() && state.retired() == null && fact.isEnding()
                && !state.isSuspended(source.follow()) && !published.isCurrent(fact)
                && (again ? published.isNew(fact) : !published.isUnsure(fact));
        boolean read = state.retired() == null || state.isExpiring(poll.getAttempt().observedAt(), source.expiringBefore());
        poll.listing().shows(fact.job(), read, deferred ? batch.ending(result) : null);
        state = ended(fact, deferred, state);
        if (deferred) {
            state = batch.defer(result, state);
        } else if (state.retired() != Retired.OLD) {
            state = state.with(batch.publish(StateDiff.ofState(published, List.of(result), !again)));
        }
        state = batch.progressed(state);
        batch.remember(source.follow().isEmpty() ? timed(state, poll, batch) : state);
    }

    /** A page of what is read of one job. */
    private void job(RecordPage answer, PollTask poll, BatchBuilder batch) {
        JobState state = batch.state(poll.getJob()).seen();
        String resource = poll.getResource();
        if (state.isUnpublished() && isOutOfScope(answer.results(), batch, state)) {
            poll.end();
            return;
        }
        RecordPage page = answer.with(answer.results().stream().map(result -> ofThisJob(result, poll.getJob())).toList());
        forgetStaleEnding(poll, state);
        state = publishDeferredBefore(page, poll, batch, state);
        ParseResult end = end(page, state.published());
        for (ParseResult result : page.results()) {
            state = result.fact() == null ? state : ended(result.fact(), result == end, state);
        }
        if (end != null) {
            poll.also(state.published().toRead(once));
            poll.ending(batch.ending(end));
            page = page.with(page.results().stream().filter(result -> result != end).toList());
        }
        state = batch.progressed(read(page, poll, batch, state));
        TimedDiff expiring = TimedDiff.expiring(state, page.results(), source.expiringBefore(), poll.getAttempt().observedAt(), parser);
        poll.expires(expiring.next());
        state = batch.publish(expiring);
        if (!poll.isReading() || !poll.getResource().equals(resource)) {
            state = state.suspended(resource, null);
        }
        if (poll.isReading()) {
            state = end == null ? state : batch.defer(end, state);
        } else {
            state = batch.publish(poll.ending(), state)
                    .readWhole(poll.getAttempt().observedAt(), source.recheck(), source.recheckFor())
                    .suspended(JobState.WHOLE, null);
            state = timed(state.suspensions().isEmpty() ? state.expiring(poll.expires()) : state, poll, batch);
            forgetSuspensionOfAccount(poll, batch);
        }
        batch.remember(state);
    }

    /** Everything of a job was read: what time makes of it. */
    private JobState timed(JobState state, PollTask poll, BatchBuilder batch) {
        return batch.publish(TimedDiff.stalled(state, source.stalledAfter(), poll.getAttempt().observedAt(), parser));
    }

    private JobState read(RecordPage page, PollTask poll, BatchBuilder batch, JobState state) {
        ListReader reader = poll.reader();
        interrupted.reading(poll);
        boolean over = state.published().terminal() || poll.ending() != null;
        ListReader.Step step = interrupted.resumed(poll, reader.read(poll.place(), state.published(), page, over));
        JobState after = state.with(batch.publish(step.diff()));
        poll.moveOn(step);
        return after;
    }

    /** A task that was left and is taken up again may hold an end that the list has published, or replaced, meanwhile. */
    private static void forgetStaleEnding(PollTask poll, JobState state) {
        if (poll.ending() != null && (state.deferred() == null
                || !state.deferred().status().equals(poll.ending().result().fact().status()))) {
            poll.ending(DeferredEnd.of(state));
        }
    }

    /** An end that was deferred by an earlier reading is published if the job has another status now. */
    private static JobState publishDeferredBefore(RecordPage page, PollTask poll, BatchBuilder batch, JobState before) {
        JobState state = before;
        for (ParseResult result : page.results()) {
            state = result.fact() == null ? state : batch.publishDeferredBefore(result.fact(), state);
        }
        if (before.deferred() != null && state.deferred() == null) {
            poll.ending(null);
        }
        return state;
    }

    /** The end of the job that the page shows, unless it is published or not sure yet; null if there is none. */
    private static ParseResult end(RecordPage page, PublishedState published) {
        return page.results().stream().filter(result -> result.fact() != null && result.fact().isEnding()
                && !published.isCurrent(result.fact()) && !published.isUnsure(result.fact())).findFirst().orElse(null);
    }

    /** A job was read while nothing else was, so nothing is wrong with the account. That says nothing of its list. */
    private void forgetSuspensionOfAccount(PollTask poll, BatchBuilder batch) {
        JobState own = batch.state("");
        if (poll.isProbe()) {
            batch.remember(source.listsJobs() ? own.suspended(JobState.WHOLE, null) : own.unsuspended());
        }
    }

    private boolean isOutOfScope(List<ParseResult> results, BatchBuilder batch, JobState state) {
        Fact first = results.stream().map(ParseResult::fact).filter(Objects::nonNull)
                .filter(fact -> fact.kind() == FactType.JOB_STATUS_CHANGED).findFirst()
                .orElse(results.isEmpty() ? null : results.get(0).fact());
        if (first == null || filter.wants(first) && !filter.isOld(first)) {
            return false;
        }
        if (filter.isOld(first)) {
            batch.remember(state.retired(Retired.OLD));
        }
        return true;
    }

    private static ParseResult ofThisJob(ParseResult result, String job) {
        return result.fact() == null || result.fact().job().equals(job) ? result
                : result.rejected("it is about another job than the one asked for");
    }
}
