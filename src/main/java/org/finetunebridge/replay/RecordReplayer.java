package org.finetunebridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.finetunebridge.deadletter.DeadLetter;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.FactType;
import org.finetunebridge.event.OutgoingEvent;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;

/** Tells a dead-lettered record through today's mapping, once: the memory knows whether it was told since. */
public final class RecordReplayer {

    private final SourceSettings source;
    private final JsltMapper mappings;
    private final Publisher publisher;
    private final InstantSource clock;
    private final FactParser reader;
    private final CloudEventWriter envelope;

    /** @param envelope of the source's events */
    public RecordReplayer(SourceSettings source, JsltMapper mappings, CloudEventWriter envelope, Publisher publisher,
            InstantSource clock) {
        this.source = source;
        this.mappings = mappings;
        this.publisher = publisher;
        this.clock = clock;
        this.reader = new FactParser(source.provider().name(), source.zone());
        this.envelope = envelope;
    }

    /** @return whether the record is told now, or was before; if not, it still cannot be used */
    public boolean tell(DeadLetter letter) {
        if (letter.record().isMissingNode()) {
            return false;
        }
        ParseResult finding = finding(letter);
        if (finding == null || finding.fact() == null) {
            return false;
        }
        SinkSession session = publisher.session();
        String refused = ParseResult.nameOf(letter.record());
        JobState own = session.of(source.name(), finding.job());
        JobState list = session.of(source.name(), "");
        if (own.told().mayLack(refused)) {
            publisher.publish(batch(finding, session, own.with(own.told().withoutRefused(refused)), null));
        } else if (list.told().mayLack(refused)) {
            publisher.publish(batch(finding, session, own, list.with(list.told().withoutRefused(refused))));
        }
        return true;
    }

    private ParseResult finding(DeadLetter letter) {
        try {
            JsonNode answer = JsonNodeFactory.instance.objectNode().set("record", letter.record());
            JsonNode mapped = mappings.mapResource(answer, JsltMapper.asked(letter.job(), ""),
                    source.provider().name(), letter.resource());
            List<ParseResult> findings = RecordPage.of(mapped, reader).findings();
            return findings.size() == 1 ? findings.get(0) : null;
        } catch (JsltMapper.WrongShape e) {
            return null;
        }
    }

    private Batch batch(ParseResult finding, SinkSession session, JobState own, JobState list) {
        List<EncodedEvent> events = new ArrayList<>();
        PublishedState told = own.told();
        if (finding.fact().kind() == FactType.LOG_APPENDED) {
            events.add(event(new OutgoingEvent(finding.fact(), null, null)));
        } else {
            told = tell(told, finding, events);
        }
        if (finding.derived() != null) {
            told = tell(told, finding.derived(), events);
        }
        List<JobState> memories = new ArrayList<>(List.of(own.with(told)));
        if (list != null) {
            memories.add(list);
        }
        return new Batch(session, events, List.of(), memories);
    }

    private PublishedState tell(PublishedState told, ParseResult finding, List<EncodedEvent> events) {
        StateDiff news = StateDiff.ofState(told, List.of(finding));
        news.items().forEach(telling -> events.add(event(telling)));
        return news.told();
    }

    private EncodedEvent event(OutgoingEvent telling) {
        Instant now = clock.instant();
        return envelope.of(telling, now, null);
    }
}
