package org.finetunebridge.settings;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.finetunebridge.event.FactType;
import org.finetunebridge.provider.Provider;

/**
 * One source: one account at one provider.
 *
 * @param name           its section in the configuration
 * @param provider       who is asked
 * @param baseUrl        http or https, perhaps with a path, without a slash at the end
 * @param apiKey         the secret itself; goes into one header and nowhere else. Empty where a token takes its place
 * @param jobs           the jobs to watch; empty for every job the account lists
 * @param models         only jobs of these base models; empty for all
 * @param since          jobs created before this are marked as seen, UTC; null for none
 * @param period         between polls
 * @param cron           a Quartz expression instead of the period; null for none
 * @param cronZone       in which the cron expression is read
 * @param concurrency    requests in flight at most
 * @param rate           requests a second at most; 0 for no limit
 * @param zone           of the provider's clocks that carry none
 * @param requestTimeout for one request
 * @param own            values of the provider's own keys
 * @param recheck        how often a job that ended is read again, after the first reads at growing intervals
 * @param recheckFor     how long after its end that goes on; zero for the first reads only
 * @param events         the words of the kinds of fact that are published; the others are followed all the same
 * @param access         how the provider is reached
 * @param timed          when time makes facts of its jobs
 */
public record SourceSettings(String name, Provider provider, String baseUrl, String apiKey, List<String> jobs,
        List<String> models, Instant since, Duration period, String cron, ZoneId cronZone, int concurrency,
        double rate, ZoneId zone, Duration requestTimeout, Map<String, String> own, Duration recheck,
        Duration recheckFor, Set<String> events, AccessSettings access, TimedSettings timed) {

    /** The words of {@code <source>.events}, in alphabetical order, and the kind of fact each stands for. */
    public static final SortedMap<String, String> EVENTS = Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(
            "status", "job.status-changed", "checkpoint", "checkpoint.changed", "log", "log.appended",
            "metrics", "metrics.recorded", "stalled", "job.stalled", "expiring", "checkpoint.expiring")));

    /** Whether there is something to show the provider, so that the source is read. */
    public boolean isOn() {
        return !apiKey.isEmpty() || access.oauth2() != null;
    }

    /** Whether the account is asked for its jobs. */
    public boolean listsJobs() {
        return jobs.isEmpty();
    }

    /** Whether facts of this kind become events. */
    public boolean publishes(FactType kind) {
        return events.contains(kind.word());
    }

    /** One of its jobs, whatever its model and its age, and every kind of fact. */
    SourceSettings only(String job) {
        return new SourceSettings(name, provider, baseUrl, apiKey, List.of(job), List.of(), null, period, null, cronZone,
                concurrency, rate, zone, requestTimeout, own, recheck, recheckFor, Set.copyOf(EVENTS.values()), access, timed);
    }

    /** A RUNNING job that showed nothing new for this long is published as stalled; zero for never. */
    public Duration stalledAfter() {
        return publishes(FactType.JOB_STALLED) ? timed.stalledAfter() : Duration.ZERO;
    }

    /** A checkpoint is published as expiring this long before it expires; zero for never. */
    public Duration expiringBefore() {
        return publishes(FactType.CHECKPOINT_EXPIRING) ? timed.expiringBefore() : Duration.ZERO;
    }

    /** The resources read for every watched job, in order: those always read, and those that are wished for. */
    public List<String> follow() {
        Map<String, String> wishes = provider.wishes();
        return provider.follow().stream()
                .filter(one -> !wishes.containsKey(one) || "true".equals(own.get(wishes.get(one)))).toList();
    }

    /** Whether anything of this resource is read: the list, the job itself, or what is followed of it. */
    public boolean reads(String resource) {
        return resource.equals(provider.list()) || resource.equals(provider.job()) || follow().contains(resource)
                || provider.ways().once().contains(resource);
    }

    /** Without the secret, so that a record in a log line does not show it. */
    @Override
    public String toString() {
        return name + " (" + provider.name() + " at " + baseUrl + ")";
    }
}
