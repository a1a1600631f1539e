package org.finetunebridge.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.finetunebridge.camel.Account;
import org.finetunebridge.camel.Accounts;
import org.finetunebridge.camel.PollErrorHandler;
import org.finetunebridge.camel.http.Answered;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.provider.Provider;
import org.finetunebridge.provider.Provider.PaginationConfig;
import org.finetunebridge.settings.AccessSettings;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.settings.TimedSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.EventRejectedException;
import org.finetunebridge.sink.FlakySink;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.Suspension;

/**
 * The watch and poll routes without Camel, HTTP and time: the same beans in the same order, a provider that is a
 * function from what is asked to a mapped page, and a sink that fails when it is told to.
 */
final class DryRun {

    /** More pages than any sweep of a test has: whoever reads more will read for ever. */
    private static final int ENDLESS = 2_000;
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final CamelContext CONTEXT = new DefaultCamelContext();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Publisher DISPATCHED = new Publisher(new FlakySink());

    final FlakySink sink = new FlakySink();
    private SourceSettings source;
    private RetryBudget patience = RetryBudget.ONCE;
    private final Function<PollTask, JsonNode> provider;
    private Instant now = START;
    private Publisher publisher;
    private SourcePoller poller;
    private ChangeDetector observer;
    private PollErrorHandler failures;
    private int pages;
    private Consumer<String> jobRead = job -> { };
    private final Deque<Runnable> commits = new ArrayDeque<>();
    private RandomGenerator late = new Random(1);
    private Duration jitter = Duration.ZERO;
    private Duration stepped = Duration.ZERO;
    private Runnable beforeCommit = () -> { };
    private final PollClock clock = new PollClock() {
        @Override
        public Instant instant() {
            return now.plus(stepped);
        }

        @Override
        public long nanos() {
            return Duration.between(START, now).toNanos();
        }
    };

    /** A source of one job that is given, with one list that grows. */
    static DryRun ofGrowing(Function<PollTask, JsonNode> provider) {
        return new DryRun(source(List.of("job-1"), null, null, List.of("events"), growing("events")), provider);
    }

    /** A source of one job that is given, with one list of named records. */
    static DryRun ofNamed(boolean newestFirst, Function<PollTask, JsonNode> provider) {
        return ofNamed(List.of("job-1"), newestFirst, provider);
    }

    /** A source of jobs that are given, each with one list of named records. */
    static DryRun ofNamed(List<String> jobs, boolean newestFirst, Function<PollTask, JsonNode> provider) {
        Set<String> recent = newestFirst ? Set.of("events") : Set.of();
        Set<String> after = newestFirst ? Set.of() : Set.of("events");
        var ways = new PaginationConfig(Set.of(), Set.of(), recent, after, Set.of(), Set.of(), Set.of(), Map.of());
        return new DryRun(source(jobs, null, null, List.of("events"), ways), provider);
    }

    /** A source that lists its jobs, whose checkpoints are followed. */
    static DryRun ofListed(Function<PollTask, JsonNode> provider) {
        return new DryRun(source(List.of(), "jobs", null, List.of("checkpoints"), growing()), provider);
    }

    /** A source that lists its jobs, whose events and checkpoints are followed. */
    static DryRun ofListedWithEvents(Function<PollTask, JsonNode> provider) {
        return new DryRun(source(List.of(), "jobs", null, List.of("events", "checkpoints"), growing()), provider);
    }

    /** A source that lists its jobs, each with one list that grows, and checkpoints after it. */
    static DryRun ofListedGrowing(Function<PollTask, JsonNode> provider) {
        return new DryRun(source(List.of(), "jobs", null, List.of("events", "checkpoints"), growing("events")), provider);
    }

    /** A source of one job that is given, read by itself and then for its checkpoints. */
    static DryRun ofGiven(Function<PollTask, JsonNode> provider) {
        return new DryRun(source(List.of("job-1"), "jobs", "job", List.of("checkpoints"), growing()), provider);
    }

    /** A source that lists its jobs, each asked for how it stands and for its checkpoints where there is no list. */
    static DryRun ofListedWithJobs(Function<PollTask, JsonNode> provider) {
        return new DryRun(source(List.of(), "jobs", "job", List.of("checkpoints"), growing()), provider);
    }

    /** A source that lists its jobs, and follows nothing of them. */
    static DryRun ofListOnly(Function<PollTask, JsonNode> provider) {
        return new DryRun(source(List.of(), "jobs", "job", List.of(), growing()), provider);
    }

    private DryRun(SourceSettings source, Function<PollTask, JsonNode> provider) {
        this.source = source;
        this.provider = provider;
        restart();
    }

