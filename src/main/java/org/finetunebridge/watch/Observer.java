package org.finetunebridge.watch;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.finetunebridge.deadletter.DeadLetters;
import org.finetunebridge.event.Envelope;
import org.finetunebridge.event.Event;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactReader;
import org.finetunebridge.event.Finding;
import org.finetunebridge.event.Kind;
import org.finetunebridge.event.Page;
import org.finetunebridge.event.Telling;
import org.finetunebridge.fetch.Failure;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.memory.JobMemory.Retired;
import org.finetunebridge.memory.News;
import org.finetunebridge.memory.Tail;
import org.finetunebridge.memory.Told;
import org.finetunebridge.memory.Trouble;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;

/** Holds a page against the memory: what is new in it becomes the batch to commit. */
public final class Observer {

    private final SourceSettings source;
    private final FactReader reader;
    private final Envelope envelope;
    private final DeadLetters deadLetters;
    private final Scope scope;
    private final Drift drift;

    /** @param envelope of the source's events */
    public Observer(SourceSettings source, Envelope envelope) {
        this.source = source;
        this.reader = new FactReader(source.provider().name(), source.zone());
        this.envelope = envelope;
        this.deadLetters = new DeadLetters(envelope);
        this.scope = new Scope(source);
        this.drift = new Drift(source.name(), source.provider().fields());
    }

    /** The page as the batch that tells it, and the poll moved on to what is read next. */
    public Batch observe(@Body JsonNode mapped, @Variable("poll") Poll poll) {
        Page page = Page.of(mapped, reader, poll.naming());
        page.findings().forEach(finding -> drift.look(poll.getResource(), finding));
        var draft = new Draft(poll, page.requestId(), poll.getAttempt().observedAt());
        poll.observes();
        if (poll.isList()) {
            list(page, poll, draft);
        } else {
            job(page, poll, draft);
        }
        return draft.batch();
    }

    /** What came that nobody here knows. */
    public Drift drift() {
        return drift;
    }

    /**
     * A failed poll as the batch that tells of it: what was held back, and a dead letter if it comes to that.
     *
     * @param again whether it is tried again soon, so that what is held back may wait
     */
    Batch failed(Poll poll, Retries.Verdict verdict, Failure failure, boolean again, Instant now) {
        var draft = new Draft(poll, null, now);
        JobMemory memory = draft.memory(poll.getJob());
        if (poll.ending() != null && !again) {
            poll.observes();
            memory = memory.with(draft.tell(News.ofState(memory.told(), List.of(poll.ending().finding()))));
            poll.ending(null);
        }
        draft.remember(memory);
        if (verdict.trouble() != null) {
            draft.remember(draft.memory(verdict.ofAll() ? "" : poll.getJob()).with(verdict.trouble()));
        }
        if (verdict.tell()) {
            draft.deadLetters.add(deadLetters.ofFailure(failure, verdict.trouble().attempts(),
                    verdict.ofAll() ? "" : poll.getJob(), poll.getResource(), poll.getAttempt(), now));
        }
        return draft.batch();
    }

    private void list(Page page, Poll poll, Draft draft) {
        JobMemory own = draft.memory("");
        for (Finding finding : page.findings()) {
            if (finding.fact() == null) {
                own = own.with(draft.tell(News.ofState(own.told(), List.of(finding))));
                if (finding.job() != null && draft.knows(finding.job())) {
                    poll.listing().shows(finding.job(), draft.memory(finding.job()).retired() == null, null);
                }
            } else if (scope.wants(finding.fact())) {
                listed(finding, poll, draft);
            }
        }
        boolean whole = poll.passState(page);
        if (whole) {
            poll.listing().vanished(poll.session().jobs(source.name()))
                    .forEach(memory -> draft.remember(memory.retired(Retired.VANISHED)));
            own = own.with((Trouble) null);
        }
        draft.remember(own);
    }

