package org.finetunebridge.watch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.finetunebridge.fetch.Failure;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.memory.Trouble;
import org.finetunebridge.provider.Means;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Lost;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When what is read of one source. A sweep reads the account's list, then every job that is due; what fails is tried
 * again within the sweep as long as patience lasts. The one place that decides about retries and waits.
 */
public final class Watch {

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final String LIST = "";
    private static final int SWEEPS_A_WAITING_JOB = 3;
    /** No provider is obeyed for longer. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);
    /** How long a stop may go unnoticed. */
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

    private final SourceSettings source;
    private final Publisher publisher;
    private final Patience patience;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Backoff backoff;
    private final Retries retries;
    private final Opening opening;
    private final Sweep sweep = new Sweep();
    private final CountDownLatch ended = new CountDownLatch(1);
    private Listing listing = new Listing(true);
    private Instant began = Instant.EPOCH;
    private Instant heldUntil = Instant.EPOCH;
    private Trouble sourceTrouble;
    private Trouble listTrouble;
    private int sinkFailures;
    private Instant sinkFailsSince;
    private String sinkTrouble;
    private int sweeps;
    private final List<Onlooker> onlookers = new CopyOnWriteArrayList<>();
    private volatile boolean stopping;
    private volatile Tally tally = Tally.NONE;

    /**
     * @param patience how long a sweep keeps at what fails
     * @param random   of jitter
     */
    public Watch(SourceSettings source, Publisher publisher, Patience patience, InstantSource clock,
            RandomGenerator random) {
        this.source = source;
        this.publisher = publisher;
        this.patience = patience;
        this.clock = clock;
        this.random = random;
        this.backoff = new Backoff(random);
        this.retries = new Retries(backoff);
        this.opening = new Opening(source, publisher, patience, clock, backoff);
    }

    /** How the sweep under way, or the last one, went. */
    public Tally tally() {
        return tally;
    }

    /** Adds somebody who is told how polls go. */
    public void onPoll(Onlooker onlooker) {
        onlookers.add(onlooker);
    }

    /** What keeps the source, or at least its list of jobs, from being read; null if nothing does. */
    public synchronized Trouble trouble() {
        boolean parked = sourceTrouble != null && sourceTrouble.parked();
        return listTrouble == null || parked ? sourceTrouble : listTrouble;
    }

    /** Before which nothing is asked; in the past if nothing keeps the source from it. */
    public synchronized Instant heldUntil() {
        return heldUntil;
    }

    /** When the sweep under way, or the last one, began. */
    public synchronized Instant began() {
        return began;
    }

    /** A little while, so that sources of one period do not all ask at once; milliseconds. */
    public long jitter() {
        boolean first = sweeps == 0;
        return patience.all() || first ? 0 : random.nextLong(source.period().toMillis() / 10 + 1);
    }

    /** Begins a sweep. Without a sink that can be written nothing is read, so that nothing piles up. */
    public void begin() {
        Session session = opening.session(this);
        synchronized (this) {
            sweeps++;
            began = clock.instant();
            tally = Tally.NONE;
            sweep.clear();
            listing = new Listing(true);
            if (session == null) {
                tally = tally.failing("the sink cannot be written");
                return;
            }
            recall(session.of(source.name(), LIST).trouble());
            if (!source.listsJobs()) {
                // Asked for by name, a job is watched whatever the account's list showed of it once.
                source.jobs().forEach(job -> addJob(session.of(source.name(), job).seen(), resourcesWithoutAList()));
            } else if (isListSetAside()) {
                tally = tally.failed(listTrouble.reason());
                addKnownJobs(session);
            } else {
                add(LIST, List.of(source.provider().list()), null);
            }
            giveUp();
        }
    }

    /** Whether the sweep is not over. */
    public synchronized boolean isSweeping() {
        return !sweep.isEmpty() && !stopping;
    }

    /** Milliseconds until something is due; never long, so that a stop is noticed. */
    public synchronized long pause() {
        Duration wait = Duration.between(clock.instant(), Sweep.later(sweep.next(), heldUntil));
        return wait.isNegative() ? 0 : Math.min(LONGEST_PAUSE.toMillis(), wait.toMillis() + 1);
    }

    /** What is due now. */
    public synchronized List<Poll> due() {
        Instant now = clock.instant();
        return heldUntil.isAfter(now) ? List.of() : sweep.due(now);
    }

