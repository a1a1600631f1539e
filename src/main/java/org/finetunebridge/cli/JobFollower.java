package org.finetunebridge.cli;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.polling.PollListener;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.Suspension;

/** Looks after every poll cycle whether the job that is followed has ended, or cannot be read. Safe for threads. */
final class JobFollower implements PollListener {

    static final int ENDED_BADLY = 3;
    /** What has never been read is given up after this long, as in one catch-up; what was read once is asked again for ever. */
    private static final Duration LONGEST_START = Duration.ofMinutes(2);

    private final SourcePoller poller;
    private final Publisher publisher;
    private final String job;
    private final JobPrinter printer;
    private final long began = System.nanoTime();
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private volatile boolean read;

    /**
     * How it ended.
     *
     * @param exit   of the process
     * @param reason for a person; null if nothing is wrong
     */
    record Outcome(int exit, String reason) {}

    /** @param poller of the account that has the job, and of nothing else */
    JobFollower(SourcePoller poller, Publisher publisher, String job, JobPrinter printer) {
        this.poller = poller;
        this.publisher = publisher;
        this.job = job;
        this.printer = printer;
    }

    /** Completed when there is nothing more to wait for. */
    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    @Override
    public void read(int known, Duration took) {
        read = true;
    }

    @Override
    public void cycleEnded(CycleResult result) {
        SinkSession session = publisher.remembered();
        JobState state = session == null ? JobState.blank(poller.source().name(), job) : session.of(poller.source().name(), job);
        printer.draw();
        Outcome now = printer.isCut() ? new Outcome(BridgeCommand.FAILED, "nobody reads the output any more")
                : of(state, poller.suspension(), poller.source(), result, read ? null : Duration.ofNanos(System.nanoTime() - began));
        if (now != null) {
            outcome.complete(now);
        }
    }

    /**
     * What a poll cycle leads to; null if the job is to be read on. A job that ended has an outcome although one of its
     * lists cannot be read.
     *
     * @param account what keeps the source from being read; null if nothing does
     * @param result  of the cycle
     * @param waited  since the start, while nothing has been read; null if something has
     */
    static Outcome of(JobState state, Suspension account, SourceSettings source, CycleResult result, Duration waited) {
        String status = state.published().status();
        String name = source.name() + " job " + state.job();
        if (state.published().terminal()) {
            return status.equals("SUCCEEDED") ? new Outcome(0, null) : new Outcome(ENDED_BADLY, name + ": " + status);
        }
        if (account != null && account.parked()) {
            return unreadable(name, account.reason());
        }
        String standing = source.provider().job();
        Collection<String> all = Stream.concat(Stream.ofNullable(standing), source.follow().stream()).toList();
        Suspension own = standing != null ? state.suspensionOf(standing) : state.isSuspended(all) ? state.suspension() : null;
        if (own != null && own.parked()) {
            return unreadable(name, own.reason());
        }
        boolean late = waited != null && (waited.compareTo(LONGEST_START) >= 0 || source.period().compareTo(LONGEST_START) >= 0);
        return late && result.failed() > 0 ? unreadable(name, result.reason()) : null;
    }

    private static Outcome unreadable(String name, String reason) {
        return new Outcome(BridgeCommand.FAILED, name + " cannot be read: " + reason);
    }
}