    private void listed(Finding finding, Poll poll, Draft draft) {
        Fact fact = finding.fact();
        JobMemory memory = draft.memory(fact.job());
        if (memory.retired() == null && isUntold(memory) && scope.isOld(fact)) {
            memory = memory.retired(Retired.OLD);
        } else {
            memory = memory.seen();
        }
        boolean held = poll.listing().holdsEndings() && memory.retired() == null && memory.trouble() == null
                && isEnding(fact) && !source.follow().isEmpty();
        poll.listing().shows(fact.job(), memory.retired() == null, held ? draft.ending(finding) : null);
        if (memory.retired() != Retired.OLD && !held) {
            memory = memory.with(draft.tell(News.ofState(memory.told(), List.of(finding))));
        }
        draft.remember(memory);
    }

    private void job(Page page, Poll poll, Draft draft) {
        JobMemory memory = draft.memory(poll.getJob()).seen();
        List<Finding> findings = page.findings();
        if (isUntold(memory) && isOutOfScope(findings, draft, memory)) {
            poll.end();
            return;
        }
        findings = findings.stream().map(finding -> ofThisJob(finding, poll.getJob())).toList();
        if (poll.isGrowing()) {
            memory = growth(page, findings, poll, draft, memory);
        } else if (poll.isNamed()) {
            memory = named(page, findings, poll, draft, memory);
        } else {
            memory = state(page, findings, poll, draft, memory);
        }
        if (!poll.isReading()) {
            memory = memory.readWhole().with((Trouble) null);
            draft.remember(draft.memory("").with((Trouble) null));
        }
        draft.remember(memory);
    }

    private JobMemory growth(Page page, List<Finding> all, Poll poll, Draft draft, JobMemory memory) {
        String resource = poll.getResource();
        List<Finding> findings = settled(page, all, poll, memory);
        News news = News.ofGrowth(memory.told(), findings, poll.askedFrom());
        Told told = draft.tell(news);
        if (findings.size() < all.size()) {
            told = told.withHeld(resource, all.get(all.size() - 1).id());
        }
        poll.passGrowth(page, news);
        return end(poll, draft, memory.with(told));
    }

    /** Without a last record that may still change, until it was read twice as it is. */
    private static List<Finding> settled(Page page, List<Finding> findings, Poll poll, JobMemory memory) {
        boolean over = memory.told().terminal() || poll.ending() != null;
        if (!poll.isSettling() || over || page.more() || findings.isEmpty()) {
            return findings;
        }
        var cursor = memory.told().cursor(poll.getResource());
        int last = findings.size() - 1;
        boolean known = poll.askedFrom().from() + last < cursor.position()
                || findings.get(last).id().equals(cursor.held());
        return known ? findings : findings.subList(0, last);
    }

    /** A list of named records: read on after the last one told, or back to it and then forward. */
    private JobMemory named(Page page, List<Finding> findings, Poll poll, Draft draft, JobMemory memory) {
        String resource = poll.getResource();
        Told told = memory.told();
        if (poll.isNewestFirst(page)) {
            boolean all = poll.trail().follows(page);
            if (poll.passRecent(page, !all && Tail.of(told.cursor(resource), findings).met())) {
                told = draft.tell(all ? News.ofNext(told, findings, resource)
                        : News.ofList(told, findings, resource, false), resource);
            }
        } else {
            // A page of one moment does not tell in which order the list is: then it is read from its beginning again.
            boolean sure = page.newestFirst() != null || told.cursor(resource).mark() != null;
            told = draft.tell(told.cursor(resource).mark() != null ? News.ofNext(told, findings, resource)
                    : News.ofList(told, findings, resource, false), resource);
            told = sure && page.mark() != null ? told.withMark(resource, page.mark()) : told;
            poll.passNamed(page);
        }
        return end(poll, draft, memory.with(told));
    }

    private JobMemory end(Poll poll, Draft draft, JobMemory memory) {
        return poll.isReading() || poll.ending() == null ? memory
                : memory.with(draft.tell(News.ofState(memory.told(), List.of(poll.ending().finding()))));
    }