    /** Whether there is more to read of what is polled. */
    public boolean isReading(@Variable("poll") Poll poll) {
        return poll.isReading();
    }

    /** Before a page is read: against which memory, and whether at all. What is asked becomes variables of the exchange. */
    public void ready(@Variable("poll") Poll poll, Exchange exchange) {
        admit();
        poll.ready(publisher.session());
        poll.listing(listing);
        exchange.setVariable("resource", poll.getResource());
        exchange.setVariable("question", poll.question());
    }

    /** Before a request goes out: lets nothing through while the account is asked to wait. */
    public void admit() {
        if (stopping || isHeld()) {
            throw new Postponed();
        }
    }

    /** A page was read, and what was new in it is told. */
    public synchronized void passed(@Variable("poll") Poll poll) {
        poll.told();
        rest(poll.getAttempt().rest());
        retries.answered(poll.getJob());
        sinkFailures = 0;
        int known = poll.takeKnown();
        onlookers.forEach(onlooker -> onlooker.read(known, poll.getAttempt().took()));
        if (poll.isReading()) {
            return;
        }
        retries.succeeded(poll.getJob());
        sweep.remove(poll.getJob());
        if (poll.isList()) {
            listTrouble = null;
            retries.retain(listing::shows);
            List<String> watched = listing.watched();
            watched.forEach(job -> addJob(poll.session().of(source.name(), job), source.follow()));
            // Where nothing is followed, the list has shown the jobs whole.
            tally = tally.plusRead(source.follow().isEmpty() ? watched.size() : 0);
            giveUp();
        } else {
            tally = tally.plusRead(1);
        }
    }

    /** The account has nothing left to ask for until then. */
    private void rest(Duration asked) {
        if (asked != null) {
            heldUntil = Sweep.later(heldUntil, clock.instant().plus(asked));
            onlookers.forEach(onlooker -> onlooker.held(heldUntil));
            giveUp();
        }
    }

    /** A request failed: decides, and returns what there is to remember and to tell of it. */
    synchronized Retries.Verdict failed(Poll poll, Failure failure) {
        Retries.Verdict verdict = retries.failed(poll.getJob(), failure, known(poll, failure), clock.instant());
        onlookers.forEach(onlooker -> onlooker.failed(failure, poll.getAttempt().took()));
        sweep.postpone(poll.getJob(), verdict.until());
        if (verdict.ofAll()) {
            heldUntil = Sweep.later(heldUntil, verdict.until());
            onlookers.forEach(onlooker -> onlooker.held(verdict.until()));
        }
        boolean listParked = poll.isList() && verdict.parked() && !verdict.ofAll();
        if (listParked) {
            listTrouble = verdict.trouble();
        } else if (verdict.ofAll() && verdict.trouble() != null) {
            sourceTrouble = verdict.trouble();
        }
        if (verdict.parked()) {
            sweep.remove(poll.getJob());
            tally = tally.failed(poll + ": " + failure.getMessage());
            LOG.warn("{}: {}; set aside until {}", poll, failure.getMessage(), verdict.until());
        }
        rest(poll.getAttempt().rest());
        if (listParked) {
            addKnownJobs(poll.session());
        }
        if (verdict.ofAll() || listParked) {
            giveUp();
        } else {
            giveUp(sweep.giveUp(poll.getJob(), heldUntil, last(poll.getJob())));
        }
        return verdict;
    }

    /** Whether the job is tried again within this sweep. */
    synchronized boolean keepsAt(Poll poll) {
        return sweep.has(poll.getJob());
    }

    /** The sink failed: nobody's fault here. Everything waits. */
    synchronized void sinkFailed(Lost lost) {
        if (sinkFailures++ == 0) {
            sinkFailsSince = clock.instant();
            LOG.warn("{}: tries again later, for nothing can be written: {}", source.name(), lost.getMessage());
        }
        heldUntil = Sweep.later(heldUntil, clock.instant().plus(backoff.after(Math.min(sinkFailures, Opening.STEPS))));
        sinkTrouble = lost.getMessage();
        sourceTrouble = null;
        listTrouble = null;
        giveUp();
    }

    /** The sweep is over. */
    public void end() {
        onlookers.forEach(onlooker -> onlooker.swept(tally));
        ended.countDown();
    }

    /** Waits for the end of the first sweep. */
    public void awaitFirstSweep() throws InterruptedException {
        ended.await();
    }

