package org.finetunebridge.replay;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.finetunebridge.deadletter.DeadLetter;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.event.RecordPage.RecordKeyStrategy;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.polling.JobFilter;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.Provider.PaginationConfig;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.EventRejectedException;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.ReplayDiff;

/** Publishes the dead-lettered records of one source, as today's mappings read them. */
final class RecordReplayer {

    /** As many records go into one commit. */
    private static final int AT_ONCE = 100;

    private final SourceSettings source;
    private final JsltMapper mappings;
    private final Publisher publisher;
    private final InstantSource clock;
    private final FactParser parser;
    private final CloudEventWriter envelope;
    private final JobFilter filter;

    /** What today's mappings make of a letter: facts, or the reason why there are none. */
    private record Candidate(DeadLetter letter, List<ParseResult> results, String reason) {

        String job() {
            return results.get(0).job();
        }

        Instant time() {
            return results.stream().map(ParseResult::fact).map(Fact::time).filter(time -> time != null)
                    .min(Comparator.naturalOrder()).orElse(Instant.MAX);
        }
    }

    /** @param envelope of the source's events */
    RecordReplayer(SourceSettings source, JsltMapper mappings, CloudEventWriter envelope, Publisher publisher,
            InstantSource clock) {
        this.source = source;
        this.mappings = mappings;
        this.publisher = publisher;
        this.clock = clock;
        this.parser = new FactParser(source.provider().name(), source.zone());
        this.envelope = envelope;
        this.filter = new JobFilter(source);
    }

    /**
     * Publishes what can be published, within a job the oldest first.
     *
     * @param letters of this source, each with a record
     * @param outcome is told of each letter how it went, once that is certain; of none after the sink failed
     * @throws org.finetunebridge.sink.SinkUnavailableException if the sink failed
     */
    void replay(List<DeadLetter> letters, ReplayOutcome outcome) {
        List<Candidate> candidates = new ArrayList<>();
        for (DeadLetter letter : letters) {
            Candidate candidate = read(letter);
            if (candidate.reason() == null) {
                candidates.add(candidate);
            } else {
                outcome.stays(letter, candidate.reason());
            }
        }
        candidates.sort(Comparator.comparing(Candidate::job).thenComparing(Candidate::time));
        for (int from = 0; from < candidates.size(); from += AT_ONCE) {
            publish(candidates.subList(from, Math.min(candidates.size(), from + AT_ONCE)), outcome);
        }
    }

    private Candidate read(DeadLetter letter) {
        String unread = DeadLetterReplayer.unread(letter, source);
        if (unread != null) {
            return new Candidate(letter, List.of(), unread);
        }
        try {
            List<ParseResult> results = results(letter);
            return new Candidate(letter, results, problem(letter, results));
        } catch (JsltMapper.WrongShapeException e) {
            return new Candidate(letter, List.of(), "its mapping refuses it: " + e.getMessage());
        }
    }

    private List<ParseResult> results(DeadLetter letter) {
        PaginationConfig ways = source.provider().ways();
        boolean placed = ways.indexed().contains(letter.resource()) && letter.position() != null;
        var answer = JsonNodeFactory.instance.objectNode().set("record", letter.record());
        return RecordPage.of(mappings.mapResource(answer, JsltMapper.asked(letter.job(), ""), source.provider().name(),
                letter.resource()), parser, new RecordKeyStrategy(false, ways.numbered().contains(letter.resource()),
                placed ? letter.position() : -1)).results();
    }

    /** Why the record stays a dead letter; null if it can be used. */
    private String problem(DeadLetter letter, List<ParseResult> results) {
        if (results.isEmpty()) {
            return "its mapping makes nothing of it";
        }
        for (ParseResult result : results) {
            if (result.fact() == null) {
                return result.reason();
            }
            if (!result.job().equals(isListed(letter) ? results.get(0).job() : letter.job())) {
                return "it is about another job than the one asked for";
            }
        }
        return null;
    }

