package org.finetunebridge.polling;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.Timestamps;
import org.finetunebridge.settings.SourceSettings;

/** Which jobs a source is interested in. */
public final class JobFilter {

    private final SourceSettings source;

    /** @param source whose models and {@code since} count */
    public JobFilter(SourceSettings source) {
        this.source = source;
    }

    /** Whether the fact is about a job of the models wanted; a job that names no model is wanted. */
    public boolean wants(Fact fact) {
        List<String> models = source.models();
        List<String> named = Stream.of("baseModel", "model").map(field -> fact.data().path(field).textValue())
                .filter(Objects::nonNull).toList();
        return models.isEmpty() || named.isEmpty() || named.stream().anyMatch(models::contains);
    }

    /** Whether the job is older than the source cares for: by its creation, or else by the first that is seen of it. */
    public boolean isOld(Fact first) {
        if (source.since() == null) {
            return false;
        }
        Instant created = created(first);
        return created != null && created.isBefore(source.since());
    }

    private Instant created(Fact fact) {
        try {
            Instant created = Timestamps.parse(fact.data().get("createdAt"), source.zone());
            return created == null ? fact.time() : created;
        } catch (DateTimeException e) {
            return fact.time();
        }
    }
}
