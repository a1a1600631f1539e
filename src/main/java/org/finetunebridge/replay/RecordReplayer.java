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
    public boolean publish(DeadLetter letter) {
        if (letter.record().isMissingNode()) {
            return false;
        }
        ParseResult result = result(letter);
        if (result == null || result.fact() == null) {
            return false;
        }
        SinkSession session = publisher.session();
        String rejected = ParseResult.nameOf(letter.record());
        JobState own = session.of(source.name(), result.job());
        JobState list = session.of(source.name(), "");
        if (own.published().mayLack(rejected)) {
            publisher.publish(batch(result, session, own.with(own.published().withoutRejected(rejected)), null));
        } else if (list.published().mayLack(rejected)) {
            publisher.publish(batch(result, session, own, list.with(list.published().withoutRejected(rejected))));
        }
        return true;
    }

    private ParseResult result(DeadLetter letter) {
        try {
            JsonNode answer = JsonNodeFactory.instance.objectNode().set("record", letter.record());
            JsonNode mapped = mappings.mapResource(answer, JsltMapper.asked(letter.job(), ""),
                    source.provider().name(), letter.resource());
            List<ParseResult> results = RecordPage.of(mapped, reader).results();
            return results.size() == 1 ? results.get(0) : null;
        } catch (JsltMapper.WrongShape e) {
            return null;
        }
    }

    private Batch batch(ParseResult result, SinkSession session, JobState own, JobState list) {
        List<EncodedEvent> events = new ArrayList<>();
        PublishedState published = own.published();
        if (result.fact().kind() == FactType.LOG_APPENDED) {
            events.add(event(new OutgoingEvent(result.fact(), null, null)));
        } else {
            published = publish(published, result, events);
        }
        if (result.derived() != null) {
            published = publish(published, result.derived(), events);
        }
        List<JobState> states = new ArrayList<>(List.of(own.with(published)));
        if (list != null) {
            states.add(list);
        }
        return new Batch(session, events, List.of(), states);
    }

    private PublishedState publish(PublishedState published, ParseResult result, List<EncodedEvent> events) {
        StateDiff diff = StateDiff.ofState(published, List.of(result));
        diff.items().forEach(outgoing -> events.add(event(outgoing)));
        return diff.published();
    }

    private EncodedEvent event(OutgoingEvent outgoing) {
        Instant now = clock.instant();
        return envelope.of(outgoing, now, null);
    }
}