    /** Whose watch this is. */
    public SourceSettings source() {
        return source;
    }

    boolean isStopping() {
        return stopping;
    }

    /** Ends the sweep at the next page. */
    public void stop() {
        stopping = true;
    }

    /** What the memory holds of the source: the trouble of its account, and that of its list alone. */
    private void recall(Trouble remembered) {
        Trouble ofList = Listing.troubleIn(remembered);
        sourceTrouble = remembered == ofList ? null : remembered;
        listTrouble = source.listsJobs() ? ofList : null;
        if (sourceTrouble != null && !(sourceTrouble.parked() && isFresh())) {
            heldUntil = Sweep.later(heldUntil, until(sourceTrouble));
        }
    }

    private boolean isListSetAside() {
        return listTrouble != null && !isFresh() && until(listTrouble).isAfter(began);
    }

    /** What was told of the same trouble: it may be too new for the memory the page was held against. */
    private Trouble known(Poll poll, Failure failure) {
        boolean ofSource = failure.means() == Means.SOURCE;
        Trouble now = ofSource ? sourceTrouble : poll.isList() ? listTrouble : null;
        Trouble before = poll.session().of(source.name(), ofSource ? LIST : poll.getJob()).trouble();
        return now != null ? now : ofSource || !poll.isList() ? before : Listing.troubleIn(before);
    }

    private synchronized boolean isHeld() {
        return heldUntil.isAfter(clock.instant());
    }

    /** Somebody who restarts a bridge has mended something, and wants to see that it works. */
    private boolean isFresh() {
        return patience.all() || sweeps == 1;
    }

    /**
     * A job that waits for its turn changes rarely, and the list shows when it does. Which of three sweeps reads it
     * depends on the job: no bursts.
     */
    private boolean isTurnOf(JobMemory memory) {
        boolean waiting = "PENDING".equals(memory.told().status()) || "QUEUED".equals(memory.told().status());
        boolean often = source.cron() == null && source.listsJobs();
        return !waiting || !often || isFresh()
                || Math.floorMod(memory.job().hashCode() + sweeps, SWEEPS_A_WAITING_JOB) == 0;
    }

    /** A wait that was written while the clock was wrong must not last for years. */
    private Instant until(Trouble trouble) {
        return trouble.until().isAfter(began.plus(LONGEST_WAIT)) ? began : trouble.until();
    }

    private void addJob(JobMemory memory, List<String> resources) {
        Ending shown = listing.ending(memory.job());
        Ending ending = shown == null ? Ending.of(memory) : shown;
        if (memory.retired() == null && !resources.isEmpty() && (ending != null || isTurnOf(memory))) {
            add(memory.job(), resources, ending);
            if (memory.trouble() != null && !patience.all()) {
                sweep.postpone(memory.job(), until(memory.trouble()));
            }
        }
    }

    private void add(String job, List<String> resources, Ending ending) {
        var poll = new Poll(source.name(), job, resources, source.provider().ways());
        poll.ending(ending);
        sweep.add(poll, retries.until(job));
    }

    /**
     * In the place of the list, which waits. Never beside it: two pages that tell of one job must not be held against
     * the same memory of it.
     */
    private void addKnownJobs(Session session) {
        if (!source.follow().isEmpty()) {
            session.jobs(source.name()).forEach(memory -> addJob(memory, resourcesWithoutAList()));
        }
    }

    /** How a job stands is asked of the job itself. */
    private List<String> resourcesWithoutAList() {
        return Stream.concat(Stream.ofNullable(source.provider().job()), source.follow().stream()).toList();
    }

    /** What cannot be read before patience ends is left for a later sweep, or for good if this is the only one. */
    private void giveUp() {
        giveUp(sweep.giveUp(heldUntil, this::last));
    }

    private Instant last(String job) {
        Instant since = patience.all() ? failsSince(job) : began;
        return (since == null ? Sweep.later(began, clock.instant()) : since).plus(patience.retry());
    }

    private void giveUp(List<String> late) {
        if (!late.isEmpty()) {
            LOG.debug("{}: left for later: {}", source.name(), late);
            tally = sinkFailures == 0 ? tally.failed(late.size())
                    : tally.failed("nothing can be written: " + sinkTrouble).failed(late.size() - 1);
        }
    }

    private Instant failsSince(String job) {
        Instant since = retries.since(job);
        return since == null && sinkFailures > 0 ? sinkFailsSince : since;
    }
}
