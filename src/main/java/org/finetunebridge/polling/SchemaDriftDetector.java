package org.finetunebridge.polling;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.text.LogSanitizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a provider's answers are no longer what its mapping was written for. Never an error, never silent: every
 * unknown field and status is counted and named in the log once a run, so that an alert on the count means something new.
 */
public final class SchemaDriftDetector {

    private static final Logger LOG = LoggerFactory.getLogger(SchemaDriftDetector.class);
    /** A provider that invents names must not fill the memory with them. */
    private static final int NAMES_KEPT = 200;
    private static final int LONGEST_NAME = 100;

    private final String source;
    private final Map<String, Set<String>> known;
    private final Set<String> named = ConcurrentHashMap.newKeySet();
    private final LongAdder count = new LongAdder();

    /** @param known the fields of a resource's records; {@code job} has those of {@code jobs}; another that is not in it is not looked at */
    SchemaDriftDetector(String source, Map<String, Set<String>> known) {
        this.source = source;
        this.known = known;
    }

    /** How many different unknown fields and statuses came so far. */
    public long count() {
        return count.sum();
    }

    void look(String resource, ParseResult result) {
        Set<String> fields = known.getOrDefault(resource, known.get(resource + 's'));
        if (fields != null && result.raw().isObject()) {
            result.raw().fieldNames().forEachRemaining(field -> {
                if (!fields.contains(field)) {
                    noticed("field", resource + '.' + field);
                }
            });
        }
        if (result.fact() != null) {
            noticedStatus(resource, result.fact());
            result.fact().derived().forEach(fact -> noticedStatus(resource, fact));
        }
    }

    private void noticedStatus(String resource, Fact fact) {
        if ("UNKNOWN".equals(fact.status())) {
            noticed("status", resource + ": " + fact.data().path("statusRaw").asText());
        }
    }

    private void noticed(String what, String name) {
        String kept = name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + '…';
        if (named.size() < NAMES_KEPT && named.add(what + kept)) {
            count.increment();
            LOG.info("{}: a {} that the mapping does not know: {}", source, what, LogSanitizer.line(kept));
            if (named.size() == NAMES_KEPT) {
                LOG.warn("{}: further unknown fields and statuses are neither counted nor named", source);
            }
        }
    }
}
