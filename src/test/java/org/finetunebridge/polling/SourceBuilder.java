package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.finetunebridge.provider.Provider;
import org.finetunebridge.provider.Provider.PaginationConfig;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.settings.TimedSettings;

/** The settings of a source that lists its jobs every half minute, and whatever else a test needs of them. */
final class SourceBuilder {

    private List<String> jobs = List.of();
    private List<String> follow = List.of("checkpoints", "events");
    private Duration period = Duration.ofSeconds(30);
    private String cron;
    private List<String> models = List.of();
    private Instant since;
    private Set<String> events = Set.copyOf(SourceSettings.EVENTS.values());
    private TimedSettings timed = TimedSettings.NONE;
    private Set<String> once = Set.of();
    private Set<String> after = Set.of();
    private Set<String> settling = Set.of();

    SourceBuilder jobs(String... given) {
        jobs = List.of(given);
        return this;
    }

    SourceBuilder follow(String... resources) {
        follow = List.of(resources);
        return this;
    }

    SourceBuilder period(Duration between) {
        period = between;
        return this;
    }

    SourceBuilder cron(String expression) {
        cron = expression;
        return this;
    }

    SourceBuilder models(String... wanted) {
        models = Stream.of(wanted).toList();
        return this;
    }

    SourceBuilder since(Instant oldest) {
        since = oldest;
        return this;
    }

    SourceBuilder events(String... words) {
        events = Set.of(words);
        return this;
    }

    SourceBuilder timed(Duration stalledAfter, Duration expiringBefore) {
        timed = new TimedSettings(stalledAfter, expiringBefore);
        return this;
    }

    /** What is read once, after the end of a job. */
    SourceBuilder once(String... resources) {
        once = Set.of(resources);
        return this;
    }

    /** Lists of named records, oldest first. */
    SourceBuilder after(String... resources) {
        after = Set.of(resources);
        return this;
    }

    /** Lists that grow at their end, whose last record may still change. */
    SourceBuilder settling(String... resources) {
        settling = Set.of(resources);
        return this;
    }

    SourceSettings build() {
        SourceSettings of = DryRun.settings(jobs, follow, 4, 0, period, Duration.ofHours(1), Duration.ofDays(7));
        Provider one = of.provider();
        PaginationConfig ways = new PaginationConfig(settling, Set.of(), Set.of(), after, Set.of(), Set.of(),
                settling, Map.of("jobs", "1"), Map.of(), once);
        Provider provider = new Provider(one.name(), one.baseUrl(), one.zone(), one.keyHeader(), one.keyPrefix(),
                one.requestIdHeader(), one.list(), one.job(), one.follow(), one.wishes(), ways, one.keys(), one.fields(),
                one.limits(), one.errors(), one.regions(), one.headers(), one.optional(), one.signature(),
                one.keyQuery(), one.showsOneJob());
        return new SourceSettings(of.name(), provider, of.baseUrl(), of.apiKey(), of.jobs(), models, since, of.period(),
                cron, of.cronZone(), of.concurrency(), of.rate(), of.zone(), of.requestTimeout(), of.own(),
                of.recheck(), of.recheckFor(), events, of.access(), timed);
    }
}
