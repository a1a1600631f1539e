package org.finetunebridge.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.finetunebridge.event.Fact;

/**
 * What was told of one job. Immutable.
 *
 * @param status  the job's last status in our words; null before the first
 * @param things  every status told, newest last, by thing: the job itself is {@code ""}, a checkpoint its name
 * @param rejected names of the records that were dead-lettered, newest last; with a plus sign the id of the event that
 *                such a record was published as later
 * @param cursors how far each growing list was told, by resource
 */
public record PublishedState(String status, Map<String, List<String>> things, List<String> rejected,
        Map<String, Cursor> cursors) {

    /** Nothing told yet. */
    public static final PublishedState NOTHING = new PublishedState(null, Map.of(), List.of(), Map.of());

    /** A job that changes its status for ever must not grow its memory for ever. */
    private static final int STATUSES_KEPT = 32;
    /** More than an account's list has bad records at a time, or each poll would dead-letter all of them again. */
    private static final int REFUSED_KEPT = 4096;
    private static final String JOB = "";
    /** Stands before the id of an event in {@code rejected}: a rejected record was published as that. No name has it. */
    private static final String RECOVERED = "+";

    /** Whether the last status told ends a job. It may still change: providers restart jobs. */
    public boolean terminal() {
        return Fact.isTerminal(status);
    }

    /** How far a growing list was told. */
    public Cursor cursor(String resource) {
        return cursors.getOrDefault(resource, Cursor.START);
    }

    List<String> statuses(String thing) {
        return things.getOrDefault(thing, List.of());
    }

    PublishedState withJobStatus(String now, String key) {
        return new PublishedState(now, with(things, JOB, appended(statuses(JOB), key, STATUSES_KEPT)), rejected, cursors);
    }

    PublishedState withStatus(String thing, String key) {
        return new PublishedState(status, with(things, thing, appended(statuses(thing), key, STATUSES_KEPT)), rejected, cursors);
    }

    PublishedState withRejected(String name) {
        return new PublishedState(status, things, appended(rejected, name, REFUSED_KEPT), cursors);
    }

    /**
     * After a rejected record was published after all, by a replay or because a poll could read it.
     *
     * @param name of the rejected record; its place is taken by what it was published as
     * @param id   of the event that was published
     */
    public PublishedState withRecovered(String name, String id) {
        List<String> others = rejected.stream().filter(one -> !one.equals(name)).toList();
        return new PublishedState(status, things, appended(others, RECOVERED + id, REFUSED_KEPT), cursors);
    }

    /** Whether a record that had been rejected was published as this event. */
    public boolean isRecovered(String id) {
        return rejected.contains(RECOVERED + id);
    }

    /** Whether any record was rejected and not published since. */
    boolean hasRejected() {
        return rejected.stream().anyMatch(name -> !name.startsWith(RECOVERED));
    }

    /** Whether the record was rejected and not published since. What was rejected very long ago may be forgotten. */
    public boolean mayLack(String name) {
        return rejected.contains(name) || rejected.size() >= REFUSED_KEPT;
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
        return new PublishedState(status, with(things, thing, kept), rejected, cursors);
    }

    /** Further records of a list of named ones are asked with this. */
    public PublishedState withMark(String resource, String mark) {
        return Objects.equals(mark, cursor(resource).mark()) ? this
                : withCursor(resource, cursor(resource).marked(mark));
    }

    /** The last record of a list may still change: it is told when it is read again as it is. */
    public PublishedState withDeferred(String resource, String name) {
        return Objects.equals(name, cursor(resource).deferred()) ? this
                : withCursor(resource, cursor(resource).deferring(name));
    }

    PublishedState withCursor(String resource, Cursor cursor) {
        return new PublishedState(status, things, rejected, with(cursors, resource, cursor));
    }

    /**
     * What a finished job is remembered by: enough to know when it is restarted. While dead letters of it may be
     * replayed, also the statuses of its checkpoints, or a replay could publish one of them a second time.
     */
    PublishedState tombstone() {
        return new PublishedState(status, hasRejected() ? things : Map.of(JOB, statuses(JOB)), rejected, Map.of());
    }

    private static List<String> appended(List<String> list, String element, int kept) {
        List<String> all = new ArrayList<>(list);
        all.remove(element);
        all.add(element);
        return List.copyOf(all.subList(Math.max(0, all.size() - kept), all.size()));
    }

    private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
        Map<String, V> all = new TreeMap<>(map);
        all.put(key, value);
        return all;
    }
}
