package org.finetunebridge.polling;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.finetunebridge.polling.RetryPolicy.Failures;

/**
 * What is still to be read of one job, or of the account's list, in this cycle, and how it went before. Immutable.
 *
 * @param job      its id; empty for the list
 * @param left     the resources that are still to be read in this cycle, in order
 * @param inFlight whether one of them is being read now
 * @param counted  whether the cycle counts it as not read already
 * @param pages    how many pages of the resource that is read now were read in this cycle
 * @param failures of the resources that fail, or are suspended
 * @param next     when a job that ended, or waits, is due again, in nanoseconds; -1 if not known, or if in every cycle
 * @param queued   its place in the queue; null if it is not there
 */
record JobSchedule(String job, List<String> left, boolean inFlight, boolean counted, int pages,
        Map<String, Failures> failures, long next, Due queued) {

    /** When it is due, in nanoseconds; of equal ones, the first is read first. */
    record Due(long at, long order) implements Comparable<Due> {

        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    static JobSchedule of(String job) {
        return new JobSchedule(job, List.of(), false, false, 0, Map.of(), -1, null);
    }

    Failures failures(String resource) {
        return failures.getOrDefault(resource, Failures.NONE);
    }

    /** When the first of its resources is due; 0 if one of them never failed. */
    long due() {
        return left.stream().mapToLong(resource -> failures(resource).until()).min().orElse(0);
    }

    /** What is still to be read, those that have to wait last. */
    List<String> dueFirst(long now) {
        Comparator<String> waiting = Comparator.comparing(resource -> failures(resource).until() > now);
        return left.stream().sorted(waiting).toList();
    }

    /** Why those of the resources are not read that are suspended; there has to be one. */
    String whySuspended(List<String> resources) {
        return resources.stream().filter(one -> !left.contains(one)).map(one -> failures(one).suspension().reason())
                .findFirst().orElseThrow();
    }

    /**
     * Whether it is read when nothing else is in flight: the list, whose pages show every job; and what kept the whole
     * source waiting, or it would again and again before others were read.
     */
    boolean isAlone() {
        return job.isEmpty() || left.stream().allMatch(resource -> failures(resource).ofAll());
    }

    /** Whether the schedule can do without it until it is read again. */
    boolean isForgettable() {
        return left.isEmpty() && !inFlight && failures.isEmpty() && next < 0;
    }

    JobSchedule leaving(List<String> resources) {
        return new JobSchedule(job, resources, inFlight, counted, pages, failures, next, queued);
    }

    /** At the beginning of its reading in a cycle. */
    JobSchedule beginning(List<String> resources, boolean isCounted) {
        return new JobSchedule(job, resources, inFlight, isCounted, 0, failures, next, queued);
    }

    JobSchedule without(String resource) {
        return leaving(left.stream().filter(one -> !one.equals(resource)).toList());
    }

    /** After a page of a resource, perhaps its last, or the last of all. */
    JobSchedule read(String resource, boolean last, boolean whole) {
        JobSchedule next = pages(last ? 0 : pages + 1);
        Failures before = failures.get(resource);
        if (before != null && (last || next.pages > before.page())) {
            next = next.with(resource, last ? null : before.progressed());
        }
        return whole ? next.leaving(List.of()) : last ? next.without(resource) : next;
    }

    JobSchedule inFlight(boolean now) {
        return new JobSchedule(job, left, now, counted, pages, failures, next, queued);
    }

    JobSchedule asCounted() {
        return new JobSchedule(job, left, inFlight, true, pages, failures, next, queued);
    }

    private JobSchedule pages(int read) {
        return new JobSchedule(job, left, inFlight, counted, read, failures, next, queued);
    }

    JobSchedule next(long nanos) {
        return new JobSchedule(job, left, inFlight, counted, pages, failures, nanos, queued);
    }

    JobSchedule queued(Due place) {
        return new JobSchedule(job, left, inFlight, counted, pages, failures, next, place);
    }

    /** @param now null for none */
    JobSchedule with(String resource, Failures now) {
        Map<String, Failures> all = new TreeMap<>(failures);
        if (now == null) {
            all.remove(resource);
        } else {
            all.put(resource, now);
        }
        return new JobSchedule(job, left, inFlight, counted, pages, Map.copyOf(all), next, queued);
    }
}
