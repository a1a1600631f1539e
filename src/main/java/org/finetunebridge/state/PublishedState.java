package org.finetunebridge.state;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.finetunebridge.event.Fact;
import org.finetunebridge.event.FactCodec;

/**
 * What was published of one job. Immutable.
 *
 * @param status   the job's last status in our words; null before the first
 * @param things   the statuses published, newest last, by thing: the job itself is {@code ""}, a checkpoint its name;
 *                 the checkpoint that was published first comes first
 * @param rejected ids of the records that were dead-lettered, newest last; with a plus sign the id of the event that
 *                 such a record was published as later
 * @param cursors  how far each list was published, by resource
 * @param returns  how often a status of the job was published, where that is more than once; {@code ""}, where
 *                 statuses were forgotten, has how often any of those was published at most
 * @param leaving  a status that was seen once after an end and is published if the next read does not show the end
 *                 again, as {@link FactCodec} writes it; null if there is none
 * @param newest   when the newest checkpoint appeared, UTC; null if none had a time
 * @param forgotten what appeared until then and is not among {@code things} was published too; null if nothing was
 *                 forgotten
 * @param summary  what is kept for the event of the end, while the job runs
 */
public record PublishedState(String status, Map<String, List<String>> things, List<String> rejected,
        Map<String, Cursor> cursors, Map<String, Integer> returns, String leaving, Instant newest, Instant forgotten,
        TrainingSummary summary) {

    /** Nothing published yet. */
    public static final PublishedState NOTHING = new PublishedState(null, Map.of(), List.of(), Map.of());

    /** A job that changes its status for ever must not grow its state for ever. */
    private static final int STATUSES_KEPT = 32;
    /** The same of its checkpoints. */
    static final int THINGS_KEPT = 4096;
    /** A job that is read no more keeps so many of its checkpoints, if none of them had a time to go by. */
    private static final int THINGS_KEPT_AT_THE_END = 16;
    /** More bad records than an account's list has at a time, or each poll would dead-letter all of them again. */
    private static final int REJECTED_KEPT = 4096;
    /** Among the statuses of a checkpoint: it was shown without the metrics that are expected of it. */
    private static final String METRICS_AWAITED = "metrics awaited";
    private static final String JOB = "";
    private static final String FORGOTTEN = "";
    /** Stands before the id of an event in {@code rejected}: a rejected record was published as that. No id has it. */
    private static final String RECOVERED = "+";

    /** The state of a job whose statuses were published once each. */
    public PublishedState(String status, Map<String, List<String>> things, List<String> rejected,
            Map<String, Cursor> cursors) {
        this(status, things, rejected, cursors, Map.of(), null, null, null, TrainingSummary.NONE);
    }

    /** Whether the last status published ends a job. It may still change: providers restart jobs. */
    public boolean terminal() {
        return Fact.isTerminal(status);
    }

    /** How far a list was published. */
    public Cursor cursor(String resource) {
        return cursors.getOrDefault(resource, Cursor.START);
    }

    List<String> statuses(String thing) {
        return things.getOrDefault(thing, List.of());
    }

    /** Whether this is the job's status published last. */
    public boolean isCurrent(Fact fact) {
        List<String> statuses = statuses(JOB);
        return !statuses.isEmpty() && statuses.get(statuses.size() - 1).equals(fact.statusKey());
    }

    /** Whether a job that had ended shows another status for the first time: its list may lag behind. */
    public boolean isUnsure(Fact fact) {
        return terminal() && leaving == null && !isCurrent(fact);
    }

    /** Whether a status of a job that has not ended was never published. */
    public boolean isNew(Fact fact) {
        return !terminal() && times(fact.statusKey()) == 0;
    }

    /** How often a status of the job was published. */
    int times(String key) {
        boolean known = statuses(JOB).contains(key);
        // Written before returns were counted, a full list has forgotten some statuses.
        int lost = returns.getOrDefault(FORGOTTEN, statuses(JOB).size() < STATUSES_KEPT ? 0 : 1);
        return known ? returns.getOrDefault(key, 1) : lost;
    }

    PublishedState withJobStatus(String now, String key) {
        Map<String, Integer> counts = new TreeMap<>(returns);
        int times = times(key) + 1;
        if (times > 1) {
            counts.put(key, times);
        }
        List<String> before = statuses(JOB);
        if (before.size() == STATUSES_KEPT && !before.contains(key)) {
            Integer dropped = counts.remove(before.get(0));
            counts.merge(FORGOTTEN, dropped == null ? 1 : dropped, Math::max);
        }
        return new PublishedState(now, with(things, JOB, appended(before, key, STATUSES_KEPT)), rejected, cursors, counts,
                null, newest, forgotten, summary);
    }

    /**
     * After a status was published that came before the last one: it is known, and the last one stays the last.
     *
     * @param thing the job itself is {@code ""}, a checkpoint its name
     */
    PublishedState withEarlierStatus(String thing, String key) {
        List<String> all = new ArrayList<>(statuses(thing));
        all.add(Math.max(0, all.size() - 1), key);
        List<String> kept = List.copyOf(all.subList(Math.max(0, all.size() - STATUSES_KEPT), all.size()));
        return new PublishedState(status, with(things, thing, kept), rejected, cursors, returns, leaving, newest, forgotten, summary);
    }

    /** A status that was seen once after an end; or with null, none. */
    PublishedState withLeaving(Fact fact) {
        return fact == null && leaving == null ? this : new PublishedState(status, things, rejected, cursors, returns,
                fact == null ? null : FactCodec.write(fact), newest, forgotten, summary);
    }

    /** With what is kept for the event of the end. */
    public PublishedState withSummary(TrainingSummary now) {
        return now.equals(summary) ? this
                : new PublishedState(status, things, rejected, cursors, returns, leaving, newest, forgotten, now);
    }

    PublishedState withStatus(String thing, String key) {
        return withStatus(thing, key, null);
    }

    /** @param appeared when the thing appeared; may be null */
    PublishedState withStatus(String thing, String key, Instant appeared) {
        Map<String, List<String>> all = with(things, thing, appended(statuses(thing), key, STATUSES_KEPT));
        boolean full = all.size() > THINGS_KEPT;
        Instant until = full ? newest : forgotten;
        return new PublishedState(status, full ? newest(all, THINGS_KEPT) : all, rejected, cursors, returns, leaving,
                Cursor.later(newest, appeared), until, summary);
    }

    /** Whether a checkpoint was published without metrics that are expected of it. */
    boolean awaitsMetrics(String checkpoint) {
        return statuses(checkpoint).contains(METRICS_AWAITED);
    }

    PublishedState withMetricsAwaited(String checkpoint, boolean awaited) {
        if (awaited == awaitsMetrics(checkpoint)) {
            return this;
        }
        List<String> all = new ArrayList<>(statuses(checkpoint));
        if (awaited) {
            all.add(0, METRICS_AWAITED);
        } else {
            all.remove(METRICS_AWAITED);
        }
        return new PublishedState(status, with(things, checkpoint, List.copyOf(all)), rejected, cursors, returns, leaving, newest,
                forgotten, summary);
    }

    /** Whether a thing was published so long ago that its name is not kept any more. */
    boolean isForgotten(String thing, Instant appeared) {
        return forgotten != null && appeared != null && !things.containsKey(thing) && !appeared.isAfter(forgotten);
    }

    PublishedState withRejected(String id) {
        return with(appended(rejected, id, REJECTED_KEPT));
    }

    /**
     * After a rejected record was published after all, by a replay or because a poll could read it.
     *
     * @param name of the rejected record; its place is taken by what it was published as
     * @param id   of the event that was published
     */
    public PublishedState withRecovered(String name, String id) {
        return with(appended(rejected.stream().filter(one -> !one.equals(name)).toList(), RECOVERED + id, REJECTED_KEPT));
    }

    /** Whether a record that had been rejected was published as this event. */
    public boolean isRecovered(String id) {
        return rejected.contains(RECOVERED + id);
    }

    /** Whether any record was rejected and not published since. */
    boolean hasRejected() {
        return rejected.stream().anyMatch(name -> !name.startsWith(RECOVERED));
    }

    /** Whether the record was rejected, and not published since. What was rejected very long ago may be forgotten. */
    public boolean mayLack(String id) {
        return rejected.contains(id) || rejected.size() >= REJECTED_KEPT;
    }

    /**
     * After an end of the job was seen. What is read once after it is read, if the end says what it is asked with; one that
     * ended before anything was read so is left alone.
     *
     * @param isNew     whether the end was not published yet
     * @param resources those that are read once
     */
    public PublishedState withEnd(Fact end, boolean isNew, Set<String> resources) {
        PublishedState after = this;
        for (String resource : resources) {
            String with = end.once().get(resource);
            Cursor before = cursors.get(resource);
            boolean isOther = before == null || before.mark() == null || !before.mark().equals(with);
            if (isNew && isOther || before != null && before.mark() == null && with != null) {
                after = after.withCursor(resource, Cursor.toRead(with));
            }
        }
        return after;
    }

    /** Which of the resources that are read once are still to be read. */
    public List<String> toRead(Set<String> resources) {
        return resources.isEmpty() ? List.of() : resources.stream().filter(one -> cursor(one).isToRead()).sorted().toList();
    }

    /** A resource that is read once was read, or can never be. */
    public PublishedState withDone(String resource) {
        return withCursor(resource, cursor(resource).done());
    }

    /** Further records of a list of named ones are asked with this. */
    public PublishedState withMark(String resource, String mark) {
        return Objects.equals(mark, cursor(resource).mark()) ? this
                : withCursor(resource, cursor(resource).marked(mark));
    }

    /** The last record of a list may still change: it is published when it is read again as it is. */
    public PublishedState withDeferred(String resource, String id) {
        return Objects.equals(id, cursor(resource).deferred()) ? this
                : withCursor(resource, cursor(resource).deferring(id));
    }

    PublishedState withCursor(String resource, Cursor cursor) {
        Map<String, Cursor> all = new TreeMap<>(cursors);
        all.put(resource, cursor);
        return new PublishedState(status, things, rejected, all, returns, leaving, newest, forgotten, summary);
    }

    /**
     * What is kept of a job that is read no more: enough to publish nothing twice, should it be restarted. While dead
     * letters of it may be replayed, also the statuses of its checkpoints.
     */
    PublishedState tombstone() {
        Map<String, List<String>> kept = hasRejected() ? things
                : newest(things, newest == null ? THINGS_KEPT_AT_THE_END : 0);
        Map<String, Cursor> ends = new TreeMap<>();
        cursors.forEach((resource, cursor) -> ends.put(resource, StepWindow.isNamed(resource) ? StepWindow.shortened(cursor) : cursor.shortened()));
        return new PublishedState(status, kept, rejected, ends, returns, null, newest,
                kept.size() < things.size() ? newest : forgotten, summary);
    }

    private PublishedState with(List<String> now) {
        return new PublishedState(status, things, now, cursors, returns, leaving, newest, forgotten, summary);
    }

    private static List<String> appended(List<String> list, String element, int kept) {
        List<String> all = new ArrayList<>(list);
        all.remove(element);
        all.add(element);
        return List.copyOf(all.subList(Math.max(0, all.size() - kept), all.size()));
    }

    private static Map<String, List<String>> with(Map<String, List<String>> map, String key, List<String> value) {
        Map<String, List<String>> all = new LinkedHashMap<>(map);
        all.put(key, value);
        return all;
    }

    /** The job itself, and so many of its checkpoints, the newest. */
    private static Map<String, List<String>> newest(Map<String, List<String>> all, int kept) {
        if (all.size() <= kept) {
            return all;
        }
        Map<String, List<String>> newest = new LinkedHashMap<>();
        int place = 0;
        for (var thing : all.entrySet()) {
            if (thing.getKey().equals(JOB) || place >= all.size() - kept) {
                newest.put(thing.getKey(), thing.getValue());
            }
            place++;
        }
        return newest;
    }
}
