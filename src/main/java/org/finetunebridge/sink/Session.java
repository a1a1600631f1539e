package org.finetunebridge.sink;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.finetunebridge.memory.JobMemory;

/**
 * The time between opening a sink and its first failure. What was read at its beginning, and every commit since, is
 * what it remembers. A page held against the memory of one session is never written in another.
 */
public final class Session {

    private final Map<String, JobMemory> memory = new ConcurrentHashMap<>();

    Session(Collection<JobMemory> read) {
        read.forEach(this::remember);
    }

    /** A session that remembers nothing and belongs to no sink. */
    public static Session blank() {
        return new Session(List.of());
    }

    /** What is remembered of a job; never null. */
    public JobMemory of(String source, String job) {
        JobMemory known = memory.get(JobMemory.name(source, job));
        return known == null ? JobMemory.blank(source, job) : known;
    }

    /** Whether anything is remembered of a job. */
    public boolean knows(String source, String job) {
        return memory.containsKey(JobMemory.name(source, job));
    }

    /** Every job remembered of a source, without the source itself. */
    public List<JobMemory> jobs(String source) {
        return memory.values().stream().filter(one -> one.source().equals(source) && !one.job().isEmpty()).toList();
    }

    void remember(JobMemory confirmed) {
        memory.put(confirmed.name(), confirmed);
    }

    Collection<JobMemory> all() {
        return memory.values();
    }
}
