package org.finetunebridge.camel.http;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.finetunebridge.settings.SourceSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The optional resources that the server of an account turned out not to have: they hold nothing, and are asked for again
 * every hour. Once a resource was there, a refusal says only that this job has none. Safe for threads.
 */
final class AbsentResources {

    private static final Logger LOG = LoggerFactory.getLogger(AbsentResources.class);
    private static final Duration LOOKED_FOR = Duration.ofHours(1);
    /** Not found, no such method, not implemented. */
    private static final Set<Integer> REFUSALS = Set.of(404, 405, 501);

    private final Map<String, Boolean> there = new ConcurrentHashMap<>();
    private final Map<String, Instant> until = new ConcurrentHashMap<>();

    /** Whether nobody needs to be asked, since the server did not have the resource less than an hour ago. */
    boolean isKnown(SourceSettings source, String resource, Instant now) {
        if (until.isEmpty() || resource == null) {
            return false;
        }
        Instant end = until.get(name(source, resource));
        // One that is further ahead was written before the clock was set back.
        return end != null && now.isBefore(end) && now.isAfter(end.minus(LOOKED_FOR.multipliedBy(2)));
    }

    /**
     * An answer came.
     *
     * @param resource null if nothing is polled
     * @return whether it says that there is no such resource, and that is no failure
     */
    boolean isNoSuch(SourceSettings source, String resource, int status, Instant now) {
        if (resource == null || !source.provider().optional().contains(resource)) {
            return false;
        }
        String name = name(source, resource);
        if (!REFUSALS.contains(status)) {
            if (status >= 200 && status < 300) {
                there.put(name, true);
                until.remove(name);
            }
            return false;
        }
        if (there.putIfAbsent(name, false) == null) {
            LOG.info("{}: this server has no {} (HTTP {}): the rest is read without them, and they are looked for every hour",
                    source.name(), resource, status);
        }
        if (!there.get(name) && !isKnown(source, resource, now)) {
            until.put(name, now.plus(LOOKED_FOR));
        }
        return true;
    }

    private static String name(SourceSettings source, String resource) {
        return source.name() + ' ' + resource;
    }
}