    /** A record of the list says itself which job it is about; any other has to be about the job that was read. */
    private boolean isListed(DeadLetter letter) {
        return letter.resource().equals(source.provider().list());
    }

    private void publish(List<Candidate> candidates, ReplayOutcome outcome) {
        var draft = new Draft(publisher.session());
        Map<Candidate, String> reasons = new LinkedHashMap<>();
        candidates.forEach(candidate -> reasons.put(candidate, draft.add(candidate)));
        try {
            publisher.publish(draft.batch());
        } catch (EventRejectedException e) {
            if (candidates.size() > 1) {
                candidates.forEach(candidate -> publish(List.of(candidate), outcome));
            } else {
                outcome.stays(candidates.get(0).letter(), "the sink refuses its event: " + e.getMessage());
            }
            return;
        }
        reasons.forEach((candidate, reason) -> {
            if (reason == null) {
                outcome.published(candidate.letter());
            } else {
                outcome.stays(candidate.letter(), reason);
            }
        });
    }

    /** The events and states of one commit. */
    private final class Draft {

        private final SinkSession session;
        private final List<EncodedEvent> events = new ArrayList<>();
        private final Map<String, JobState> states = new LinkedHashMap<>();

        Draft(SinkSession session) {
            this.session = session;
        }

        Batch batch() {
            return new Batch(session, events, List.of(), List.copyOf(states.values()));
        }

        /** Returns why nothing of the record is published; null if it is, or was before. */
        String add(Candidate candidate) {
            DeadLetter letter = candidate.letter();
            String name = ParseResult.nameOf(letter.record());
            boolean listed = isListed(letter);
            boolean rejected = state(listed ? "" : letter.job()).published().mayLack(name);
            boolean growing = source.provider().ways().growing().contains(letter.resource());
            List<EncodedEvent> more = new ArrayList<>();
            JobState job = state(candidate.job());
            for (ParseResult result : candidate.results()) {
                String unwanted = unwanted(job, result.fact());
                ReplayDiff diff = ReplayDiff.of(job, result, letter.resource(), growing ? letter.position() : null, rejected);
                if (unwanted != null || !diff.proved()) {
                    return unwanted != null ? unwanted : unproved(result.fact());
                }
                diff.items().stream().filter(item -> source.publishes(item.fact().kind()))
                        .forEach(item -> more.add(envelope.of(item, clock.instant(), null)));
                job = job.with(diff.published());
            }
            events.addAll(more);
            remember(job);
            if (rejected) {
                JobState owner = state(listed ? "" : letter.job());
                String id = candidate.results().get(0).id();
                remember(owner.with(owner.published().withRecovered(name, id)));
            }
            return null;
        }

        private JobState state(String job) {
            JobState drafted = states.get(job);
            return drafted == null ? session.pending(source.name(), job) : drafted;
        }

        private void remember(JobState state) {
            if (!state.equals(state(state.job()))) {
                states.put(state.job(), state);
            }
        }
    }

    /** What a poll would not publish, a replay does not publish either. */
    private String unwanted(JobState job, Fact fact) {
        if (!filter.wants(fact)) {
            return "its model is not among " + source.name() + ".models";
        }
        boolean published = fact.kind() == FactType.JOB_SEEN || source.publishes(fact.kind())
                || fact.derived().stream().anyMatch(derived -> source.publishes(derived.kind()));
        if (!published) {
            return source.name() + ".events leaves out what it shows";
        }
        return job.retired() == JobState.Retired.OLD || job.isUnpublished() && filter.isOld(fact)
                ? "its job is older than " + source.name() + ".since" : null;
    }

    private static String unproved(Fact fact) {
        return fact.kind() == FactType.JOB_SEEN ? "it only shows that the job exists; a poll publishes what there is of it"
                : "the state does not say whether it was published; it may have been reset";
    }
}
