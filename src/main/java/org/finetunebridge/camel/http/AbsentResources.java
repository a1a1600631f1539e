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
 * after a minute, then after twice as long each time, up to an hour: a server that has just started may not have all yet. Once
 * a resource was there, a refusal says only that this job has none. Safe for threads.
 */
final class AbsentResources {

    private static final Logger LOG = LoggerFactory.getLogger(AbsentResources.class);
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);
    /** Not found, no such method, not implemented. */
    private static final Set<Integer> REFUSALS = Set.of(404, 405, 501);

    private final Map<String, Boolean> there = new ConcurrentHashMap<>();
    private final Map<String, Absence> absent = new ConcurrentHashMap<>();

    /** When it is looked for again, and how long that is after it was looked for last. */
    private record Absence(Instant until, Duration lasts) {

        static Absence after(Absence before, Instant now) {
            Duration lasts = before == null ? FIRST : before.lasts.multipliedBy(2);
            lasts = lasts.compareTo(LONGEST) > 0 ? LONGEST : lasts;
            return new Absence(now.plus(lasts), lasts);
        }

        /** One that is further ahead than it lasts was written before the clock was set back. */
        boolean isOn(Instant now) {
            return now.isBefore(until) && now.isAfter(until.minus(lasts.multipliedBy(2)));
        }
    }

    /** Whether nobody needs to be asked, since the server did not have the resource a short time ago. */
    boolean isKnown(SourceSettings source, String resource, Instant now) {
        if (absent.isEmpty() || resource == null) {
            return false;
        }
        Absence absence = absent.get(name(source, resource));
        return absence != null && absence.isOn(now);
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
                absent.remove(name);
            }
            return false;
        }
        if (there.putIfAbsent(name, false) == null) {
            LOG.info("{}: this server has no {} (HTTP {}): the rest is read without them, and they are looked for again, once an hour in the end",
                    source.name(), resource, status);
        }
        if (!there.get(name)) {
            absent.compute(name, (same, before) -> before != null && before.isOn(now) ? before : Absence.after(before, now));
        }
        return true;
    }

    private static String name(SourceSettings source, String resource) {
        return source.name() + ' ' + resource;
    }
}