    /** Of a source whose list is {@code jobs} and whose jobs are {@code job}. */
    static SourceSettings settings(List<String> jobs, List<String> follow, int concurrency, double rate, Duration period,
            Duration every, Duration during) {
        SourceSettings of = source("acme", jobs, "jobs", "job", follow, growing(), concurrency);
        return new SourceSettings(of.name(), of.provider(), of.baseUrl(), of.apiKey(), of.jobs(), of.models(), of.since(),
                period, of.cron(), of.cronZone(), of.concurrency(), rate, of.zone(), of.requestTimeout(), of.own(),
                every, during, of.events(), of.access(), of.timed());
    }

    /** The poller of an account whose jobs are given, on this machine's clock. */
    static SourcePoller poller(String name, List<String> jobs, int concurrency, double rate) {
        SourceSettings settings = with(source(name, jobs, "jobs", null, List.of("checkpoints"), growing(), concurrency), rate,
                Duration.ofHours(1), Duration.ofDays(7));
        return new SourcePoller(settings, DISPATCHED, RetryBudget.watching(settings), Instant::now,
                new Random(1));
    }

    /** Reads a task whose resources are all empty. */
    static void readWhole(SourcePoller poller, PollTask task) {
        while (task.isReading()) {
            poller.ready(task);
            Answered.at(Instant.now(), task.getAttempt());
            DISPATCHED.publish(new ChangeDetector(poller.source(), new CloudEventWriter("acme", "acme", ZoneOffset.UTC, false))
                    .observe(json("{\"facts\":[]}"), task));
            poller.passed(task);
        }
    }

    /** How far the committer lags behind what is read is another matter of chance. */
    DryRun late(RandomGenerator chance) {
        late = chance;
        return this;
    }

    /** The committer waits until a test calls it, or until nothing else is left to do. */
    DryRun latest() {
        return late(() -> 1L << 33);
    }

    /** From now on jobs that ended are read so long, once an hour. */
    DryRun recheckingFor(Duration during) {
        source = with(source, source.rate(), Duration.ofHours(1), during);
        return restart();
    }

    /** From now on with so many requests a second, at most. */
    DryRun atRate(double rate) {
        source = with(source, rate, source.recheck(), source.recheckFor());
        return restart();
    }

    private static SourceSettings with(SourceSettings of, double rate, Duration every, Duration during) {
        return new SourceSettings(of.name(), of.provider(), of.baseUrl(), of.apiKey(), of.jobs(), of.models(), of.since(),
                of.period(), of.cron(), of.cronZone(), of.concurrency(), rate, of.zone(), of.requestTimeout(), of.own(),
                every, during, of.events(), of.access(), of.timed());
    }

    /** From now on time makes facts of jobs. */
    DryRun timed(Duration stalledAfter, Duration expiringBefore) {
        SourceSettings of = source;
        source = new SourceSettings(of.name(), of.provider(), of.baseUrl(), of.apiKey(), of.jobs(), of.models(), of.since(),
                of.period(), of.cron(), of.cronZone(), of.concurrency(), of.rate(), of.zone(), of.requestTimeout(), of.own(),
                of.recheck(), of.recheckFor(), of.events(), of.access(), new TimedSettings(stalledAfter, expiringBefore));
        return restart();
    }

    /** The wall clock is set forward, or back; no time passes. */
    DryRun step(Duration step) {
        stepped = stepped.plus(step);
        return this;
    }

    /** From now on one sweep of many: what is set aside waits. */
    DryRun watching() {
        patience = RetryBudget.watching(source);
        return restart();
    }

    /** Started again with one job given in the place of the list. */
    DryRun giving(String job) {
        source = source(List.of(job), "jobs", "job", List.of("checkpoints"), growing());
        return restart();
    }

    /** Killed and started again: what is queued is not committed. */
    DryRun kill() {
        commits.clear();
        publisher = null;
        return restart();
    }

    /** Calls this with every job that was read whole. */
    DryRun onJobRead(Consumer<String> listener) {
        jobRead = listener;
        return restart();
    }

    /** Stopped and started again: what is queued is committed, all else is forgotten. */
    DryRun restart() {
        if (publisher != null) {
            publisher.close();
        }
        commits.clear();
        publisher = new Publisher(sink, commits::add);
        poller = new SourcePoller(source, publisher, patience, clock, new Random(1));
        poller.onPoll(new PollListener() {
            @Override
            public void jobRead(String job) {
                jobRead.accept(job);
            }
        });
        observer = new ChangeDetector(source, new CloudEventWriter("acme", "acme", ZoneOffset.UTC, false));
        var accounts = new Accounts();
        accounts.add(new Account(source, null, poller, observer, "", Map.of()));
        failures = new PollErrorHandler(accounts);
        return this;
    }

    /** One sweep, to its end; returns how many pages it took. */
    int sweep() {
        pages = 0;
        Instant tick = clock.instant();
        poller.tick();
        while (!poller.isIdle()) {
            if (poller.nanosUntilDue() == Long.MAX_VALUE) {
                // Only commits are awaited, and they take no time.
                commit();
            }
            now = now.plusMillis(Math.max(1, Math.min(250, poller.nanosUntilDue() / 1_000_000)));
            List<PollTask> tasks = poller.takeDue(Integer.MAX_VALUE);
            tasks.forEach(this::finish);
            if (tasks.isEmpty()) {
                commit();
            }
        }
        commit();
        jitter = Duration.between(tick, poller.began());
        return pages;
    }

