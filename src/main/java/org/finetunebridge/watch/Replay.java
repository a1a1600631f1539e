package org.finetunebridge.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.finetunebridge.deadletter.Letter;
import org.finetunebridge.event.Envelope;
import org.finetunebridge.event.Event;
import org.finetunebridge.event.FactReader;
import org.finetunebridge.event.Finding;
import org.finetunebridge.event.Kind;
import org.finetunebridge.event.Page;
import org.finetunebridge.event.Telling;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.memory.News;
import org.finetunebridge.memory.Told;
import org.finetunebridge.provider.Mappings;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.Session;

/** Tells a dead-lettered record through today's mapping, once: the memory knows whether it was told since. */
public final class Replay {

    private final SourceSettings source;
    private final Mappings mappings;
    private final Publisher publisher;
    private final InstantSource clock;
    private final FactReader reader;
    private final Envelope envelope;

    /** @param envelope of the source's events */
    public Replay(SourceSettings source, Mappings mappings, Envelope envelope, Publisher publisher,
            InstantSource clock) {
        this.source = source;
        this.mappings = mappings;
        this.publisher = publisher;
        this.clock = clock;
        this.reader = new FactReader(source.provider().name(), source.zone());
        this.envelope = envelope;
    }

    /** @return whether the record is told now, or was before; if not, it still cannot be used */
    public boolean tell(Letter letter) {
        if (letter.record().isMissingNode()) {
            return false;
        }
        Finding finding = finding(letter);
        if (finding == null || finding.fact() == null) {
            return false;
        }
        Session session = publisher.session();
        String refused = Finding.nameOf(letter.record());
        JobMemory own = session.of(source.name(), finding.job());
        JobMemory list = session.of(source.name(), "");
        if (own.told().mayLack(refused)) {
            publisher.publish(batch(finding, session, own.with(own.told().withoutRefused(refused)), null));
        } else if (list.told().mayLack(refused)) {
            publisher.publish(batch(finding, session, own, list.with(list.told().withoutRefused(refused))));
        }
        return true;
    }

    private Finding finding(Letter letter) {
        try {
            JsonNode answer = JsonNodeFactory.instance.objectNode().set("record", letter.record());
            JsonNode mapped = mappings.mapResource(answer, Mappings.asked(letter.job(), ""),
                    source.provider().name(), letter.resource());
            List<Finding> findings = Page.of(mapped, reader).findings();
            return findings.size() == 1 ? findings.get(0) : null;
        } catch (Mappings.WrongShape e) {
            return null;
        }
    }

    private Batch batch(Finding finding, Session session, JobMemory own, JobMemory list) {
        List<Event> events = new ArrayList<>();
        Told told = own.told();
        if (finding.fact().kind() == Kind.LOG_APPENDED) {
            events.add(event(new Telling(finding.fact(), null, null)));
        } else {
            told = tell(told, finding, events);
        }
        if (finding.derived() != null) {
            told = tell(told, finding.derived(), events);
        }
        List<JobMemory> memories = new ArrayList<>(List.of(own.with(told)));
        if (list != null) {
            memories.add(list);
        }
        return new Batch(session, events, List.of(), memories);
    }

    private Told tell(Told told, Finding finding, List<Event> events) {
        News news = News.ofState(told, List.of(finding));
        news.items().forEach(telling -> events.add(event(telling)));
        return news.told();
    }

    private Event event(Telling telling) {
        Instant now = clock.instant();
        return envelope.of(telling, now, null);
    }
}
