package org.finetunebridge.polling;

import java.util.function.Predicate;
import org.finetunebridge.polling.JobSchedule.Due;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;
import org.pcollections.TreePMap;

/**
 * The jobs of a source, and which of them is due first. Immutable, with shared structure: a change costs O(log n).
 *
 * @param jobs     by id, those only of which there is anything to know
 * @param due      those that wait to be read, by when they are due
 * @param inFlight how many are being read, or wait to be confirmed
 * @param awaiting those of them that were read, and only wait until it is confirmed that they are published
 * @param order    of those that are due at the same time, the first comes first
 */
record JobQueue(PMap<String, JobSchedule> jobs, TreePMap<Due, String> due, int inFlight,
        PSet<String> awaiting, long order) {

    static final JobQueue EMPTY = new JobQueue(HashTreePMap.empty(), TreePMap.empty(), 0,
            HashTreePSet.empty(), 0);

    JobSchedule of(String job) {
        JobSchedule known = jobs.get(job);
        return known == null ? JobSchedule.of(job) : known;
    }

    boolean isEmpty() {
        return due.isEmpty();
    }

    /** The job that is due first; there has to be one. */
    JobSchedule first() {
        return jobs.get(due.firstEntry().getValue());
    }

    /** With this in the place of what was known of the job, wherever that stands. */
    JobQueue with(JobSchedule job) {
        return new JobQueue(job.isForgettable() ? jobs.minus(job.job()) : jobs.plus(job.job(), job), due, inFlight, awaiting, order);
    }

    /** Without what is known of other jobs, unless they are still to be read. */
    JobQueue retained(Predicate<String> which) {
        PMap<String, JobSchedule> kept = jobs;
        for (JobSchedule job : jobs.values()) {
            kept = which.test(job.job()) || !job.left().isEmpty() ? kept : kept.minus(job.job());
        }
        return new JobQueue(kept, due, inFlight, awaiting, order);
    }

    /** Waiting to be read then, in nanoseconds. */
    JobQueue queued(JobSchedule job, long at) {
        var place = new Due(at, order);
        TreePMap<Due, String> others = job.queued() == null ? due : due.minus(job.queued());
        return new JobQueue(jobs.plus(job.job(), job.queued(place)), others.plus(place, job.job()), inFlight,
                awaiting, order + 1);
    }

    /** Waiting no more. */
    JobQueue unqueued(JobSchedule job) {
        TreePMap<Due, String> others = job.queued() == null ? due : due.minus(job.queued());
        return new JobQueue(jobs, others, inFlight, awaiting, order).with(job.queued(null));
    }

    /** Being read. */
    JobQueue taken(JobSchedule job) {
        JobQueue next = unqueued(job.inFlight(true));
        return new JobQueue(next.jobs, next.due, inFlight + 1, awaiting, order);
    }

    /** How many are being read. */
    int reading() {
        return inFlight - awaiting.size();
    }

    /** Read, but not confirmed to be published. */
    JobQueue awaiting(String job) {
        return new JobQueue(jobs, due, inFlight, awaiting.plus(job), order);
    }

    /** Not being read any more, and confirmed. */
    JobQueue returned(JobSchedule job) {
        return new JobQueue(jobs, due, inFlight - 1, awaiting.minus(job.job()), order).with(job.inFlight(false));
    }
}