    /** Begins a cycle, and takes what may be in flight at once. */
    List<PollTask> begin() {
        poller.tick();
        return take();
    }

    List<PollTask> take() {
        commit();
        return poller.takeDue(Integer.MAX_VALUE);
    }

    /** Reads a task that was taken to its end, or to its failure. */
    void finish(PollTask task) {
        poll(task);
        poller.completed(task);
    }

    /** From now on this happens after a page is compared with the state, and before it is committed. */
    DryRun beforeCommit(Runnable action) {
        beforeCommit = action;
        return this;
    }

    /** Now, by a wall clock that is never set. */
    Instant now() {
        return now;
    }

    /** How long after the tick the last sweep began. */
    Duration jitter() {
        return jitter;
    }

    /** So much later. */
    DryRun later(Duration passed) {
        now = now.plus(passed);
        return this;
    }

    /** At the next full period since the beginning. */
    DryRun nextPeriod() {
        long period = source.period().toNanos();
        return later(Duration.ofNanos(period - clock.nanos() % period));
    }

    /** How the sweep went. */
    CycleResult result() {
        return poller.result();
    }

    /** What keeps the source, or its list, from being read. */
    Suspension suspension() {
        return poller.suspension();
    }

    /** What is remembered of a job. */
    JobState state(String job) {
        return publisher.session().of("acme", job);
    }

    /** Ids of what was published, in order. */
    List<String> published() {
        return sink.events().stream().map(event -> json(event).path("id").asText()).toList();
    }

    /** One field of the data of what was published, in order. */
    List<String> published(String field) {
        return sink.events().stream().map(event -> json(event).path("data").path(field).asText()).toList();
    }

    static JsonNode json(EncodedEvent event) {
        return json(new String(event.value(), StandardCharsets.UTF_8));
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** routes/poll.camel.yaml. */
    private void poll(PollTask poll) {
        try {
            while (poll.isReading()) {
                poller.ready(poll);
                JsonNode page = answer(poll);
                Batch batch = observer.observe(page, poll);
                beforeCommit.run();
                publisher.publish(batch);
                if (late.nextInt(3) == 0) {
                    commit();
                }
                poller.passed(poll);
                if (late.nextInt(3) == 0) {
                    commit();
                }
            }
        } catch (RuntimeException e) {
            failed(e, poll);
        }
    }

    /** Commits what is queued: the committer comes late, whenever it likes. */
    void commit() {
        for (Runnable commit = commits.poll(); commit != null; commit = commits.poll()) {
            commit.run();
        }
    }

    private JsonNode answer(PollTask poll) {
        if (++pages > ENDLESS) {
            throw new AssertionError("reads for ever");
        }
        now = now.plus(Duration.ofMillis(1));
        JsonNode page = provider.apply(poll);
        Answered.at(clock.instant(), poll.getAttempt());
        return page;
    }

    /** routes/errors.camel.yaml; what fails there is logged by Camel. */
    private void failed(RuntimeException e, PollTask poll) {
        Exchange exchange = new DefaultExchange(CONTEXT);
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, e);
        Batch batch = failures.failed(exchange, poll);
        if (batch != null) {
            try {
                publisher.publish(batch);
            } catch (SinkUnavailableException lost) {
                exchange.setProperty(Exchange.EXCEPTION_CAUGHT, lost);
                failures.rolledBack(exchange, poll);
            } catch (EventRejectedException rejected) {
                return;
            }
        }
    }

    private static PaginationConfig growing(String... lists) {
        return new PaginationConfig(Set.of(lists), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Map.of("jobs", "1"));
    }

    private static SourceSettings source(List<String> jobs, String list, String job, List<String> follow, PaginationConfig ways) {
        return source("acme", jobs, list, job, follow, ways, 4);
    }

    private static SourceSettings source(String name, List<String> jobs, String list, String job, List<String> follow,
            PaginationConfig ways, int concurrency) {
        var provider = new Provider("acme", "http://127.0.0.1", ZoneOffset.UTC, "Authorization", "Bearer ", null, list,
                job, follow, Map.of(), ways, Map.of(), Map.of(), Map.of(), null, List.of(), Map.of(), Set.of(), null, null, true);
        return new SourceSettings(name, provider, "http://127.0.0.1", "key", jobs, List.of(), null,
                Duration.ofSeconds(30), null, ZoneOffset.UTC, concurrency, 0, ZoneOffset.UTC, Duration.ofSeconds(60),
                Map.of(), Duration.ofHours(1), Duration.ofDays(7), Set.copyOf(SourceSettings.EVENTS.values()), AccessSettings.NONE, TimedSettings.NONE);
    }
}
