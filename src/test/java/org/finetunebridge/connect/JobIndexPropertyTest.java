package org.finetunebridge.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.finetunebridge.polling.JobShard;
import org.finetunebridge.state.JobState;

/** What was written of the index is read as it was, by whatever number of parts. */
class JobIndexPropertyTest {

    @Property(tries = 20)
    void everyJobIsFoundByTheOneWhoOwnsIt(@ForAll("additions") List<Integer> additions, @ForAll("parts") int parts) {
        var worker = new FakeWorker(true);
        var index = new JobIndex("acme");
        TreeSet<String> all = new TreeSet<>();
        int next = 0;
        for (int addition : additions) {
            List<String> jobs = new ArrayList<>();
            for (int job = 0; job < addition; job++) {
                jobs.add("ft-\u00e4 \"" + next++);
            }
            all.addAll(jobs);
            Map<Map<String, String>, Map<String, Object>> changed = index.add(jobs);
            changed.forEach(worker::alter);
            assertThat(changed.values()).allMatch(offset -> offset.toString().getBytes(StandardCharsets.UTF_8).length < 70_000);
            jobs.forEach(job -> worker.alter(SourceOffsets.partition("acme", job), SourceOffsets.offset(JobState.blank("acme", job))));
        }
        assertThat(index.add(all)).as("known jobs change nothing").isEmpty();
        TreeSet<String> found = new TreeSet<>();
        for (int number = 0; number < parts; number++) {
            var shard = new JobShard(number, parts);
            OffsetStates states = OffsetStates.read(worker.reader(), new HashMap<>(Map.of("acme", shard)));
            states.states().forEach(state -> assertThat(found.add(state.job()) && shard.owns(state.job())).isTrue());
        }
        assertThat(found).isEqualTo(all);
    }

    @Provide
    Arbitrary<List<Integer>> additions() {
        return Arbitraries.frequencyOf(Tuple.of(5, Arbitraries.integers().between(0, 40)),
                Tuple.of(1, Arbitraries.integers().between(1000, 4000))).list().ofMaxSize(5);
    }

    @Provide
    Arbitrary<Integer> parts() {
        return Arbitraries.integers().between(1, JobShard.BUCKETS);
    }
}