    /** The end of a job is told with what is read last of it, so that nobody acts on it before its checkpoints. */
    private JobMemory state(Page page, List<Finding> findings, Poll poll, Draft draft, JobMemory memory) {
        String resource = poll.getResource();
        boolean whole = poll.isWhole();
        poll.passState(page);
        List<Finding> now = new ArrayList<>(findings);
        if (poll.isReading() && resource.equals(source.provider().job())) {
            findings.stream().filter(finding -> finding.fact() != null && isEnding(finding.fact())).findFirst()
                    .ifPresent(ending -> {
                        poll.ending(draft.ending(ending));
                        now.remove(ending);
                    });
        } else if (!poll.isReading() && poll.ending() != null) {
            now.add(poll.ending().finding());
        }
        return memory.with(draft.tell(whole ? News.ofList(memory.told(), now, resource, true)
                : News.ofState(memory.told(), now), resource));
    }

    /** A job may be remembered for its troubles alone. */
    private static boolean isUntold(JobMemory memory) {
        return memory.told().equals(Told.NOTHING);
    }

    private boolean isOutOfScope(List<Finding> findings, Draft draft, JobMemory memory) {
        Fact first = findings.stream().map(Finding::fact).filter(Objects::nonNull)
                .filter(fact -> fact.kind() == Kind.JOB_STATUS_CHANGED).findFirst()
                .orElse(findings.isEmpty() ? null : findings.get(0).fact());
        if (first == null || scope.wants(first) && !scope.isOld(first)) {
            return false;
        }
        if (scope.isOld(first)) {
            draft.remember(memory.retired(Retired.OLD));
        }
        return true;
    }

    private static boolean isEnding(Fact fact) {
        return fact.kind() == Kind.JOB_STATUS_CHANGED && Fact.isTerminal(fact.status());
    }

    private static Finding ofThisJob(Finding finding, String job) {
        return finding.fact() == null || finding.fact().job().equals(job) ? finding
                : finding.refused("it is about another job than the one asked for");
    }

    /** Gathers a batch. */
    private final class Draft {
        private final Poll poll;
        private final String requestId;
        private final Instant observedAt;
        private final List<Event> events = new ArrayList<>();
        private final List<Event> deadLetters = new ArrayList<>();
        private final Map<String, JobMemory> memories = new LinkedHashMap<>();

        Draft(Poll poll, String requestId, Instant observedAt) {
            this.poll = poll;
            this.requestId = requestId == null ? poll.getAttempt().requestId() : requestId;
            this.observedAt = observedAt;
        }

        /** With what this batch tells already: a page may show one job twice. */
        JobMemory memory(String job) {
            JobMemory drafted = memories.get(job);
            return drafted == null ? poll.session().of(source.name(), job) : drafted;
        }

        boolean knows(String job) {
            return memories.containsKey(job) || poll.session().knows(source.name(), job);
        }

        Told tell(News news) {
            return tell(news, poll.isReading() ? poll.getResource() : "");
        }

        Told tell(News news, String resource) {
            poll.known(news.known());
            for (Telling telling : news.items()) {
                events.add(event(telling));
            }
            for (Finding refused : news.refused()) {
                deadLetters.add(Observer.this.deadLetters.ofRecord(refused, poll.getJob(), resource,
                        poll.getAttempt()));
            }
            return news.told();
        }

        Ending ending(Finding finding) {
            return new Ending(finding, observedAt, requestId);
        }

        /** What was held back was seen in another answer than the one it is told with. */
        private Event event(Telling telling) {
            Ending held = poll.ending();
            return held != null && telling.fact() == held.finding().fact()
                    ? envelope.of(telling, held.observedAt(), held.requestId())
                    : envelope.of(telling, observedAt, requestId);
        }

        void remember(JobMemory memory) {
            if (!memory.equals(memory(memory.job()))) {
                memories.put(memory.job(), memory);
            }
        }

        Batch batch() {
            return new Batch(poll.session(), events, deadLetters, List.copyOf(memories.values()),
                    (event, why) -> Observer.this.deadLetters.ofEvent(event, why, poll.getAttempt()));
        }
    }
}
