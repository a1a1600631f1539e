package org.finetunebridge.polling;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.finetunebridge.polling.PollAction.Read;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.polling.UnconfirmedPages.Page;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.SinkSession;

/**
 * The tasks of a source that are in flight, or were left before their end in this cycle or the one before: what was read
 * of a long list is not read again. Not safe for threads: the poller guards it.
 */
final class OpenTasks {

    private final SourceSettings source;

    private final Map<String, String> reading = new HashMap<>();
    private final Set<String> unreported = new HashSet<>();
    private Map<String, PollTask> tasks = new HashMap<>();
    private Map<String, PollTask> earlier = Map.of();
    private ListSnapshot listing = new ListSnapshot(true);

    OpenTasks(SourceSettings source) {
        this.source = source;
    }

    /** A cycle begins: the list is read from its beginning. */
    void beginCycle() {
        listing = new ListSnapshot(true);
        tasks.remove("");
        earlier = tasks;
        tasks = new HashMap<>();
    }

    /**
     * A task that was left is gone on with, if it is of what is to be read now.
     *
     * @param session null while the sink is not open
     */
    PollTask begin(Read read, SinkSession session) {
        PollTask task = tasks.getOrDefault(read.job(), earlier.get(read.job()));
        if (task == null || !Set.copyOf(task.remaining()).equals(Set.copyOf(read.resources()))) {
            task = new PollTask(source.name(), read.job(), read.resources(), source.provider().ways());
            DeferredEnd shown = listing.ending(read.job());
            DeferredEnd deferred = session == null ? null : DeferredEnd.of(session.of(source.name(), read.job()));
            task.ending(deferred == null || shown == null ? deferred : shown);
        }
        tasks.put(read.job(), task);
        unreported.add(read.job());
        task.resume(read.probe());
        return task;
    }

    /** A page is about to be read. Throws why pages before it are lost, if they are. */
    void reading(PollTask task, SinkSession session) {
        RuntimeException lost = task.unconfirmed().lost();
        if (lost != null) {
            throw lost;
        }
        task.ready(session);
        task.listing(listing);
        reading.put(task.getJob(), task.getResource());
        unreported.add(task.getJob());
    }

    /** A page of the task is committed. */
    PollSchedule committed(PollTask task, Page page, PollSchedule schedule, Moment now) {
        String job = task.getJob();
        PollSchedule read = schedule.read(job, page.resource(), page.last(), page.whole(),
                task.session().of(source.name(), job), now);
        return page.whole() && task.isList()
                ? read.listed(listing, PollAction.states(task.session(), source.name()), now) : read;
    }

    /** The page was read, or not: the resource it is of. */
    String reported(PollTask task) {
        unreported.remove(task.getJob());
        return reading.remove(task.getJob());
    }

    /** Whether the task was given back, and it is known what became of its pages; what is lost of them is rolled back. Once. */
    boolean isOver(PollTask task) {
        UnconfirmedPages pages = task.unconfirmed();
        if (!pages.isAwaiting() || pages.lost() == null && !pages.isEmpty()) {
            return false;
        }
        pages.awaiting(false);
        if (pages.lost() != null) {
            task.rollBack();
        }
        return true;
    }

    /** The task is given back; returns whether what became of it was reported. */
    boolean end(PollTask task) {
        reading.remove(task.getJob());
        List<String> remaining = task.remaining();
        if (remaining.isEmpty()) {
            tasks.remove(task.getJob(), task);
        }
        return !unreported.remove(task.getJob());
    }
}
